//! `remove` takes a key and the sessions made from it off this machine, and asks first.

use insta::assert_snapshot;

use crate::support::world::World;

use super::{lock_keystore, shown, signed_in};

#[test]
fn without_a_terminal_nothing_is_removed_unasked() {
    let world = World::with_key();
    let run = world.vault(["remove", "read-only"]).stdin("y\n").run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: nobody can be asked here: this process has no terminal
    hint: remove it without being asked: `vault remove --force read-only`
    ");
    assert!(world.vault(["list"]).run().ok().contains("file"), "the key is still there");
    super::sign_in(&world, "read-only");
}

#[test]
fn force_removes_the_key_and_its_sessions_without_asking() {
    insta::allow_duplicates! {for force in ["-f", "--force"] {
        let world = signed_in();
        world.vault(["exec", "opssudo", "--", "true"]).run().ok();
        let config = world.read(".aws/config");
        let run = world.vault(["remove", force, "read-only"]).run();
        assert_snapshot!(shown(&world, &run), @"
        status 0
        stderr:
        vault: key `read-only` is removed from the file keystore
        ");
        assert_eq!(world.read(".aws/config"), config, "the section stays");
        let run = world.vault(["exec", "opssudo", "--", "true"]).run();
        assert_snapshot!(shown(&world, &run), @"
        status 1
        stderr:
        vault: no key is stored for profile `read-only`, which profile `opssudo` starts from
        hint: store it with `vault add read-only`
        ");
        let sessions = world.vault(["clear"]).run();
        assert_eq!(sessions.stderr, "vault: 0 cached sessions dropped\n");
        let keys: Vec<_> = std::fs::read_dir(world.path(".local/share/vault/keys"))
            .expect("the folder of the keys stays")
            .map(|entry| entry.expect("an entry can be read").file_name().into_string().expect("names are text"))
            .filter(|name| name.starts_with("read-only"))
            .collect();
        assert_eq!(keys, [""; 0], "no file of the key is left");
    }}
}

#[test]
fn no_passphrase_is_needed_to_remove() {
    let mut world = World::with_key();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    lock_keystore(&world);
    world.vault(["remove", "-f", "read-only"]).run().ok();
}

#[test]
fn a_key_that_is_not_there_is_an_error() {
    let world = World::with_key();
    let run = world.vault(["remove", "-f", "read-onyl"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: no key is stored as `read-onyl`
    hint: `vault list` shows which keys are stored, and where
    ");
    assert!(world.vault(["list"]).run().ok().contains("file"));
}

#[test]
fn other_keys_stay() {
    let world = World::with_key();
    world.add("other", "some-user");
    world.vault(["remove", "-f", "other"]).run().ok();
    super::sign_in(&world, "read-only");
}
