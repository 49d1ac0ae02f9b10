//! `setup`: from an access key to a working `exec`; each step is skipped that is done already.

use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/OpsSudo";

fn world() -> World {
    let aws = StandIn::builder().user("some-user", UserBuilder::block_without_mfa).role("OpsSudo", |role| role.require_mfa()).start();
    let world = World::with(aws, "");
    world.seed_identity();
    world
}

fn setup(world: &World) -> Terminal {
    let (id, secret) = world.aws.user("some-user").access_key();
    let setup = world.vault(["setup", "me", "--env", "--region", "eu-west-1", "--role", ROLE]);
    Terminal::run(setup.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret))
}

/// The end of it, and what it leads to.
#[track_caller]
fn ends_well(world: &World, mut terminal: Terminal) {
    terminal.expect("session: of `me` is there");
    terminal.expect("proof: AWS knows the session as arn:aws:iam::123456789012:user/some-user");
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    let serial = format!("{PREFIX}some-user");
    assert_eq!(
        world.read(".aws/config"),
        format!(
            "[profile me]\nregion = eu-west-1\nmfa_serial = {serial}\n\n[profile OpsSudo]\nsource_profile = me\nrole_arn = {ROLE}\nmfa_serial = {serial}\nregion = eu-west-1\n"
        )
    );
    assert!(world.aws.unassigned_devices().is_empty());
    world.vault(["exec", "OpsSudo", "--", "true"]).run().ok();
}

#[test]
fn one_command_leads_from_a_key_to_a_session_and_the_next_run_has_nothing_left_to_do() {
    let world = world();
    let mut terminal = setup(&world);
    scan_and_type(&mut terminal);
    ends_well(&world, terminal);
    let before = world.aws.calls("CreateVirtualMFADevice");
    let mut terminal = setup(&world);
    terminal.expect("key: is stored as `me` already");
    terminal.expect(&format!("device: {PREFIX}some-user is in the profile already"));
    ends_well(&world, terminal);
    assert_eq!((world.aws.calls("CreateVirtualMFADevice"), world.aws.answered("GetSessionToken")), (before, 1));
}

#[test]
fn interrupted_at_each_question_it_goes_on() {
    let world = world();
    for second in [false, true] {
        let mut terminal = setup(&world);
        terminal.expect(FIRST);
        if second {
            let (app, _) = App::scan(&terminal, 24, 80);
            terminal.type_line(&app.code(0));
            terminal.expect(NEXT);
        }
        terminal.press_ctrl(b'c');
        assert_eq!(terminal.wait().status, 130);
    }
    // What an interrupted run left may not be deleted without MFA here: it is named.
    let mut terminal = setup(&world);
    terminal.expect("is left unassigned; an administrator can delete it");
    scan_and_type(&mut terminal);
    terminal.expect("session: of `me` is there");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_key_without_its_profile_gets_one() {
    let world = world();
    world.add("me", "some-user");
    world.write(".aws/config", "");
    let mut terminal = setup(&world);
    terminal.expect("key: is stored as `me` already");
    scan_and_type(&mut terminal);
    ends_well(&world, terminal);
}
