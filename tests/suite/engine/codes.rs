//! One code at a time: a wrong code is asked for again, a spent one is waited out, and none is sent twice.

use vault::engine::{CodeRefusal, EngineError};
use vault::ports::{Again, AwsFaultKind, Sent};

use super::fakes::{START, STEP, World, no_wait};
use super::plan;

fn refusal(result: Result<vault::model::Credentials, EngineError>) -> CodeRefusal {
    match result {
        Err(EngineError::Code { why, serial }) => {
            assert_eq!(serial.as_str(), super::SERIAL);
            why
        }
        other => panic!("{other:?}"),
    }
}

fn sent(log: &[String]) -> Vec<&str> {
    log.iter().filter_map(|line| line.split_once(" with ").map(|(_, code)| code)).collect()
}

fn asked(log: &[String]) -> usize {
    log.iter().filter(|line| line.starts_with("ask")).count()
}

#[test]
fn a_wrong_code_is_asked_for_again() {
    let world = World::answering(["111111", "222222"]);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, Some(0)));
    assert!(world.run(&plan("read-only")).is_ok());
    let log = world.log();
    assert_eq!(sent(&log), ["111111", "222222"]);
    assert!(log.contains(&"ask again: AWS refused the code".to_owned()), "with the reason: {log:?}");
    assert_eq!(world.moment(), START, "at once: a refused code spends no step");
}

#[test]
fn a_code_is_asked_for_three_times_at_most() {
    let world = World::answering(["111111", "222222", "333333"]);
    world.refusals.borrow_mut().extend([(AwsFaultKind::InvalidCode, None); 3]);
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::Wrong);
    assert_eq!(sent(&world.log()), ["111111", "222222", "333333"]);
}

#[test]
fn any_other_refusal_is_not_blamed_on_the_code() {
    for kind in [AwsFaultKind::AccessDenied, AwsFaultKind::UnknownSerial, AwsFaultKind::InvalidKey, AwsFaultKind::Throttled] {
        let world = World::answering(["111111"]);
        world.refusals.borrow_mut().push_back((kind, None));
        assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Aws { fault, .. }) if fault.kind == kind));
        assert_eq!(asked(&world.log()), 1);
    }
}

#[test]
fn a_clock_that_is_off_is_named() {
    for (ahead, expected) in [
        (90, CodeRefusal::ClockOff { ahead: 90 }),
        (-90, CodeRefusal::ClockOff { ahead: -90 }),
        (30, CodeRefusal::Wrong),
        (-30, CodeRefusal::Wrong),
    ] {
        let world = World::answering(["111111"]);
        world.again.set(Again::Never);
        world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, Some(ahead)));
        assert_eq!(refusal(world.run(&plan("read-only"))), expected);
    }
    assert_eq!(
        CodeRefusal::ClockOff { ahead: -90 }.to_string(),
        "AWS refused the code, and this machine's clock is 90 seconds behind AWS's"
    );
}

#[test]
fn a_code_given_beforehand_is_sent_once() {
    let world = World::answering(["111111"]);
    world.again.set(Again::Never);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, None));
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::Wrong);
    assert_eq!(sent(&world.log()), ["111111"]);
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::Wrong, "the next process does not send it either");
    assert!(sent(&world.log()).is_empty());
}

#[test]
fn a_given_code_that_was_accepted_before_is_refused_here_and_another_is_not() {
    let world = World::answering(["111111"]);
    world.again.set(Again::Never);
    world.pass(10);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP, Sent::Taken));
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::Spent { seconds_to_next: 20 });
    assert!(sent(&world.log()).is_empty());
    world.answers.borrow_mut()[0] = Ok("222222");
    assert!(world.run(&plan("read-only")).is_ok(), "a code of another step: AWS decides");
    assert_eq!(world.moment(), START + 10, "nothing to wait for");
}

#[test]
fn a_second_call_in_one_step_waits_for_the_next() {
    let world = World::answering(["111111", "222222"]);
    world.pass(12);
    world.run(&plan("read-only")).unwrap();
    world.log();
    // The long role needs a separate code.
    world.run(&plan("long")).unwrap();
    let log = world.log();
    assert_eq!(
        log[4..8],
        [
            "tell: the code of arn:aws:iam::123456789012:mfa/some-user was just used; waiting 18 s for the next one",
            "ask",
            "lock device",
            "note Pending"
        ]
    );
    assert_eq!(world.moment(), START + 30, "asked once the device shows a new code");
    assert_eq!(sent(&log), ["222222"]);
}

#[test]
fn setting_the_clock_back_makes_no_wait_longer() {
    let world = World::answering(["111111", "222222"]);
    world.run(&plan("read-only")).unwrap();
    world.set_back.set(3600);
    // The countdown shows no more seconds than there were.
    world.run(&plan("long")).unwrap();
    assert_eq!(world.moment(), START + 30 - 3600);
}

#[test]
fn with_no_wait_a_spent_code_fails_at_once() {
    let world = World::answering(["111111"]);
    world.run(&plan("read-only")).unwrap();
    world.pass(29);
    world.log();
    assert_eq!(refusal(world.run_with(&plan("long"), &no_wait())), CodeRefusal::StepSpent { seconds_to_next: 1 });
    assert_eq!((world.moment(), asked(&world.log())), (START + 29, 0));
    // It also fails at once if another process asks: nobody knows how long a person takes.
    world.meanwhile(|_| ());
    let refused = world.run_with(&plan("long"), &no_wait()).unwrap_err().to_string();
    assert_eq!(refused, "another vault (process 7) is making a session with a code of arn:aws:iam::123456789012:mfa/some-user");
    assert_eq!(asked(&world.log()), 0);
}

#[test]
fn a_new_step_is_not_waited_for() {
    let world = World::answering(["111111", "222222"]);
    world.run(&plan("read-only")).unwrap();
    world.pass(30);
    world.run(&plan("long")).unwrap();
    assert_eq!(world.moment(), START + 30);
}

#[test]
fn the_same_code_typed_again_is_refused_here() {
    let world = World::answering(["111111", "111111", "222222"]);
    world.run(&plan("read-only")).unwrap();
    // AWS accepts codes of the previous step, so the person may well type that one again.
    world.pass(31);
    world.log();
    world.run(&plan("long")).unwrap();
    let log = world.log();
    assert_eq!(sent(&log), ["222222"]);
    assert!(log.contains(&"ask again: this code was already used: each code works once".to_owned()), "{log:?}");
}

#[test]
fn a_code_that_aws_refused_is_not_sent_again() {
    let world = World::answering(["111111", "111111", "222222"]);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, None));
    world.run(&plan("read-only")).unwrap();
    assert_eq!(sent(&world.log()), ["111111", "222222"]);
}

#[test]
fn a_code_that_may_have_been_used_is_followed_by_the_next_one() {
    for kind in [AwsFaultKind::NoAnswer, AwsFaultKind::Server, AwsFaultKind::NotWhole, AwsFaultKind::Other] {
        let world = World::answering(["111111", "111111", "222222"]);
        world.refusals.borrow_mut().push_back((kind, None));
        assert!(world.run(&plan("read-only")).is_err());
        world.log();
        world.run(&plan("read-only")).unwrap();
        let log = world.log();
        assert_eq!((sent(&log), world.moment()), (vec!["222222"], START + 30), "{kind:?}: never the same one again");
        assert!(log.contains(&"ask again: this code was already used: each code works once".to_owned()), "{log:?}");
    }
}

#[test]
fn a_code_that_aws_never_saw_is_not_spent() {
    for kind in [AwsFaultKind::Unreachable, AwsFaultKind::Untrusted, AwsFaultKind::Throttled] {
        let world = World::answering(["111111", "111111"]);
        world.refusals.borrow_mut().push_back((kind, None));
        assert!(world.run(&plan("read-only")).is_err());
        assert!(world.log().contains(&"note Unanswered".to_owned()));
        assert!(world.run(&plan("read-only")).is_ok());
        let log = world.log();
        assert_eq!((sent(&log), world.moment()), (vec!["111111"], START), "the same code, at once");
    }
}

#[test]
fn a_code_in_flight_when_a_process_is_killed_counts_as_spent() {
    let world = World::answering(["111111", "222222"]);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP, Sent::Pending));
    world.run(&plan("read-only")).unwrap();
    assert_eq!((sent(&world.log()), world.moment()), (vec!["222222"], START + 30));
}

#[test]
fn a_ledger_from_a_clock_that_was_set_back_delays_nobody_for_long() {
    let world = World::answering(["222222"]);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP + 100, Sent::Taken));
    world.run(&plan("read-only")).unwrap();
    assert_eq!(world.moment(), START, "an hour ahead is impossible");

    let world = World::answering(["222222"]);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP + 1, Sent::Taken));
    world.run(&plan("read-only")).unwrap();
    assert_eq!(world.moment(), START + 60, "a few seconds back: wait until that step is over");
}

#[test]
fn a_program_that_gives_codes_is_asked_again_in_the_next_step() {
    let world = World::answering(["111111", "222222"]);
    world.again.set(Again::NextStep);
    world.pass(5);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, None));
    world.run(&plan("read-only")).unwrap();
    let log = world.log();
    assert!(log.contains(&"tell: waiting 25 s for the next code of arn:aws:iam::123456789012:mfa/some-user".to_owned()), "{log:?}");
    assert_eq!((sent(&log), world.moment()), (vec!["111111", "222222"], START + 30));

    let world = World::answering(["111111"]);
    world.again.set(Again::NextStep);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidCode, None));
    assert_eq!(refusal(world.run_with(&plan("read-only"), &no_wait())), CodeRefusal::Wrong);
    assert_eq!(world.moment(), START);
}

const UNKNOWN: (AwsFaultKind, Option<i64>) = (AwsFaultKind::UnknownSerial, Some(0));

#[test]
fn a_device_that_worked_before_is_waited_for_if_over_its_budget() {
    for known in [Sent::Taken, Sent::Refused] {
        let world = World::answering(["222222", "333333"]);
        world.ledger.borrow_mut().push(("111111".to_owned(), STEP - 10, known));
        world.pass(50);
        world.refusals.borrow_mut().push_back(UNKNOWN);
        world.run(&plan("read-only")).unwrap();
        let log = world.log();
        // START is 2027-01-15T08:00:00Z, the beginning of a window.
        let told = "tell: AWS accepts no more codes of arn:aws:iam::123456789012:mfa/some-user until 08:03:01 UTC: waiting";
        assert!(log.contains(&told.to_owned()), "{log:?}");
        assert!(log.iter().any(|line| line.starts_with("ask again: AWS refuses codes from this device for now")), "{log:?}");
        assert_eq!((sent(&log), world.moment()), (vec!["222222", "333333"], START + 181), "nothing is tried meanwhile");
    }
}

#[test]
fn the_budgets_window_follows_the_clock_of_aws() {
    for (ahead, ends) in [(60, 61), (-60, 121), (9 * 3600, 181)] {
        let world = World::answering(["222222"]);
        world.again.set(Again::Never);
        world.ledger.borrow_mut().push(("111111".to_owned(), STEP - 10, Sent::Taken));
        world.refusals.borrow_mut().push_back((AwsFaultKind::UnknownSerial, Some(ahead)));
        let until = vault::model::Timestamp::from_unix(START + ends);
        assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::OverBudget { until }, "{ahead}");
    }
}

#[test]
fn a_run_that_cannot_wait_for_a_budget_fails_and_the_next_one_does_not_even_try() {
    let world = World::answering(["222222"]);
    world.again.set(Again::Never);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP - 10, Sent::Taken));
    world.refusals.borrow_mut().push_back(UNKNOWN);
    let until = vault::model::Timestamp::from_unix(START + 181);
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::OverBudget { until });
    world.log();
    world.pass(100);
    assert_eq!(refusal(world.run(&plan("read-only"))), CodeRefusal::OverBudget { until });
    world.again.set(Again::AtOnce);
    assert_eq!(refusal(world.run_with(&plan("read-only"), &no_wait())), CodeRefusal::OverBudget { until });
    assert_eq!((sent(&world.log()).len(), world.moment()), (0, START + 100));
    world.pass(81);
    assert!(world.run(&plan("read-only")).is_ok(), "the window is over");
}

#[test]
fn a_serial_that_never_worked_or_still_fails_after_the_wait_is_not_blamed_on_the_budget() {
    let world = World::answering(["222222"]);
    world.refusals.borrow_mut().push_back(UNKNOWN);
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Aws { fault, .. }) if fault.kind == AwsFaultKind::UnknownSerial));
    assert_eq!(world.moment(), START);

    let world = World::answering(["222222", "333333"]);
    world.ledger.borrow_mut().push(("111111".to_owned(), STEP - 10, Sent::Taken));
    world.refusals.borrow_mut().extend([UNKNOWN, UNKNOWN]);
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Aws { fault, .. }) if fault.kind == AwsFaultKind::UnknownSerial));
    assert_eq!(world.moment(), START + 181);

    // A time from a clock that was set back since then delays nobody.
    let world = World::answering(["222222"]);
    world.closed.set(Some(START + 9 * 3600));
    assert!(world.run(&plan("read-only")).is_ok());
}

#[test]
fn a_code_whose_answer_was_incomplete_counts_as_spent() {
    for kind in [AwsFaultKind::NotWhole, AwsFaultKind::AccessDenied, AwsFaultKind::TooLong, AwsFaultKind::Other] {
        let world = World::answering(["111111", "222222"]);
        world.refusals.borrow_mut().push_back((kind, None));
        assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Aws { fault, .. }) if fault.kind == kind));
        assert_eq!(asked(&world.log()), 1);
        world.run(&plan("read-only")).unwrap();
        assert_eq!((sent(&world.log()), world.moment()), (vec!["222222"], START + 30), "{kind:?}");
    }
}
