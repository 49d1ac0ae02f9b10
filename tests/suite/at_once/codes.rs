//! No code is used twice, and none is wasted.

use crate::support::aws::{Fault, Refusal, StandIn};
use crate::support::pty::Terminal;
use crate::support::world::{TWO_PROFILES, World};

/// A device shows a new code after this many seconds.
const STEP: i64 = 30;

fn world() -> World {
    World::with_key()
}

#[test]
fn a_second_call_inside_one_step_waits_for_the_next_code() {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user"))
        .role("OpsSudo", |role| role.require_mfa())
        .role("Other", |role| role.require_mfa());
    let config = format!("{TWO_PROFILES}\n[profile other]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/Other\n");
    let mut world = World::with(aws.start(), &config);
    world.own_clock();
    world.add("read-only", "some-user");
    let url = world.aws.code_url("some-user").replace("&fresh=1", "");
    let fetch = format!("mfa_process = python3 -c 'import urllib.request;print(urllib.request.urlopen(\"{url}\").read().decode())'\n");
    world.write(".aws/config", config.replacen("mfa_serial", &format!("{fetch}mfa_serial"), 1));

    world.vault(["exec", "--no-session", "opssudo", "--", "true"]).run().ok();
    let refused = world.vault(["exec", "--no-session", "--no-wait", "other", "--", "true"]).run().fails(1);
    assert!(refused.stderr.contains("already used"), "{refused:?}");
    assert_eq!(world.aws.calls("AssumeRole"), 1, "nothing is sent that would be refused");
    let mut terminal = Terminal::run(world.vault(["exec", "--no-session", "other", "--", "true"]));
    terminal.expect("was just used; waiting ");
    world.later(STEP);
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!((world.aws.calls("AssumeRole"), world.aws.answered("AssumeRole")), (2, 2), "the second code is the next one");
}

#[test]
fn a_code_that_aws_accepted_is_refused_here_when_given_again() {
    let world = world();
    let code = world.aws.fresh_code("some-user");
    world.vault(["exec", "--mfa-token", &code, "read-only", "--", "true"]).run().ok();
    let again = world.vault(["exec", "--fresh", "--mfa-token", &code, "read-only", "--", "true"]).run().fails(1);
    assert!(again.stderr.contains("already used"), "{again:?}");
    assert!(again.stderr.contains("hint: wait "), "{again:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_code_that_aws_never_looked_at_is_not_spent() {
    let world = world();
    let code = world.aws.fresh_code("some-user");
    world.aws.fault("GetSessionToken", Fault::throttling(), 100);
    let failed = world.vault(["exec", "--mfa-token", &code, "read-only", "--", "true"]).env("AWS_MAX_ATTEMPTS", "1").run().fails(1);
    assert!(failed.stderr.contains("AWS throttled `GetSessionToken`"), "{failed:?}");
    world.aws.clear_faults();
    world.vault(["exec", "--mfa-token", &code, "read-only", "--", "true"]).run().ok();
}

#[test]
fn a_code_that_aws_may_have_looked_at_before_it_failed_is_not_sent_again() {
    let world = world();
    let code = world.aws.fresh_code("some-user");
    world.aws.fault("GetSessionToken", Fault::internal(), 100);
    let failed = world.vault(["exec", "--mfa-token", &code, "read-only", "--", "true"]).env("AWS_MAX_ATTEMPTS", "1").run().fails(1);
    assert!(failed.stderr.contains("AWS failed in `GetSessionToken`"), "{failed:?}");
    world.aws.clear_faults();
    let calls = world.aws.calls("GetSessionToken");
    world.vault(["exec", "--mfa-token", &code, "read-only", "--", "true"]).run().fails(1);
    assert_eq!(world.aws.calls("GetSessionToken"), calls);
}

#[test]
fn a_clock_that_is_off_explains_a_refused_code() {
    let world = world();
    world.aws.set_clock_offset(90);
    let wrong = world.aws.wrong_code("some-user");
    let refused = world.vault(["exec", "--mfa-token", &wrong, "read-only", "--", "true"]).run().fails(1);
    assert!(refused.stderr.contains("seconds behind"), "{refused:?}");

    world.aws.set_clock_offset(0);
    let wrong = world.aws.wrong_code("some-user");
    let refused = world.vault(["exec", "--mfa-token", &wrong, "read-only", "--", "true"]).run().fails(1);
    assert!(refused.stderr.contains("AWS refused the code"), "{refused:?}");
    assert!(!refused.stderr.contains("this machine's clock"), "{refused:?}");
}

#[test]
fn a_code_that_aws_refused_is_not_sent_again() {
    let world = world();
    let wrong = world.aws.wrong_code("some-user");
    for _ in 0..2 {
        world.vault(["exec", "--mfa-token", &wrong, "read-only", "--", "true"]).run().fails(1);
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_code_that_aws_may_have_looked_at_is_spent_whatever_the_error() {
    let mut world = world();
    world.own_clock();
    for (flags, why) in [(&["--duration", "2h"][..], "a longer session than the role allows"), (&["--no-session"], "nothing")] {
        if flags == ["--no-session"] {
            world.aws.fault("AssumeRole", Fault::FailAfter(Refusal::new(403, "AccessDenied", "User is not authorized")), 1);
        }
        let code = world.aws.fresh_code("some-user");
        let arguments = [&["exec", "opssudo", "--mfa-token", &code], flags, &["--", "true"]].concat();
        world.command(&World::binary(), &arguments).run().fails(1);
        let calls = world.aws.requests().len();
        let again = world.vault(["exec", "read-only", "--mfa-token", &code, "--", "true"]).run().fails(1);
        assert!(again.stderr.contains("this code was already used"), "{why}: {again:?}");
        assert_eq!(world.aws.requests().len(), calls, "{why}: nothing is sent");
        world.later(STEP);
    }
}

#[test]
fn a_lost_answer_is_explained_without_blaming_the_code() {
    let mut world = world();
    world.own_clock();
    world.aws.fault("GetSessionToken", Fault::DropAfter, 1);
    let code = world.aws.fresh_code("some-user");
    let lost = world.vault(["exec", "read-only", "--mfa-token", &code, "--", "true"]).run().fails(1);
    assert!(lost.stderr.contains("AWS's first answer to this code was lost, and the code cannot be used again"), "{lost:?}");
    assert!(lost.stderr.contains("hint: wait "), "{lost:?}");
    // A person who can give the next code is asked for it, and the run continues.
    world.aws.fault("GetSessionToken", Fault::DropAfter, 1);
    let url = world.aws.code_url("some-user").replace("&fresh=1", "");
    let fetch = format!("mfa_process = python3 -c 'import urllib.request;print(urllib.request.urlopen(\"{url}\").read().decode())'\n");
    world.write(".aws/config", TWO_PROFILES.replacen("mfa_serial", &format!("{fetch}mfa_serial"), 1));
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    terminal.expect("was just used; waiting ");
    world.later(STEP);
    terminal.expect("for the next code of ");
    world.later(STEP);
    let ended = terminal.wait();
    assert_eq!(ended.status, 0, "{ended:?}");
}
