//! A keystore that is locked, absent or empty: three different errors, each with its fix.

use super::*;

use crate::support::password_store::PasswordStore;
use crate::support::secret_service::SecretService;

/// The error of `exec` if it cannot read the key.
fn refusal(world: &World) -> String {
    world.vault(["exec", "read-only", "--", "true"]).run().fails(1).stderr
}

fn add(world: &World) {
    world.add("read-only", "some-user");
}

#[test]
fn the_secret_service_is_absent_empty_or_locked() {
    let mut world = World::new();
    world.set("AWS_VAULT_BACKEND", "keychain");
    let absent = refusal_to_add(&world);
    assert!(absent.starts_with("vault: the keychain keystore is not available: there is no D-Bus session here"), "{absent}");
    assert!(absent.contains("with `--backend file`"), "{absent}");

    let service = SecretService::start(world.home());
    service.enter(&mut world);
    let empty = refusal(&world);
    assert!(empty.contains("`read-only`") && empty.contains("hint: ") && empty.contains("`vault add read-only`"), "{empty}");
    add(&world);
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.vault(["clear"]).run().ok();
    drop(service);

    // The same keyring after a login that did not unlock it.
    let service = SecretService::locked(world.home());
    service.enter(&mut world);
    let locked = refusal(&world);
    assert!(locked.starts_with("vault: the keychain keystore is locked: "), "{locked}");
    assert!(locked.contains("hint: unlock it in the desktop session"), "{locked}");
}

#[test]
fn a_password_store_is_absent_empty_or_locked() {
    let mut world = World::new();
    world.set("AWS_VAULT_BACKEND", "pass");
    let absent = refusal_to_add(&world);
    assert!(absent.starts_with("vault: the pass keystore is not available: there is no password-store"), "{absent}");
    assert!(absent.contains("`pass init GPG-ID`"), "{absent}");

    let store = PasswordStore::init(&world, "passphrase of the gpg key");
    let empty = refusal(&world);
    assert!(empty.contains("`read-only`") && empty.contains("`vault add read-only`"), "{empty}");
    add(&world);
    store.lock(&world);
    let locked = refusal(&world);
    assert!(locked.starts_with("vault: the pass keystore is locked: "), "{locked}");
    // In these worlds gpg has a `pinentry` that does not exist.
    assert!(locked.contains("hint: install `pinentry`, or correct `pinentry-program`"), "{locked}");
}

#[test]
fn encrypted_files_are_absent_locked_or_refused() {
    let mut world = World::new();
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    let empty = refusal(&world);
    assert!(empty.contains("`read-only`") && empty.contains("`vault add read-only`"), "{empty}");
    add(&world);
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let locked = refusal(&world);
    assert!(locked.starts_with("vault: the file keystore is locked: "), "{locked}");
    world.set("AWS_VAULT_FILE_PASSPHRASE", "another passphrase");
    let wrong = refusal(&world);
    assert!(wrong.starts_with("vault: the file keystore refused: wrong passphrase"), "{wrong}");
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

fn refusal_to_add(world: &World) -> String {
    let (id, secret) = world.aws.user("some-user").access_key();
    let add = world.vault(["add", "read-only", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    add.run().fails(1).stderr
}
