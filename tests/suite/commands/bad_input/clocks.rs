//! A local clock that is ahead or behind, by minutes or hours: one warning, and no more codes than with a correct one.

use vault::model::{SessionDuration, Timestamp};
use vault::os::clock;

use crate::support::world::World;

/// How far AWS is ahead, and what the warning says about this machine.
const OFFSETS: [(i64, &str); 6] = [
    (-9 * 3600, "9 hours ahead of"),
    (9 * 3600, "9 hours behind"),
    (-600, "10 minutes ahead of"),
    (600, "10 minutes behind"),
    (-200, "3 minutes ahead of"),
    (200, "3 minutes behind"),
];

#[test]
fn a_clock_that_is_off_gets_one_warning_and_costs_no_extra_codes() {
    for (offset, said) in OFFSETS {
        let world = World::with_key();
        world.aws.set_clock_offset(offset);
        let warning = format!("vault: warning: this machine's clock is {said} AWS's: ");

        let run = world.vault(["exec", "read-only", "--", "printenv", "AWS_CREDENTIAL_EXPIRATION"]).code_of("some-user").run();
        assert_eq!((run.status, run.stderr.lines().count()), (0, 1), "{run:?}");
        assert!(run.stderr.starts_with(&warning) && run.stderr.contains(clock::CURE), "{run:?}");
        // The client compares this time with this machine's clock.
        let ends = Timestamp::parse_rfc3339(run.stdout.trim()).expect("a time");
        let left = ends.seconds_since(clock::now());
        assert!((8 * 3600 - 60..=8 * 3600).contains(&left), "{said}: {left}");

        let run = world.vault(["exec", "opssudo", "--", "true"]).run();
        assert_eq!((run.status, run.stderr.lines().count()), (0, 1), "{run:?}");
        assert!(run.stderr.starts_with(&warning), "{run:?}");
        for profile in ["read-only", "opssudo"] {
            let run = world.vault(["exec", profile, "--", "true"]).run();
            assert_eq!((run.status, run.stderr.as_str()), (0, ""), "from the cache, without a warning: {said}");
        }
        assert_eq!((world.aws.answered("GetSessionToken"), world.aws.answered("AssumeRole")), (1, 1), "{said}");
    }
}

#[test]
fn several_calls_of_one_run_give_one_warning() {
    let world = World::with_key();
    world.aws.set_clock_offset(3600);
    let run = world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
    assert_eq!((run.status, run.stderr.matches("warning: this machine's clock").count()), (0, 1), "{run:?}");
    assert_eq!((world.aws.answered("GetSessionToken"), world.aws.answered("AssumeRole")), (1, 1));
}

#[test]
fn a_few_seconds_count_as_a_slow_network() {
    for offset in [-50, 50] {
        let world = World::with_key();
        world.aws.set_clock_offset(offset);
        let run = world.vault(["exec", "read-only", "--", "printenv", "AWS_CREDENTIAL_EXPIRATION"]).code_of("some-user").run();
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        let ends = Timestamp::parse_rfc3339(run.stdout.trim()).expect("a time");
        assert!(ends <= clock::now().plus(SessionDuration::from_secs(8 * 3600)), "it never lasts longer than requested");
    }
}

#[test]
fn a_device_over_its_budget_is_distinguished_from_one_that_is_not_the_users() {
    let world = World::with_key();
    let exec = |code: &str| world.vault(["exec", "read-only", "--fresh", "-t", code, "--", "true"]);
    world.aws.spend_budget("some-user");
    let run = exec("123456").run().fails(1);
    assert!(run.stderr.contains("unable to validate MFA code") && run.stderr.contains("hint: correct `mfa_serial`"), "{run:?}");
    assert!(run.stderr.contains("too many of its codes within three minutes: wait until "), "both causes are named: {run:?}");

    super::super::forget_codes(&world);
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.aws.spend_budget("some-user");
    let before = world.aws.calls("GetSessionToken");
    for _ in 0..2 {
        let run = exec("123456").env("TZ", "XXX-05:30").run().fails(1);
        assert!(
            run.stderr.starts_with("vault: AWS refuses codes from this device for now: it got too many within three minutes"),
            "{run:?}"
        );
        let (_, until) = run.stderr.split_once("hint: wait until ").expect("a hint");
        assert!(until[8..].starts_with(" UTC (") && until[22..].starts_with(" local time), then give the code"), "{until}");
    }
    assert!(world.aws.calls("GetSessionToken") <= before + 2);
}
