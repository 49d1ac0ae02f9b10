//! An AWS that is unreachable, slow, broken, or whose clock differs.

use std::time::Duration;

use insta::assert_snapshot;

use crate::support::aws::Fault;
use crate::support::world::{Invocation, World};

use super::super::forget_codes;
use super::Kept;

fn exec(world: &World) -> Invocation<'_> {
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user")
}

#[test]
fn an_unreachable_aws_is_reported_and_spends_no_code() {
    let mut world = World::with_key();
    let url = world.aws.url();
    // A reserved port where nothing listens and which no other test can get.
    let nowhere = "127.0.0.1:1";
    world.set("AWS_ENDPOINT_URL", &format!("http://{nowhere}"));
    let stderr = Kept::in_(&world).by(&exec(&world).run(), 1);
    assert_snapshot!(stderr, @"
    vault: profile `read-only`: AWS could not be reached for `GetSessionToken`: Connection refused
    hint: check `AWS_ENDPOINT_URL`, the network and `HTTPS_PROXY`; cached sessions keep working
    ");
    world.set("AWS_ENDPOINT_URL", "http://no-such-host.invalid");
    let stderr = Kept::in_(&world).by(&exec(&world).run(), 1);
    assert!(stderr.starts_with("vault: profile `read-only`: AWS could not be reached for `GetSessionToken`: "), "{stderr}");
    // The same code is still good.
    world.set("AWS_ENDPOINT_URL", &url);
    assert_eq!(exec(&world).run().status, 0);
}

/// The hint about an endpoint names what named it, and nothing else.
#[test]
fn what_named_the_endpoint_is_what_the_hint_says_to_check() {
    const NOWHERE: &str = "http://127.0.0.1:1";
    let roles = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\nsource_profile = read-only\n";
    for (variables, own, arguments, named) in [
        (&["AWS_ENDPOINT_URL"][..], "", &["exec", "read-only", "--", "true"][..], "`AWS_ENDPOINT_URL`"),
        (&["AWS_ENDPOINT_URL_STS"], "", &["exec", "read-only", "--", "true"], "`AWS_ENDPOINT_URL_STS`"),
        (&["AWS_ENDPOINT_URL_IAM"], "", &["mfa", "list", "read-only"], "`AWS_ENDPOINT_URL_IAM`"),
        (&["AWS_ENDPOINT_URL_IAM"], "", &["audit", "read-only"], "`AWS_ENDPOINT_URL_IAM`"),
        (&["AWS_ENDPOINT_URL_SIGNIN"], "", &["login", "role", "--stdout"], "`AWS_ENDPOINT_URL_SIGNIN`"),
        (&[], "endpoint_url = NOWHERE\n", &["exec", "read-only", "--", "true"], "`endpoint_url` (~/.aws/config:4)"),
        (
            &[],
            "services = x\n[services x]\nsts =\n  endpoint_url = NOWHERE\n",
            &["exec", "read-only", "--", "true"],
            "`endpoint_url` (~/.aws/config:6)",
        ),
    ] {
        let mut world = World::with_key();
        world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        world.set("AWS_MAX_ATTEMPTS", "1");
        let before = "[profile read-only]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n";
        world.write(".aws/config", format!("{before}{}\n{roles}", own.replace("NOWHERE", NOWHERE)));
        if variables.is_empty() {
            world.unset("AWS_ENDPOINT_URL");
        }
        for variable in variables {
            world.set(variable, NOWHERE);
        }
        forget_codes(&world);
        let command = world.command(&World::binary(), arguments);
        // A session is found by its endpoint: at another one there is none.
        let command = if arguments[0] == "exec" { command.code_of("some-user") } else { command };
        let run = command.run().fails(1);
        let hint = format!("hint: check {named}, the network and `HTTPS_PROXY`");
        assert!(run.stderr.contains(&hint), "{named}: {run:?}");
        assert_eq!(run.stderr.matches("ndpoint_url").count() + run.stderr.matches("ENDPOINT_URL").count(), 1, "{named}: {run:?}");
    }
}

#[test]
fn a_slow_aws_is_waited_for() {
    let world = World::with_key();
    world.aws.fault("GetSessionToken", Fault::Delay(Duration::from_secs(3)), 1);
    let run = exec(&world).run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(world.aws.calls("GetSessionToken"), 1, "one request is enough");
}

#[test]
fn an_aws_that_never_answers_is_given_up() {
    let mut world = World::with_key();
    world.set("AWS_MAX_ATTEMPTS", "1");
    world.aws.fault("GetSessionToken", Fault::Hang(Duration::from_mins(2)), 1);
    assert_snapshot!(Kept::in_(&world).by(&exec(&world).run(), 1), @"
    vault: waiting for AWS to answer `GetSessionToken`, for 60 s at most
    vault: profile `read-only`: AWS gave no answer to `GetSessionToken`: it took too long
    hint: give the device's next code, since AWS may have used this one
    hint: check `AWS_ENDPOINT_URL`, the network and `HTTPS_PROXY`; cached sessions keep working
    ");
}

#[test]
fn a_code_whose_answer_never_came_is_not_sent_again() {
    for fault in [Fault::Drop, Fault::Drop.after(), Fault::internal(), Fault::internal().after()] {
        let mut world = World::with_key();
        world.set("AWS_MAX_ATTEMPTS", "1");
        let code = world.aws.fresh_code("some-user");
        let once = || world.vault(["exec", "read-only", "--no-wait", "--mfa-token", &code, "--", "true"]).run().fails(1);
        world.aws.fault("GetSessionToken", fault.clone(), 1);
        let run = once();
        assert!(run.stderr.contains("next code"), "{fault:?}: {run:?}");
        let run = once();
        assert!(run.stderr.contains("each code works once"), "{fault:?}: {run:?}");
        assert_eq!(world.aws.calls("GetSessionToken"), 1, "{fault:?}");
    }
}

#[test]
fn a_broken_connection_is_retried_and_the_code_stays_unspent() {
    let world = World::with_key();
    world.aws.fault("GetSessionToken", Fault::Drop, 1);
    assert_eq!(exec(&world).run().status, 0);
    assert_eq!(world.aws.calls("GetSessionToken"), 2);
}

#[test]
fn throttling_is_retried_and_reported_if_it_goes_on() {
    let world = World::with_key();
    world.aws.fault("GetSessionToken", Fault::throttling(), 1);
    assert_eq!(exec(&world).run().status, 0, "throttling once needs no message");
    world.aws.fault("GetSessionToken", Fault::throttling(), 100);
    let run = forget_codes(&world).vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `read-only`: AWS throttled `GetSessionToken`: Rate exceeded (Throttling)
    hint: try again in a minute
    ");
}

#[test]
fn a_server_error_of_aws_is_reported_as_one() {
    let world = World::with_key();
    world.aws.fault("GetSessionToken", Fault::internal(), 100);
    assert_snapshot!(Kept::in_(&world).by(&exec(&world).run(), 1), @"
    vault: profile `read-only`: AWS failed in `GetSessionToken`: The request processing has failed because of an unknown error, exception or failure. (InternalFailure)
    hint: try again in a minute, with the device's next code: AWS may have used this one before it failed
    ");
    world.aws.clear_faults();
    world.aws.fault("AssumeRole", Fault::unavailable(), 100);
    let run = forget_codes(&world).vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `opssudo`: AWS failed in `AssumeRole`: The request has failed due to a temporary failure of the server. (ServiceUnavailable)
    hint: try again in a minute
    ");
    world.aws.clear_faults();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    assert_eq!(world.aws.answered("GetSessionToken"), 1, "the session made before the failure was kept: no second code");
}

#[test]
fn a_clock_that_is_ten_minutes_off_is_corrected_by_the_reply() {
    for offset in [600, -600] {
        let world = World::with_key();
        world.aws.set_clock_offset(offset);
        assert_eq!(exec(&world).run().status, 0);
        assert_eq!((world.aws.calls("GetSessionToken"), world.aws.answered("GetSessionToken")), (2, 1));
    }
}

#[test]
fn a_clock_that_is_ten_minutes_off_is_named_if_nothing_corrects_it() {
    for (offset, direction) in [(600, "behind"), (-600, "ahead of")] {
        let mut world = World::with_key();
        world.set("AWS_MAX_ATTEMPTS", "1");
        world.aws.set_clock_offset(offset);
        let stderr = Kept::in_(&world).by(&exec(&world).run(), 1);
        let said = format!("this machine's clock is 10 minutes {direction} AWS's, so AWS refused `GetSessionToken`: ");
        assert!(stderr.starts_with(&format!("vault: profile `read-only`: {said}")), "{stderr}");
        assert!(stderr.contains(&format!("\nhint: set this machine's clock with {}\n", vault::os::clock::CURE)), "{stderr}");
    }
}

#[test]
fn a_clock_that_is_a_minute_off_is_named_as_the_reason_for_refused_codes() {
    let world = World::with_key();
    // AWS accepts the signature, but a code computed with this machine's clock is wrong.
    world.aws.set_clock_offset(90);
    let code = world.aws.wrong_code("some-user");
    let stderr = Kept::in_(&world).by(&world.vault(["exec", "read-only", "-t", &code, "--", "true"]).run(), 1);
    assert!(
        stderr.contains("AWS refused the code, and this machine's clock is 90 seconds behind") || stderr.contains("89 seconds behind"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: set this machine's clock"), "{stderr}");
}

#[test]
fn a_role_that_may_not_be_assumed_is_explained() {
    let world = World::with(
        crate::support::aws::StandIn::builder()
            .user("some-user", |user| user.mfa("some-user"))
            .role("OpsSudo", |role| role.trust("arn:aws:iam::123456789012:user/somebody-else"))
            .start(),
        crate::support::world::TWO_PROFILES,
    );
    world.add("read-only", "some-user");
    let run = world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `opssudo`: AWS refused `AssumeRole`: User: arn:aws:iam::123456789012:user/some-user is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/OpsSudo (AccessDenied)
    hint: the trust policy of arn:aws:iam::123456789012:role/OpsSudo must allow you, and a policy of yours must allow `sts:AssumeRole` on it; if one of them limits the age of the code, set `max_mfa_age` in the settings; `vault explain opssudo` shows who asks
    ");
}

#[test]
fn a_second_role_that_asks_for_mfa_is_explained() {
    let config = format!(
        "{}[profile second]\nsource_profile = opssudo\nrole_arn = arn:aws:iam::123456789012:role/Second\n",
        crate::support::world::TWO_PROFILES
    );
    let world = World::with(
        crate::support::aws::StandIn::builder()
            .user("some-user", |user| user.mfa("some-user"))
            .role("OpsSudo", |role| role.require_mfa())
            .role("Second", |role| role.require_mfa())
            .start(),
        &config,
    );
    world.add("read-only", "some-user");
    let stderr = Kept::in_(&world).by(&world.vault(["exec", "second", "--", "true"]).code_of("some-user").run(), 1);
    let hint = "hint: the trust policy of arn:aws:iam::123456789012:role/Second must allow the role before it, without asking for MFA";
    assert!(stderr.contains(hint), "{stderr}");
}

#[test]
fn a_duration_above_the_roles_own_maximum_is_explained() {
    let world = World::with_key();
    let run = world.vault(["exec", "opssudo", "-d", "2h", "--", "true"]).code_of("some-user").run();
    assert_snapshot!(Kept::in_(&world).by(&run, 1), @"
    vault: profile `opssudo`: AWS refused `AssumeRole`: The requested DurationSeconds exceeds the MaxSessionDuration set for this role. (ValidationError)
    hint: ask for less with `--duration 1h`, or raise the role's maximum: `aws iam update-role --role-name OpsSudo --max-session-duration 7200`
    ");
}

#[test]
fn a_region_that_is_switched_off_is_explained() {
    let aws = crate::support::aws::StandIn::builder().user("some-user", |user| user.mfa("some-user")).disable_region("ap-east-1").start();
    let world = World::with(aws, "[profile read-only]\nregion = ap-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n");
    world.add("read-only", "some-user");
    assert_snapshot!(Kept::in_(&world).by(&exec(&world).run(), 1), @"
    vault: profile `read-only`: AWS refused `GetSessionToken`: STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console. (RegionDisabledException)
    hint: name a region that the account uses, with `--region` or `region` in the profile
    ");
}
