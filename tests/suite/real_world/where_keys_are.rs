//! Switching keystores hides no key: `list` shows where each one is, and commands find it there.

use super::*;

use crate::support::password_store::PasswordStore;
use crate::support::pty::run_exposing;
use crate::support::secret_service::SecretService;
use crate::support::world::PASSPHRASE;

#[test]
fn each_key_is_listed_and_found_where_it_was_stored_whatever_is_chosen_later() {
    let mut world = World::with(usual_aws(), TWO_PROFILES);
    let service = SecretService::start(world.home());
    let _store = PasswordStore::init(&world, "");
    service.enter(&mut world);
    world.set("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE);
    for (name, keystore) in [("in-keychain", "keychain"), ("in-file", "file"), ("in-pass", "pass")] {
        world.set("AWS_VAULT_BACKEND", keystore);
        world.add(name, "some-user");
    }
    for chosen in ["auto", "keychain", "file", "pass"] {
        world.set("AWS_VAULT_BACKEND", chosen);
        for (name, keystore) in [("in-keychain", "keychain"), ("in-file", "file"), ("in-pass", "pass")] {
            assert_eq!(world.listed(name), [keystore], "with {chosen}");
            let exposing = world.vault(["exec", name, "--no-session", "--expose-long-term-key", "--", "true"]);
            if chosen == "auto" || chosen == keystore {
                let run = run_exposing(exposing, name);
                assert_eq!(run.status, 0, "{name} with {chosen}: {run:?}");
            } else {
                let run = exposing.run();
                // If a named keystore does not have the key, the error must say which one does.
                assert!(run.status == 1 && run.stderr.contains(keystore), "{name} with {chosen}: {run:?}");
            }
        }
    }
    let table = world.vault(["list"]).run().ok();
    for (name, keystore) in [("in-keychain", "keychain"), ("in-file", "file"), ("in-pass", "pass")] {
        let row = table.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{table}"));
        assert!(row.contains(&format!("  {keystore}  ")), "{table}");
    }
}

#[test]
fn a_key_of_one_name_in_two_keystores_is_listed_with_both_and_read_from_the_last() {
    let mut world = World::with_key();
    let _store = PasswordStore::init(&world, "");
    world.set("AWS_VAULT_BACKEND", "pass");
    world.add("read-only", "some-user");
    assert_eq!(world.listed("read-only"), ["file", "pass"]);
    world.vault(["remove", "--force", "read-only"]).run().ok();
    assert_eq!(world.listed("read-only"), ["file"]);
    world.unset("AWS_VAULT_BACKEND");
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
}

#[test]
fn no_key_is_replaced_or_removed_silently() {
    const OTHER: (&str, &str) = ("AKIAI44QH8DHBEXAMPLE", "another-secret-of-forty-letters-or-so-ye");
    let mut world = World::with_key();
    let _store = PasswordStore::init(&world, "");
    world.keep_secret(OTHER.1);
    let add = |world: &World, backend: &str, force: bool| {
        let invocation = world.vault(["add", "read-only", "--env", "--no-verify", "--backend", backend]);
        let invocation = if force { invocation.arg("--force") } else { invocation };
        invocation.env("AWS_ACCESS_KEY_ID", OTHER.0).env("AWS_SECRET_ACCESS_KEY", OTHER.1).run()
    };
    let first = world.aws.user("some-user").access_key().0;
    // Without the option, that key would be used from then on.
    add(&world, "pass", false).fails(1);
    add(&world, "pass", true).ok();
    // The newest key of that name is the same, but the one in the file keystore is not and would be lost.
    let refused = add(&world, "auto", false);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains(&format!("key {first} is already stored as `read-only`, in the file keystore")), "{refused:?}");

    let mut terminal = Terminal::run(world.vault(["remove", "--backend", "auto", "read-only"]));
    terminal.expect("Remove these 2 keys, stored as `read-only`? ");
    for (key, keystore) in [(first.as_str(), "file"), (OTHER.0, "pass")] {
        let is_shown = |line: &str| line.split_whitespace().take(2).eq([key, keystore]);
        assert!(terminal.screen().lines().any(is_shown), "{}", terminal.screen());
    }
    terminal.type_line("no");
    assert_eq!(terminal.wait().status, 1);
    assert_eq!(world.listed("read-only"), ["file", "pass"]);

    let replaced = add(&world, "file", true);
    assert_eq!(replaced.status, 0, "{replaced:?}");
    assert!(replaced.stderr.contains(&format!("it replaces key {first}, which still exists in AWS")), "{replaced:?}");
}

#[test]
fn a_table_in_the_settings_chooses_the_keystore_of_its_name() {
    let mut world = World::new();
    let _store = PasswordStore::init(&world, "");
    world.unset("AWS_VAULT_BACKEND");
    world.write(".config/vault/config.toml", "backend = 'file'\n[profile.read-only]\nbackend = 'pass'\n");
    world.write(".aws/config", format!("{TWO_PROFILES}[profile other]\n"));
    world.add("read-only", "some-user");
    world.add("other", "some-user");
    assert_eq!((world.listed("read-only"), world.listed("other")), (vec!["pass".to_owned()], vec!["file".to_owned()]));
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    // A variable applies to every key.
    let run = world.vault(["exec", "read-only", "--fresh", "--", "true"]).env("AWS_VAULT_BACKEND", "file").run();
    assert!(run.status == 1 && run.stderr.contains("the pass keystore does"), "{run:?}");
}
