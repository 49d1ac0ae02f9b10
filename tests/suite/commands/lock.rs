//! `lock` locks the keystore again, and with `--sessions` deletes the MFA sessions. No key is lost.

use crate::support::world::World;

use super::{forget_codes, shown, sign_in, signed_in};

/// Whether the `file` keystore needs its passphrase.
fn is_locked(world: &World) -> bool {
    let exec = world.vault(["exec", "read-only", "--fresh", "--mfa-token", "123456", "--", "true"]);
    exec.no_env("AWS_VAULT_FILE_PASSPHRASE").run().stderr.contains("the file keystore is locked")
}

#[cfg(target_os = "linux")]
#[test]
fn the_passphrase_is_asked_for_again_and_sessions_stay() {
    let world = signed_in();
    assert!(!is_locked(&world));
    let run = world.vault(["lock"]).run();
    assert_eq!(shown(&world, &run), "status 0\nstderr:\nvault: the `file` keystore is locked\n");
    assert!(is_locked(&world));
    world.vault(["exec", "read-only", "--", "true"]).no_env("AWS_VAULT_FILE_PASSPHRASE").run().ok();
    sign_in(forget_codes(&world), "read-only");
}

#[cfg(target_os = "linux")]
#[test]
fn an_identity_whose_file_was_moved_away_is_locked_too() {
    let world = signed_in();
    let (identity, away) = (world.path(".local/share/vault/keys/identity.age"), world.path("away"));
    std::fs::rename(&identity, &away).expect("it can be moved");
    world.vault(["lock"]).run().ok();
    std::fs::rename(&away, &identity).expect("it can be moved back");
    assert!(is_locked(&world));
}

#[test]
fn with_sessions_a_code_is_asked_for_again() {
    let world = signed_in();
    let run = world.vault(["lock", "--sessions"]).run();
    let said = "status 0\nstderr:\nvault: the cached sessions are dropped\nvault: the `file` keystore is locked\n";
    assert_eq!(shown(&world, &run), said);
    assert_eq!(world.vault(["exec", "read-only", "--no-wait", "--", "true"]).run().status, 1);
    sign_in(forget_codes(&world), "read-only");
}

#[test]
fn locking_an_empty_home_is_no_error() {
    let world = World::new();
    for arguments in [&["lock"][..], &["lock", "--sessions"]] {
        world.command(&World::binary(), arguments).run().ok();
    }
    assert!(!world.path(".local").exists() && !world.path(".cache").exists(), "locking creates nothing");
}
