//! Refusals by policies, AWS and clocks are explained and leave nothing.

use super::*;

#[test]
fn without_a_terminal_nothing_is_made() {
    let world = world_of("some-user", |u| u);
    let run = world.vault(["mfa", "enroll", "me"]).run().fails(1);
    assert!(run.stderr.contains("hint: run it on a terminal, where the QR code can be shown"), "{run:?}");
    assert_eq!(world.aws.calls("CreateVirtualMFADevice"), 0);
}

#[test]
fn a_refusal_by_a_policy_names_what_it_must_allow() {
    for action in ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice"] {
        let world = world_of("some-user", |u| u.deny(action));
        let mut terminal = enroll(&world);
        if action == "iam:EnableMFADevice" {
            scan_and_type(&mut terminal);
        }
        terminal.expect(&format!("your policy must allow `{}`", &action[4..]));
        assert_eq!(terminal.wait().status, 1);
        assert!(world.aws.unassigned_devices().is_empty(), "{action}");
    }
}

#[test]
fn having_only_passkeys_or_eight_devices_is_explained() {
    let world = world_of("some-user", |u| u.fido("key"));
    let mut terminal = enroll(&world);
    terminal.expect("user `some-user` has only passkeys or security keys, which STS cannot check");
    terminal.expect("AWS asks for your passkey there");
    assert_eq!(terminal.wait().status, 1);

    let world = world_of("some-user", |u| (1..=8).fold(u, |u, number| u.mfa(&format!("phone-{number}"))));
    world.write(".aws/config", format!("[profile me]\nregion = us-east-1\nmfa_serial = {PREFIX}phone-1\n"));
    let code = world.aws.code_of(&format!("{PREFIX}phone-1"));
    let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "-t", &code]));
    scan_and_type(&mut terminal);
    terminal.expect("Cannot exceed quota for MFADevicesPerUser: 8");
    terminal.expect("`vault mfa list me`, then `vault mfa remove me --device NAME`");
    assert_eq!(terminal.wait().status, 1);
    assert!(world.aws.unassigned_devices().is_empty());
}

#[test]
fn three_wrong_pairs_end_the_run_and_the_device_is_deleted() {
    let world = world_of("some-user", |u| u);
    let mut terminal = enroll(&world);
    for _ in 0..3 {
        terminal.expect(FIRST);
        terminal.type_line("000000");
        terminal.expect(NEXT);
        terminal.type_line("000001");
    }
    terminal.expect("AWS refused the codes three times: the device is not enabled");
    assert_eq!(terminal.wait().status, 1);
    assert!(world.aws.unassigned_devices().is_empty());
    assert_eq!(world.read(".aws/config"), "[profile me]\nregion = us-east-1\n");
}

#[test]
fn a_clock_that_is_off_gets_a_warning_before_codes_are_typed() {
    let world = world_of("some-user", |u| u);
    world.aws.set_clock_offset(-200);
    let mut terminal = enroll(&world);
    terminal.expect("take the codes from the device, and not from a program on this machine");
    terminal.expect(FIRST);
    terminal.press_ctrl(b'd');
    assert_eq!(terminal.wait().status, 130);
}

#[test]
fn invalid_device_names_are_refused_before_any_call() {
    let world = world_of("some-user", |u| u);
    for name in ["", "a b", "a/b", "ü"] {
        world.vault(["mfa", "enroll", "me", "--device", name]).run().fails(2);
    }
    world.vault(["mfa", "enroll", "me", "--ykman", "-x"]).run().fails(2);
    assert!(world.aws.requests().is_empty());
}
