//! After an interruption at any step, another run succeeds, and every leftover device is named.

use vault::model::Arn;
use vault::ports::DeviceNote as _;
use vault::sessions::DeviceFile;

use crate::support::steps::directories;

use super::*;

fn note(world: &World) -> DeviceFile {
    DeviceFile::of_enrolment(&directories(world), &Arn::parse("arn:aws:iam::123456789012:user/some-user").expect("an ARN"))
}

/// Enrols after an interrupted run, and names that run's leftovers.
#[track_caller]
fn ends_well(world: &World, says: Option<&str>) {
    let mut terminal = enroll(world);
    if let Some(says) = says {
        terminal.expect(says);
    }
    scan_and_type(&mut terminal);
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert!(world.aws.unassigned_devices().is_empty(), "nothing is left at AWS");
    assert_eq!(note(world).begun(), None);
    assert!(world.read(".aws/config").contains("mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"));
}

const DELETED: &str = "deleted the device arn:aws:iam::123456789012:mfa/some-user, which an earlier run made and never enabled";

#[test]
fn ctrl_c_restores_the_terminal_and_the_next_run_deletes_the_leftovers() {
    let world = world_of("some-user", |u| u);
    for second in [false, true] {
        let mut terminal = enroll(&world);
        terminal.expect(FIRST);
        let (app, _) = App::scan(&terminal, 24, 80);
        if second {
            terminal.type_line(&app.code(0));
            terminal.expect(NEXT);
        }
        terminal.press_ctrl(b'c');
        let written = terminal.written();
        let ended = terminal.wait();
        assert!(ended.status == 130 && ended.as_it_was, "{ended:?}");
        let mut left = Shown::after(if second { &written } else { ended.screen.as_bytes() }, 24, 80);
        assert!(!left.is_alternate() && !left.text().contains(['█', '▀', '▄']), "{}", left.text());
        assert_eq!(world.aws.unassigned_devices().len(), 1);
    }
    ends_well(&world, Some(DELETED));
}

#[test]
fn after_a_kill_or_a_closed_terminal_the_next_run_finds_the_device() {
    for hang_up in [false, true] {
        let world = world_of("some-user", |u| u);
        let mut terminal = enroll(&world);
        terminal.expect(FIRST);
        if hang_up {
            terminal.hang_up();
        } else {
            let pid = rustix::process::Pid::from_raw(terminal.pid().cast_signed()).expect("a process");
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
            assert_eq!(terminal.wait().status, 137);
        }
        ends_well(&world, Some(DELETED));
    }
}

#[test]
fn an_abandoned_device_is_deleted_at_once() {
    let world = world_of("some-user", |u| u);
    for give_up in [|terminal: &Terminal| terminal.press_ctrl(b'd'), |terminal: &Terminal| terminal.type_line("")] {
        let mut terminal = enroll(&world);
        terminal.expect(FIRST);
        give_up(&terminal);
        assert_eq!(terminal.wait().status, 130);
        assert!(world.aws.unassigned_devices().is_empty());
    }
    ends_well(&world, None);
}

#[test]
fn ctrl_z_restores_the_screen_and_fg_shows_the_qr_code_again() {
    let world = world_of("some-user", |u| u);
    let shell = format!("set -m\n{} mfa enroll me\necho stopped\nfg >/dev/null\n", World::binary().display());
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &shell]));
    terminal.expect(FIRST);
    terminal.press_ctrl(b'z');
    terminal.expect("stopped");
    scan_and_type(&mut terminal);
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.calls("CreateVirtualMFADevice"), 1);
}

#[test]
fn a_device_that_was_enabled_before_the_run_ended_is_used() {
    let world = world_of("some-user", |u| u.mfa("phone"));
    let serial = world.aws.user("some-user").serial();
    note(&world).begin(&vault::model::MfaSerial::parse(&serial).expect("a serial"));
    let run = world.vault(["mfa", "enroll", "me"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stderr.contains(&format!("AWS already enabled {serial} in a run that was interrupted")), "{run:?}");
    assert!(world.read(".aws/config").contains(&format!("mfa_serial = {serial}\n")));
    assert_eq!((note(&world).begun(), world.aws.calls("CreateVirtualMFADevice")), (None, 0));
}

#[test]
fn a_lost_answer_does_not_change_the_outcome() {
    use crate::support::aws::Fault;
    // The device exists, but its seed is lost: it is deleted.
    let world = world_of("some-user", |u| u);
    world.aws.fault("CreateVirtualMFADevice", Fault::DropAfter, 1);
    let mut terminal = enroll(&world);
    terminal.expect("AWS gave no answer to `CreateVirtualMFADevice`");
    assert_eq!(terminal.wait().status, 1);
    assert!(world.aws.unassigned_devices().is_empty());
    // It is enabled although the answer was lost.
    world.aws.fault("EnableMFADevice", Fault::DropAfter, 1);
    ends_well(&world, None);
    // AWS does not know it yet, or is still changing it.
    for (status, code) in [(404, "NoSuchEntity"), (409, "EntityTemporarilyUnmodifiable")] {
        let world = world_of("some-user", |u| u);
        world.aws.fault("EnableMFADevice", Fault::fail(status, code, "Please try again later."), 1);
        ends_well(&world, None);
    }
}

#[test]
fn a_device_that_may_not_be_deleted_is_named_with_a_command_for_an_administrator() {
    let world = world_of("some-user", |u| u.block_without_mfa());
    let mut terminal = enroll(&world);
    terminal.expect(FIRST);
    terminal.press_ctrl(b'd');
    terminal.expect("arn:aws:iam::123456789012:mfa/some-user is left unassigned; an administrator can delete it with `aws iam delete-virtual-mfa-device --serial-number arn:aws:iam::123456789012:mfa/some-user`");
    assert_eq!(terminal.wait().status, 130);
    let mut terminal = enroll(&world);
    terminal.expect("is left unassigned");
    scan_and_type(&mut terminal);
    terminal.expect("AWS has enabled arn:aws:iam::123456789012:mfa/some-user-2");
    terminal.expect("you are signed in");
    assert_eq!(terminal.wait().status, 0);
}
