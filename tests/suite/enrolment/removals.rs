//! Removals that are refused, interrupted or overtaken: the next enrolment uses none of their leftovers.

use vault::model::{Arn, MfaSerial};
use vault::ports::DeviceNote as _;
use vault::sessions::DeviceFile;

use crate::support::aws::Fault;
use crate::support::steps::directories;

use super::*;

fn world() -> World {
    world_from(|u| u.mfa("phone").mfa("lost"))
}

/// A world whose profile names `phone`, with a session from it.
fn world_from(describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    let world = world_of("some-user", describe);
    world.write(".aws/config", format!("[profile me]\nregion = us-east-1\nmfa_serial = {PREFIX}phone\n"));
    let code = world.aws.code_of(&format!("{PREFIX}phone"));
    world.vault(["exec", "me", "-t", &code, "--", "true"]).run().ok();
    world
}

fn notes(world: &World) -> [DeviceFile; 2] {
    let user = Arn::parse("arn:aws:iam::123456789012:user/some-user").expect("an ARN");
    [DeviceFile::of_enrolment(&directories(world), &user), DeviceFile::of_removal(&directories(world), &user)]
}

fn serial(name: &str) -> MfaSerial {
    MfaSerial::parse(&format!("{PREFIX}{name}")).expect("a serial")
}

/// The user's devices, and the unassigned ones.
fn devices(world: &World) -> (Vec<String>, Vec<String>) {
    let name = |serial: String| serial.strip_prefix(PREFIX).expect("a virtual device").to_owned();
    let of_user = world.aws.user("some-user").devices.into_iter().map(|(serial, _)| name(serial)).collect();
    (of_user, world.aws.unassigned_devices().into_iter().map(name).collect())
}

fn remove_lost(world: &World) -> crate::support::world::Run {
    world.vault(["mfa", "remove", "me", "--device", "lost", "--force"]).run()
}

/// The next enrolment makes the requested device, and no other is written into the profile.
#[track_caller]
fn enrolls_the_new_one(world: &World, says: Option<&str>) {
    let mut terminal = Terminal::run(world.vault(["mfa", "enroll", "me", "--device", "new"]));
    if let Some(says) = says {
        terminal.expect(says);
    }
    scan_and_type(&mut terminal);
    terminal.expect(&format!("AWS has enabled {PREFIX}new for user"));
    terminal.expect(&format!("Profile `me` names {PREFIX}phone: name {PREFIX}new instead? [y/N] "));
    terminal.type_line("y");
    assert_eq!(terminal.wait().status, 0);
    assert!(world.read(".aws/config").contains(&format!("mfa_serial = {PREFIX}new\n")));
    assert_eq!(notes(world).map(|note| note.begun()), [None, None]);
}

#[test]
fn a_removal_that_aws_refuses_or_that_is_killed_before_its_first_call_changes_nothing() {
    for killed in [false, true] {
        let world = world();
        if killed {
            notes(&world)[1].begin(&serial("lost"));
        } else {
            world.aws.fault("DeactivateMFADevice", Fault::fail(403, "AccessDenied", "no"), 1);
            assert!(remove_lost(&world).fails(1).stderr.contains("iam:DeactivateMFADevice"));
            assert_eq!(notes(&world).map(|note| note.begun()), [None, None]);
        }
        enrolls_the_new_one(&world, None);
        let (of_user, unassigned) = devices(&world);
        assert!(of_user.len() == 3 && of_user.contains(&"lost".to_owned()) && unassigned.is_empty(), "{of_user:?} {unassigned:?}");
    }
}

#[test]
fn the_next_enrolment_or_removal_finishes_one_that_was_killed_between_its_two_calls() {
    let deleted = format!("deleted the device {PREFIX}lost, which an interrupted `vault mfa remove` removed");
    let half_removed = || {
        let world = world_from(|u| u.mfa("phone").mfa("old").orphan("lost"));
        notes(&world)[1].begin(&serial("lost"));
        world
    };
    let world = half_removed();
    enrolls_the_new_one(&world, Some(&deleted));
    assert!(world.aws.unassigned_devices().is_empty());
    let world = half_removed();
    let run = world.vault(["mfa", "remove", "me", "--device", "old", "--force"]).run();
    assert!(run.status == 0 && run.stderr.contains(&deleted), "{run:?}");
    assert_eq!(devices(&world), (vec!["phone".to_owned()], vec![]));
    assert_eq!(notes(&world).map(|note| note.begun()), [None, None]);
}

#[test]
fn after_a_lost_answer_a_removal_reports_the_truth() {
    for call in ["DeactivateMFADevice", "DeleteVirtualMFADevice"] {
        let world = world();
        world.aws.fault(call, Fault::DropAfter, 1);
        let run = remove_lost(&world);
        assert!(run.status == 0 && run.stderr.contains(&format!("removed {PREFIX}lost from user `some-user`")), "{call}: {run:?}");
        assert_eq!(devices(&world), (vec!["phone".to_owned()], vec![]), "{call}");
        enrolls_the_new_one(&world, None);
    }
}

#[test]
fn the_last_device_is_kept_even_if_the_other_one_disappears_during_the_question() {
    let world = world();
    let mut terminal = Terminal::run(world.vault(["mfa", "remove", "me", "--device", "phone"]));
    terminal.expect("Type the device's name to continue: ");
    assert_eq!(remove_lost(&world).status, 0);
    terminal.type_line("phone");
    terminal.expect("`phone` is the last MFA device of user `some-user`");
    assert_eq!(terminal.wait().status, 1);
    assert_eq!(devices(&world).0, ["phone"]);
}

#[test]
fn an_interrupted_enrolment_does_not_prevent_another() {
    let world = world();
    notes(&world)[0].begin(&serial("lost"));
    enrolls_the_new_one(
        &world,
        Some(&format!("AWS already enabled {PREFIX}lost in a run that was interrupted, but you asked for another device")),
    );
    assert_eq!(devices(&world).0.len(), 3);
}
