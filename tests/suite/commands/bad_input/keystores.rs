//! Keystores that are locked, absent, empty, damaged, or opened with the wrong passphrase: each has its own error.

use std::fs;
#[cfg(unix)]
use std::path::Path;

use insta::assert_snapshot;

use crate::support::world::{Run, TWO_PROFILES, World, usual_aws};

use super::super::lock_keystore;
use super::{Kept, redaction, shown, world_of};

const KEY: &str = ".local/share/vault/keys/read-only.age";
const IDENTITY: &str = ".local/share/vault/keys/identity.age";
const INDEX: &str = ".local/share/vault/index.json";

fn exec(world: &World) -> Run {
    world.vault(["exec", "read-only", "-t", "123456", "--", "true"]).run()
}

#[test]
fn a_wrong_passphrase_is_reported_and_costs_nothing() {
    let world = World::with_key();
    let kept = Kept::in_(&world);
    lock_keystore(&world);
    let run = world.vault(["exec", "read-only", "-t", "123456", "--", "true"]).env("AWS_VAULT_FILE_PASSPHRASE", "not this one").run();
    assert_snapshot!(kept.by(&run, 1), @"
    vault: the file keystore refused: wrong passphrase
    hint: correct `AWS_VAULT_FILE_PASSPHRASE`, or unset it to be asked for the passphrase that the keystore was made with
    ");
    lock_keystore(&world);
    let by_command = |line: &str| {
        let run = world.vault(["exec", "read-only", "-t", "123456", "--", "true"]);
        run.no_env("AWS_VAULT_FILE_PASSPHRASE").env("AWS_VAULT_FILE_PASSPHRASE_COMMAND", line).run()
    };
    assert_snapshot!(kept.by(&by_command("echo not this one"), 1), @"
    vault: the file keystore refused: wrong passphrase
    hint: correct `AWS_VAULT_FILE_PASSPHRASE_COMMAND`, or unset it to be asked for the passphrase that the keystore was made with
    ");
    lock_keystore(&world);
    assert_snapshot!(kept.by(&by_command("exit 3"), 1), @"
    vault: the file keystore refused: the command of `AWS_VAULT_FILE_PASSPHRASE_COMMAND` failed (exit status: 3)
    hint: run that command directly to see what it prints
    ");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_locked_keystore_names_the_ways_to_unlock_it() {
    let world = World::with_key();
    lock_keystore(&world);
    let run = world.vault(["exec", "read-only", "-t", "123456", "--", "true"]).no_env("AWS_VAULT_FILE_PASSPHRASE").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: the file keystore is locked: there is no way to ask for the passphrase here: this process has no terminal, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)
    hint: type the passphrase on a terminal, or set `AWS_VAULT_FILE_PASSPHRASE` or `AWS_VAULT_FILE_PASSPHRASE_COMMAND`
    ");
}

#[test]
fn an_absent_keystore_is_not_taken_for_an_empty_one() {
    let mut world = World::with_key();
    // No machine answers at this address, and there is no `pass`.
    world.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let kept = Kept::in_(&world);
    let with = |backend: &str| world.vault(["exec", "read-only", "-t", "123456", "--backend", backend, "--", "true"]).run();
    assert_snapshot!(kept.by(&with("keychain"), 1), @"
    vault: the keychain keystore is not available: nothing answers at the address of the D-Bus session
    hint: run it where the keychain is available, or also store the key in the file keystore: `vault add` with `--backend file`
    ");
    let vault = World::binary().display().to_string();
    let words = ["-c", "PATH=/nonexistent exec \"$@\"", "sh", &vault, "exec", "read-only", "--backend", "pass", "--", "/bin/true"];
    assert_snapshot!(kept.by(&world.command("sh".as_ref(), &words).run(), 1), @"
    vault: the pass keystore is not available: there is no password-store in `[home]/.password-store`: run `pass init GPG-ID`
    hint: choose another keystore with `--backend file`, or `AWS_VAULT_BACKEND=file`
    ");
}

#[test]
fn an_empty_keystore_says_how_to_fill_it() {
    let world = World::new();
    let run = exec(&world);
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: no key is stored for profile `read-only`
    hint: store it with `vault add read-only`
    ");
}

#[test]
fn a_damaged_key_is_named_and_the_others_stay_readable() {
    let sound = World::with_key();
    let content = fs::read(sound.path(KEY)).expect("the key has a file");
    let flipped = {
        let mut bytes = content.clone();
        *bytes.last_mut().expect("it has bytes") ^= 1;
        bytes
    };
    for (damage, what) in
        [(&b""[..], "empty"), (&content[..content.len() / 2], "cut short"), (&flipped, "changed"), (b"garbage\n", "something else")]
    {
        let world = World::with_key();
        world.add("other", "some-user");
        world.write(KEY, damage);
        let stderr = redaction::redacted(&world, &exec(&world).fails(1).stderr);
        assert!(stderr.starts_with("vault: the item `read-only` in the file keystore is damaged: "), "{what}: {stderr}");
        assert!(stderr.contains("[home]/.local/share/vault/keys/read-only.age"), "the file is named: {stderr}");
        assert!(stderr.ends_with("\nhint: store the key again with `vault add --force read-only`\n"), "{what}: {stderr}");
        super::assert_key(&world, "other");
        // The hint works.
        world.add("read-only", "some-user");
        super::assert_key(&world, "read-only");
    }
}

#[test]
fn a_damaged_or_missing_identity_is_not_replaced_while_old_keys_exist() {
    for damage in [None, Some(&b""[..]), Some(b"age-encryption.org/v1\n")] {
        let world = World::with_key();
        lock_keystore(&world);
        let identity = fs::read(world.path(IDENTITY)).expect("there is an identity");
        match damage {
            None => fs::remove_file(world.path(IDENTITY)).expect("it can be removed"),
            Some(damage) => world.write(IDENTITY, damage),
        }
        for command in [&["exec", "read-only", "-t", "123456", "--", "true"][..], &["add", "new", "--env", "--no-verify"]] {
            let run = world
                .command(&World::binary(), command)
                .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
                .env("AWS_SECRET_ACCESS_KEY", "something-or-other-40-letters-long-or-so")
                .run();
            let stderr = redaction::redacted(&world, &run.fails(1).stderr);
            assert!(stderr.starts_with("vault: the item `identity.age` in the file keystore is damaged: "), "{damage:?}: {stderr}");
            assert!(stderr.contains("\nhint: restore it from a backup; "), "{damage:?}: {stderr}");
        }
        // The backup is all that is needed.
        world.write(IDENTITY, identity);
        super::assert_key(&world, "read-only");
    }
}

#[test]
fn a_lost_or_damaged_index_loses_no_key() {
    for damage in [None, Some(""), Some("{\"version\":1,\"entr"), Some("[]")] {
        let world = world_of(TWO_PROFILES);
        match damage {
            None => fs::remove_file(world.path(INDEX)).expect("it can be removed"),
            Some(damage) => world.write(INDEX, damage),
        }
        assert!(world.vault(["list"]).run().ok().lines().any(|line| line.starts_with("read-only") && line.contains("file")), "{damage:?}");
        super::super::sign_in(&world, "opssudo");
        assert!(
            world.vault(["list", "--json"]).run().ok().contains(&world.aws.user("some-user").access_key().0),
            "{damage:?}: the index has the id again"
        );
    }
}

// The key was read, even if its id could not be noted.
#[test]
fn a_key_missing_from_an_unwritable_index_is_used() {
    let unwritable: [(&str, &str); 2] = [("locks/index.lock", "the index"), ("locks/keys-file.lock", "the keystore")];
    for index in [r#"{"version":1,"entries":[]}"#, r#"{"version":1,"entries":[{"name":"read-only","backend":"file"}]}"#, "damaged"] {
        for (lock, what) in unwritable {
            let world = world_of(TWO_PROFILES);
            world.write(INDEX, index);
            let lock = world.path(".local/state/vault").join(lock);
            fs::remove_file(&lock).expect("it can be removed");
            fs::create_dir(&lock).expect("there is room");
            for profile in ["read-only", "opssudo"] {
                super::super::sign_in(super::super::forget_codes(&world), profile);
                let run = world.vault(["exec", profile, "--", "printenv", "AWS_ACCESS_KEY_ID"]).run();
                assert!(run.status == 0 && run.stdout.starts_with("ASIA"), "{index}, without the lock of {what}: {run:?}");
            }
            assert_eq!(world.aws.calls("GetSessionToken"), 1, "{index}, without the lock of {what}: cache hit");
        }
    }
}

// A run reads the index and the key several times.
#[cfg(unix)]
#[test]
fn a_faulty_index_or_key_file_is_reported_once_per_run() {
    use std::os::unix::fs::PermissionsExt as _;
    const UNKNOWN: &str = r#"{"version":1,"entries":[]}"#;
    let (folder, shared) = (|path: &Path| fs::create_dir(path).expect("there is room"), 0o644);
    let unlock = |path: &Path| {
        let _ = fs::remove_file(path);
        folder(path);
    };
    for (index, broken, words) in [
        (UNKNOWN, ".local/state/vault/locks/index.lock", "the index of stored keys could not be written"),
        (UNKNOWN, ".local/state/vault/locks/keys-file.lock", "the index of stored keys could not be written"),
        ("damaged", ".local/state/vault/locks/index.lock", "the index of stored keys could not be written"),
        (UNKNOWN, KEY, "others may read the key file"),
    ] {
        let world = world_of(TWO_PROFILES);
        world.write(INDEX, index);
        if broken == KEY {
            fs::set_permissions(world.path(KEY), fs::Permissions::from_mode(shared)).expect("the file is ours");
        } else {
            unlock(&world.path(broken));
        }
        let run = world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
        assert_eq!((run.status, run.stderr.matches(words).count()), (0, 1), "{index}, {broken}: {run:?}");
        world.write(INDEX, index);
        let run = world.vault(["list"]).run();
        assert!(run.status == 0 && run.stderr.matches(words).count() <= 1, "{index}, {broken}: {run:?}");
    }
}

#[test]
fn if_the_key_is_in_another_keystore_the_error_says_where() {
    let mut world = World::with(usual_aws(), TWO_PROFILES);
    world.add("read-only", "some-user");
    world.set("PASSWORD_STORE_DIR", &world.path("store").display().to_string());
    world.write("store/.gpg-id", "nobody@example.com\n");
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--backend=pass", "--", "true"]).run(), 1), @"
    vault: the pass keystore has no item `read-only`; the file keystore does
    hint: use `--backend file`, or store the key here too with `vault add read-only`
    ");
    assert_snapshot!(kept.by(&world.vault(["explain", "opssudo", "--backend=pass"]).run(), 1), @"
    vault: the pass keystore has no item `read-only`; the file keystore does
    hint: use `--backend file`, or store the key here too with `vault add read-only`
    ");
}
