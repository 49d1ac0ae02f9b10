//! Switching keystores hides no key: `list` shows where each one is, and reading finds it there.

use super::*;

use crate::support::password_store::PasswordStore;
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
            let run = world.vault(["exec", name, "--no-session", "--expose-long-term-key", "--", "true"]).run();
            if chosen == "auto" || chosen == keystore {
                assert_eq!(run.status, 0, "{name} with {chosen}: {run:?}");
            } else {
                // Not found where it was asked for by name: then where it is must be said.
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
