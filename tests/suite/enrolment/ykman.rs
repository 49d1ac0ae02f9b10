//! A `YubiKey` that holds the seed, with a fake `ykman`.

use crate::support::steps::install;

use super::*;

/// Installs a fake `ykman` that logs its arguments and stdin, and shows the device's codes. It keeps the seed outside the home, because the
/// leak check searches the home.
fn install_ykman(world: &mut World, serial: &str) -> tempfile::TempDir {
    let outside = tempfile::tempdir().expect("a temporary folder can be made");
    let (keep, url) = (outside.path().join("seed"), format!("{}/__code?serial={serial}", world.aws.url()));
    let script = format!(
        "printf '[%s]' \"$@\" >> \"$HOME/asked\"; echo >> \"$HOME/asked\"\n\
         case $3 in add) head -n 1 > '{}' ;; code) curl -s '{url}' ;; esac",
        keep.display()
    );
    install(world, "ykman", &script);
    world.set("PATH", &world.own_path());
    outside
}

#[test]
fn ykman_gets_the_seed_on_stdin_and_gives_all_codes() {
    let serial = format!("{PREFIX}some-user");
    let mut world = world_of("some-user", |u| u.block_without_mfa());
    let outside = install_ykman(&mut world, &serial);
    let run = world.vault(["mfa", "enroll", "me", "--ykman", "aws me"]).run();
    assert_eq!(run.status, 0, "no terminal is needed: {run:?}");
    assert!(run.stderr.contains("you are signed in"), "{run:?}");
    let seed = std::fs::read_to_string(outside.path().join("seed")).expect("it got a seed");
    assert_eq!(seed.trim_end(), world.aws.user("some-user").seed());
    assert_eq!(
        world.read("asked"),
        "[oath][accounts][add][aws me]\n[oath][accounts][code][--single][aws me]\n[oath][accounts][code][--single][aws me]\n"
    );
    assert_eq!(world.read(".config/vault/config.toml"), "[profile.me]\nprompt = \"ykman\"\nykman_account = \"aws me\"\n");
    crate::support::steps::forget_codes(&world);
    let fresh = world.vault(["exec", "--fresh", "me", "--", "printenv", "AWS_ACCESS_KEY_ID"]).run().ok();
    assert!(fresh.starts_with("ASIA"));
    assert!(world.read("asked").ends_with("[oath][accounts][code][--single][aws me]\n"));
    assert_eq!(world.read("asked").lines().count(), 4);
}

#[test]
fn with_a_clock_that_is_off_no_codes_are_computed() {
    let mut world = world_of("some-user", |u| u);
    let _outside = install_ykman(&mut world, &format!("{PREFIX}some-user"));
    world.aws.set_clock_offset(-100);
    let run = world.vault(["mfa", "enroll", "me", "--ykman", "aws"]).run().fails(1);
    assert!(run.stderr.contains("so codes computed here would be wrong"), "{run:?}");
    assert_eq!(world.aws.calls("CreateVirtualMFADevice"), 0);
    assert!(!world.path("asked").exists());
}

#[test]
fn a_refusal_by_the_yubikey_is_reported_and_the_device_is_deleted() {
    let mut world = world_of("some-user", |u| u);
    install(&world, "ykman", "echo 'ERROR: No space left on the YubiKey for OATH accounts.' >&2; exit 1");
    world.set("PATH", &world.own_path());
    let run = world.vault(["mfa", "enroll", "me", "--ykman", "aws"]).run().fails(1);
    assert!(run.stderr.contains("`ykman` did not store the account `aws`: ERROR: No space left"), "{run:?}");
    assert!(world.aws.unassigned_devices().is_empty());
}

#[test]
fn a_settings_file_that_is_a_link_stays_one_and_keeps_its_contents() {
    let mut world = world_of("some-user", |u| u);
    let _outside = install_ykman(&mut world, &format!("{PREFIX}some-user"));
    world.write("dotfiles/config.toml", "role_duration = \"30m\"\n");
    world.write(".config/vault/config.toml", "");
    let link = world.path(".config/vault/config.toml");
    std::fs::remove_file(&link).expect("it was just made");
    std::os::unix::fs::symlink(world.path("dotfiles/config.toml"), &link).expect("a link can be made");
    let run = world.vault(["mfa", "enroll", "me", "--ykman", "aws"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert!(std::fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(
        world.read("dotfiles/config.toml"),
        "role_duration = \"30m\"\n\n[profile.me]\nprompt = \"ykman\"\nykman_account = \"aws\"\n"
    );
}
