//! `mfa resync` and `mfa remove`.

use super::*;

fn with_devices(describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    let world = world_of("some-user", |u| describe(u.mfa("phone")));
    world.write(".aws/config", format!("[profile me]\nregion = us-east-1\nmfa_serial = {PREFIX}phone\n"));
    world
}

#[test]
fn a_device_whose_clock_is_off_works_again_after_a_resync() {
    let world = with_devices(UserBuilder::block_without_mfa);
    let serial = format!("{PREFIX}phone");
    let app = App(world.aws.user("some-user").seed());
    let mut terminal = Terminal::run(world.vault(["mfa", "resync", "me"]));
    terminal.expect(&format!("First code of {serial}: "));
    terminal.type_line(&app.code(100));
    terminal.expect(&format!("The next code of {serial}: "));
    terminal.type_line(&app.code(102));
    terminal.expect("they must be two in a row");
    terminal.expect(&format!("First code of {serial}: "));
    terminal.type_line(&app.code(100));
    terminal.expect(&format!("The next code of {serial}: "));
    terminal.type_line(&app.code(101));
    terminal.expect(&format!("AWS now follows the clock of {serial}"));
    assert_eq!(terminal.wait().status, 0);
    assert!((world.aws.drift_of(&serial) - 101).abs() <= 1);
    world.vault(["exec", "me", "-t", &app.code(102), "--", "true"]).run().ok();
}

#[test]
fn removal_asks_for_the_name_deactivates_and_deletes() {
    let world = with_devices(|u| u.mfa("old"));
    let code = world.aws.code_of(&format!("{PREFIX}phone"));
    let remove = || Terminal::run(world.vault(["mfa", "remove", "me", "--device", "old", "-t", &code]));
    let mut terminal = remove();
    terminal.expect(&format!("about to remove the MFA device {PREFIX}old from user `some-user`"));
    terminal.expect("Type the device's name to continue: ");
    terminal.type_line("phone");
    terminal.expect("you did not type the device's name: nothing is removed");
    assert_eq!(terminal.wait().status, 1);
    assert_eq!(world.aws.user("some-user").devices.len(), 2);
    let mut terminal = remove();
    terminal.expect("Type the device's name to continue: ");
    terminal.type_line("old");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.user("some-user").devices.len(), 1);
    assert!(world.aws.unassigned_devices().is_empty());
}

#[test]
fn the_last_device_is_kept_without_force_and_the_profile_that_names_it_is_reported() {
    let world = with_devices(|u| u);
    let run = world.vault(["mfa", "remove", "me", "--device", "phone"]).run().fails(1);
    assert!(run.stderr.contains("`phone` is the last MFA device of user `some-user`: without one, you lose everything"), "{run:?}");
    let code = world.aws.fresh_code("some-user");
    let run = world.vault(["mfa", "remove", "me", "--device", &format!("{PREFIX}phone"), "--force", "-t", &code]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stderr.contains("`mfa_serial` still names it in `me`"), "{run:?}");
    assert!(world.aws.user("some-user").devices.is_empty());
}

#[test]
fn a_denied_deletion_leaves_the_device_unassigned_with_a_command_for_an_administrator() {
    let world = with_devices(|u| u.mfa("old").deny("iam:DeleteVirtualMFADevice"));
    let code = world.aws.code_of(&format!("{PREFIX}phone"));
    let run = world.vault(["mfa", "remove", "me", "--device", "old", "--force", "-t", &code]).run();
    assert_eq!(run.status, 0, "{run:?}");
    let says = format!(
        "{PREFIX}old is left unassigned; an administrator can delete it with `aws iam delete-virtual-mfa-device --serial-number {PREFIX}old`"
    );
    assert!(run.stderr.contains(&says), "{run:?}");
    assert_eq!(world.aws.unassigned_devices(), [format!("{PREFIX}old")]);
}

#[test]
fn unknown_devices_and_unconfirmed_removals_change_nothing() {
    let world = with_devices(|u| u.mfa("old").fido("key"));
    let run = world.vault(["mfa", "remove", "me", "--device", "none"]).run().fails(1);
    assert!(run.stderr.contains("user `some-user` has no MFA device `none`: it has `phone`, `old`, `key`"), "{run:?}");
    let run = world.vault(["mfa", "remove", "me", "--device", "old"]).run().fails(1);
    assert!(run.stderr.contains("hint: remove it without a prompt: add `--force`"), "{run:?}");
    // A hardware token or a passkey is deactivated, and there is nothing to delete.
    let code = world.aws.code_of(&format!("{PREFIX}phone"));
    world.vault(["mfa", "remove", "me", "--device", "key", "--force", "-t", &code]).run().ok();
    assert_eq!(world.aws.calls("DeleteVirtualMFADevice"), 0);
}

/// `exec` needs the role, but IAM lets only the user change their own devices.
#[test]
fn changes_are_made_as_the_user_even_if_the_keys_profile_has_a_role() {
    for long in ["", "duration_seconds = 7200\n"] {
        let aws = StandIn::builder().user("some-user", |u| u.mfa("phone").mfa("old").block_without_mfa());
        let world = World::with(aws.role("OpsSudo", |role| role.require_mfa().max_duration(7200)).start(), "");
        world.add("me", "some-user");
        let role = "source_profile = me\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n";
        world.write(".aws/config", format!("[profile me]\nregion = us-east-1\nmfa_serial = {PREFIX}phone\n{role}{long}"));
        let code = world.aws.fresh_code("some-user");
        world.vault(["mfa", "remove", "me", "--device", "old", "--force", "-t", &code]).run().ok();
        assert_eq!(world.aws.last("DeactivateMFADevice").user_name.as_deref(), Some("some-user"), "{long}");
        let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "--device", "tablet"]));
        scan_and_type(&mut terminal);
        terminal.expect(&format!("Profile `me` names {PREFIX}phone: name {PREFIX}tablet instead? [y/N] "));
        terminal.type_line("n");
        assert_eq!(terminal.wait().status, 0, "{long}");
        let calls = (world.aws.calls("AssumeRole"), world.aws.calls("GetSessionToken"));
        assert_eq!((calls, world.aws.user("some-user").devices.len()), ((0, 1), 2), "{long}");
    }
}

#[test]
fn a_malformed_code_is_refused_before_anything_is_unlocked_or_called() {
    let world = with_devices(|u| u.mfa("old"));
    for words in [&["mfa", "enroll", "me"][..], &["mfa", "remove", "me", "--device", "old", "--force"]] {
        let words = [words, &["-t", "12345"]].concat();
        let run = world.command(&World::binary(), &words).env("AWS_VAULT_FILE_PASSPHRASE", "wrong").run().fails(2);
        assert!(run.stderr.contains("token code") || run.stderr.contains("six digits"), "{run:?}");
    }
    assert_eq!(world.aws.requests().len(), 0);
}
