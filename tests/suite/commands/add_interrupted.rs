//! `add --force` and `remove`, killed at any point: a whole key is there, the index names no other, and the same command works again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use vault::keystore::{KeystoreSettings, Keystores, NoPassphrasePrompt};
use vault::model::{Backend, ProfileName};
use vault::os::env::Environment;
use vault::ports::KeyStore as _;

use crate::support::password_store::PasswordStore;
use crate::support::world::{Invocation, PASSPHRASE, World};

use super::{directories, sign_in};

/// A well-formed key id that AWS does not know.
const OTHER: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// A wrapper around `pass` that kills `vault` at the point that `KILL` names.
const KILLER: &str = r#"#!/bin/sh
[ "$KILL" = "before $1" ] && kill -9 $PPID && exit 1
pass "$@"
status=$?
[ "$KILL" = "after $1" ] && kill -9 $PPID
exit $status
"#;

fn add<'a>(world: &'a World, options: &[&str]) -> Invocation<'a> {
    let words = [&["add", "read-only", "--env", "--no-verify"], options].concat();
    world.command(&World::binary(), &words).env("AWS_ACCESS_KEY_ID", OTHER.0).env("AWS_SECRET_ACCESS_KEY", OTHER.1)
}

/// The key id in the index.
fn claimed(world: &World) -> Option<String> {
    let index: serde_json::Value = serde_json::from_str(&world.read(".local/share/vault/index.json")).expect("the index is valid");
    let entry = index["entries"].as_array()?.iter().find(|entry| entry["name"] == "read-only")?;
    entry["key_id"].as_str().map(str::to_owned)
}

#[test]
fn a_key_in_pass_is_whole_and_never_taken_for_the_old_one() {
    let mut world = World::new();
    world.keep_secret(OTHER.1);
    world.set("AWS_VAULT_BACKEND", "pass");
    let store = PasswordStore::init(&world, "");
    world.write("killer", KILLER);
    fs::set_permissions(world.path("killer"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    world.set("AWS_VAULT_PASS_CMD", &world.path("killer").display().to_string());
    world.add("read-only", "some-user");
    let (first, _) = world.aws.user("some-user").access_key();
    sign_in(&world, "read-only");
    for (point, begun, replaced) in [
        ("before insert", false, false),
        ("after insert", false, false),
        ("before show", false, false),
        ("after show", false, false),
        ("before mv", true, false),
        ("after mv", true, true),
    ] {
        assert_eq!(add(&world, &["--force"]).env("KILL", point).run().status, 137, "{point}");
        let stored = store.run("pass", &["show", "vault/read-only"]);
        assert_eq!((stored.contains(&first), stored.contains(OTHER.0)), (!replaced, replaced), "{point}");
        let claim = claimed(&world);
        assert_eq!(claim.is_none(), begun, "{point}");
        assert!(claim.is_none_or(|id| stored.contains(&id)), "{point}");
        // The cached session is the first key's.
        let run = world.vault(["exec", "read-only", "--", "true"]).run();
        assert_eq!(run.status == 0, !replaced, "{point}: {run:?}");
        assert_eq!(claimed(&world).as_deref(), Some(if replaced { OTHER.0 } else { &first }), "{point}: the index has the id again");

        // Killed again: a replacement that has begun is repeated without `--force`.
        let _ = add(&world, &["--force"]).env("KILL", point).run();
        assert_eq!(add(&world, &[]).run().status == 0, begun, "{point}");
        assert_eq!(add(&world, &["--force"]).run().status, 0, "{point}");
        assert_eq!(claimed(&world).as_deref(), Some(OTHER.0), "{point}");
        assert!(!world.path(".password-store/vault/read-only~new.gpg").exists(), "{point}");
        let (id, secret) = world.aws.user("some-user").access_key();
        add(&world, &["--force"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
    }
    for (point, gone) in [("before rm", false), ("after rm", true)] {
        let run = world.vault(["remove", "-f", "read-only"]).env("KILL", point).run();
        assert_eq!((run.status, claimed(&world)), (137, None), "{point}");
        assert_eq!(world.vault(["exec", "read-only", "--", "true"]).run().status == 0, !gone, "{point}");
    }
    world.vault(["remove", "-f", "read-only"]).run().ok();
}

#[test]
fn a_key_in_a_file_is_whole_and_never_taken_for_the_old_one() {
    let mut world = World::with_key();
    world.keep_secret(OTHER.1);
    let (first, secret) = world.aws.user("some-user").access_key();
    let env = Environment::of([("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE)]);
    let directories = directories(&world);
    let stored = || {
        let settings = KeystoreSettings { backend: Some(Backend::File), unlock_ttl: 900, ..KeystoreSettings::default() };
        let keystores = Keystores::new(&directories, &env, &NoPassphrasePrompt, settings);
        keystores.long_term_credentials(&ProfileName::parse("read-only").expect("a name")).unwrap_or_else(|error| panic!("{error}"))
    };
    // Up to well after the end of an undisturbed run.
    for round in 0..60_u64 {
        let (id, secret) = if round % 2 == 0 { OTHER } else { (first.as_str(), secret.as_str()) };
        let mut child = add(&world, &["--force"]).env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret).start();
        std::thread::sleep(Duration::from_micros(round * 500));
        let _ = child.kill();
        let _ = child.wait();
        let claim = claimed(&world);
        let found = stored();
        assert!(claim.is_none_or(|claim| claim == found.key_id.as_str()), "round {round}");
        assert_eq!(claimed(&world).as_deref(), Some(found.key_id.as_str()), "round {round}: repaired by the reader");
    }
}
