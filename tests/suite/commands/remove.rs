//! `remove` deletes a key and its sessions from this machine, and asks first.

use insta::assert_snapshot;

use crate::support::aws::StandIn;
use crate::support::world::{TWO_PROFILES, World};

use super::{forget_key_id, lock_keystore, shown, sign_in, signed_in};

const INDEX: &str = ".local/share/vault/index.json";

#[test]
fn without_a_terminal_nothing_is_removed() {
    let world = World::with_key();
    let run = world.vault(["remove", "read-only"]).stdin("y\n").run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: there is no way to ask here: this process has no terminal
    hint: remove it without a prompt: `vault remove --force read-only`
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
        vault: removed key [AKIA…] in the file keystore, stored as `read-only`
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
fn sessions_go_with_a_key_whose_id_the_index_does_not_know() {
    for way in 0..3 {
        let aws = StandIn::builder()
            .user("some-user", |user| user.mfa("some-user"))
            .user("other-user", |user| user)
            .role("OpsSudo", |role| role.require_mfa());
        let world = World::with(aws.start(), TWO_PROFILES);
        world.add("read-only", "some-user");
        sign_in(&world, "opssudo");
        world.add("other", "other-user");
        world.vault(["exec", "other", "--", "true"]).run().ok();
        forget_key_id(&world, way);
        world.vault(["exec", "other", "--", "true"]).run().ok();
        world.vault(["remove", "-f", "read-only"]).run().ok();
        let sessions = world.vault(["clear"]).run();
        assert_eq!(sessions.stderr, "vault: 1 cached session dropped\n", "{way}: the other key's session");
    }
}

#[test]
fn a_key_that_stays_in_one_keystore_keeps_no_session_of_the_removed_one() {
    let mut world = signed_in();
    // The key of the same name in `pass` cannot be removed: `pass` does not work.
    let mut index: serde_json::Value = serde_json::from_str(&world.read(INDEX)).expect("the index is JSON");
    let entries = index["entries"].as_array_mut().expect("it has entries");
    entries.push(serde_json::json!({"name": "read-only", "backend": "pass"}));
    world.write(INDEX, index.to_string());
    world.write("store/.gpg-id", "nobody");
    world.write("store/vault/read-only.gpg", "");
    world.set("PASSWORD_STORE_DIR", world.path("store").to_str().expect("paths of tests are Unicode"));
    world.set("AWS_VAULT_PASS_CMD", "false");
    world.set("AWS_VAULT_BACKEND", "auto");
    let run = world.vault(["remove", "-f", "read-only"]).run();
    assert_eq!(run.status, 1, "{run:?}");
    let list = world.vault(["list"]).run().ok();
    assert!(list.contains("pass") && !list.contains("file"), "{list}");
    assert_eq!(world.vault(["clear"]).run().stderr, "vault: 0 cached sessions dropped\n");
}

#[test]
fn no_passphrase_is_needed_to_remove() {
    let mut world = World::with_key();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    lock_keystore(&world);
    world.vault(["remove", "-f", "read-only"]).run().ok();
}

#[test]
fn a_missing_key_is_an_error() {
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
