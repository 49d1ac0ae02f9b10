//! Further devices: made through the first one's session, with a question before the profile names another.

use super::*;

fn with_phone(describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    let world = world_of("some-user", |u| describe(u.mfa("phone")));
    world.write(".aws/config", format!("[profile me]\nregion = us-east-1\nmfa_serial = {PREFIX}phone\n"));
    world
}

#[test]
fn a_second_device_is_made_through_the_session_of_the_first_and_replaces_it_on_request() {
    for (answer, named) in [("y", "tablet"), ("", "phone")] {
        let world = with_phone(UserBuilder::block_without_mfa);
        let code = world.aws.fresh_code("some-user");
        let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "--device", "tablet", "-t", &code]));
        scan_and_type(&mut terminal);
        terminal.expect(&format!("Profile `me` names {PREFIX}phone: name {PREFIX}tablet instead? [y/N] "));
        terminal.type_line(answer);
        let ended = terminal.wait();
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(world.read(".aws/config").contains(&format!("mfa_serial = {PREFIX}{named}\n")), "{answer}");
        assert_eq!(world.aws.user("some-user").devices.len(), 2);
    }
}

#[test]
fn a_name_that_is_taken_gets_a_number_and_an_orphan_is_not_used_again() {
    let world = world_of("some-user", |u| u.orphan("some-user").orphan("Some-User-2"));
    let mut terminal = enroll(&world);
    scan_and_type(&mut terminal);
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.user("some-user").serial(), format!("{PREFIX}some-user-3"));
    // If the list is forbidden, vault finds out by trying.
    let world = world_of("some-user", |u| u.orphan("some-user").deny("iam:ListVirtualMFADevices"));
    let mut terminal = enroll(&world);
    scan_and_type(&mut terminal);
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.user("some-user").serial(), format!("{PREFIX}some-user-2"));
    // A name that the person chose is not changed.
    let world = world_of("some-user", |u| u.orphan("tablet"));
    let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "--device", "tablet"]));
    terminal.expect("this account already has an MFA device `tablet`");
    assert_eq!(terminal.wait().status, 1);
    assert_eq!(world.aws.unassigned_devices().len(), 1);
}

#[test]
fn if_the_profile_names_none_of_several_devices_the_person_chooses_once() {
    let world = world_of("some-user", |u| u.mfa("phone").mfa("tablet"));
    let code = world.aws.code_of(&format!("{PREFIX}tablet"));
    let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "-t", &code]));
    terminal.expect("user `some-user` has several MFA devices:");
    terminal.expect("Which one? [1-2, Enter: 1] ");
    terminal.type_line("3");
    terminal.expect("Which one? ");
    terminal.type_line("2");
    terminal.expect(&format!("wrote `mfa_serial = {PREFIX}tablet` to profile `me`"));
    terminal.expect(FIRST);
    terminal.press_ctrl(b'd');
    assert_eq!(terminal.wait().status, 130);
    assert!(world.read(".aws/config").contains("mfa/tablet"));
}

#[test]
fn on_a_terminal_add_asks_which_device() {
    let world = World::with(StandIn::builder().user("some-user", |u| u.mfa("phone").fido("key").mfa("tablet")).start(), "");
    world.seed_identity();
    let (id, secret) = world.aws.user("some-user").access_key();
    let added = world.vault(["add", "me", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    let mut terminal = Terminal::run(added);
    terminal.expect(&format!("  1  {PREFIX}phone"));
    terminal.expect(&format!("  2  {PREFIX}tablet"));
    terminal.expect("Which one? [1-2, Enter: 1] ");
    terminal.type_line("2");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.read(".aws/config"), format!("[profile me]\nmfa_serial = {PREFIX}tablet\n"));
}
