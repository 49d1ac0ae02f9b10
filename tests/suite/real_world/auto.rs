//! `auto`: the keychain if it answers, else encrypted files; the choice is reported once.

use super::*;

use crate::support::secret_service::SecretService;
use crate::support::world::PASSPHRASE;

const KEYCHAIN: &str = "the keychain keystore is used because the keychain answers; choose another with `--backend`";

/// Stores a key under the name, and returns the message about the choice.
fn add(world: &World, name: &str) -> Option<String> {
    let (id, secret) = world.aws.user("some-user").access_key();
    let invocation = world.vault(["add", name, "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    let run = invocation.run();
    assert_eq!(run.status, 0, "{run:?}");
    run.stderr.lines().find(|line| line.contains("is used because")).map(|line| line.trim_start_matches("vault: ").to_owned())
}

fn leave_the_choice(world: &mut World) {
    world.unset("AWS_VAULT_BACKEND");
    world.set("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE);
}

#[test]
fn a_keychain_that_answers_is_chosen_and_named_once() {
    let mut world = World::new();
    let service = SecretService::start(world.home());
    service.enter(&mut world);
    leave_the_choice(&mut world);
    assert_eq!(add(&world, "read-only").as_deref(), Some(KEYCHAIN));
    assert_eq!(add(&world, "another"), None);
    assert_eq!((world.listed("read-only"), world.listed("another")), (vec!["keychain".to_owned()], vec!["keychain".to_owned()]));
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
}

#[test]
fn without_a_keychain_files_are_chosen_and_named_once() {
    let mut world = World::new();
    leave_the_choice(&mut world);
    let said = "the file keystore is used because the keychain is not available: there is no D-Bus session here, so there is no \
                Secret Service; choose another with `--backend`";
    assert_eq!(add(&world, "read-only").as_deref(), Some(said));
    assert_eq!(add(&world, "another"), None);
    assert_eq!(world.listed("read-only"), ["file"]);
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
}

#[test]
fn a_bus_without_a_secret_service_means_files() {
    let mut world = World::new();
    let bus = SecretService::locked(world.home());
    bus.enter(&mut world);
    leave_the_choice(&mut world);
    let said = add(&world, "read-only").expect("the choice is reported");
    assert!(said.starts_with("the file keystore is used because the keychain is "), "{said}");
    assert_eq!(world.listed("read-only"), ["file"]);
}

#[test]
fn a_keychain_that_comes_later_takes_new_keys_and_hides_no_old_one() {
    let mut world = World::new();
    leave_the_choice(&mut world);
    assert!(add(&world, "read-only").is_some());
    let service = SecretService::start(world.home());
    service.enter(&mut world);
    leave_the_choice(&mut world);
    assert_eq!(add(&world, "another").as_deref(), Some(KEYCHAIN));
    assert_eq!((world.listed("read-only"), world.listed("another")), (vec!["file".to_owned()], vec!["keychain".to_owned()]));
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
}
