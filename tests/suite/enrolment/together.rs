//! Two simultaneous enrolments of one user: neither takes the other's device for an abandoned one.

use super::*;

#[test]
fn a_second_run_names_the_first_and_touches_nothing() {
    let world = world_of("some-user", |u| u);
    let mut first = enroll(&world);
    scan_and_type_in_between(&mut first, || {
        for words in [&["mfa", "enroll", "me"][..], &["mfa", "enroll", "me", "--device", "other"], &["setup", "me"]] {
            let mut second = Terminal::run(world.command(&World::binary(), words));
            second.expect("is enrolling a device for user `some-user`");
            second.expect("hint: finish it there, or press Ctrl-C there; then try again");
            assert_eq!(second.wait().status, 1, "{words:?}");
        }
        assert_eq!(world.aws.unassigned_devices(), [format!("{PREFIX}some-user")]);
        assert_eq!((world.aws.calls("CreateVirtualMFADevice"), world.aws.calls("DeleteVirtualMFADevice")), (1, 0));
    });
    first.expect("you are signed in");
    assert_eq!(first.wait().status, 0);
    assert_eq!(world.aws.user("some-user").serial(), format!("{PREFIX}some-user"));
}

fn scan_and_type_in_between(terminal: &mut Terminal, meanwhile: impl FnOnce()) {
    terminal.expect(FIRST);
    meanwhile();
    // The current code: the steps in between may have taken a while.
    let (app, _) = App::scan(terminal, 24, 80);
    terminal.type_line(&app.code(0));
    terminal.expect(NEXT);
    terminal.type_line(&app.code(1));
}

#[test]
fn another_users_enrolment_does_not_interfere() {
    let world = world_of("some-user", |u| u);
    let mut first = enroll(&world);
    first.expect(FIRST);
    let other = vault::model::Arn::parse("arn:aws:iam::123456789012:user/other").expect("an ARN");
    let directories = crate::support::steps::directories(&world);
    assert!(vault::sessions::DeviceFile::of_enrolment(&directories, &other).hold().is_ok());
    first.press_ctrl(b'd');
    assert_eq!(first.wait().status, 130);
}
