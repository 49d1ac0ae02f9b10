//! A source may turn out to give a long-term key: then the calls are the same as with a stored key.

use vault::engine::EngineError;
use vault::model::SessionDuration;
use vault::plan::{PlanError, PlanRequest};

use super::fakes::World;
use super::{KEY, SERIAL, plan, plan_of};

/// A world whose source gives a long-term key.
fn keyed() -> World {
    let world = World::new();
    world.source_key.set(Some(KEY));
    world.answers.borrow_mut().push_back(Ok("111111"));
    world
}

fn request(profile: &str) -> PlanRequest {
    PlanRequest::of(vault::model::ProfileName::parse(profile).unwrap())
}

#[test]
fn a_long_term_key_is_not_handed_over_and_needs_a_code() {
    let world = keyed();
    let credentials = world.run(&plan("keyed")).unwrap();
    assert!(credentials.token().is_some(), "a session, not the key");
    assert_eq!(
        world.log(),
        [
            "ask the source",
            "lock turn",
            "lock device",
            "unlock device",
            "ask",
            "lock device",
            "note Pending",
            &format!("GetSessionToken by {KEY} with 111111"),
            "note Taken",
            "store GetSessionToken",
            "unlock device",
            "unlock turn",
        ]
    );
    world.run(&plan("keyed")).unwrap();
    assert!(world.log().is_empty(), "the session is cached, and the source is not run again");
}

#[test]
fn a_role_on_top_of_it_uses_the_shared_session() {
    let world = keyed();
    world.run(&plan("on-keyed")).unwrap();
    let log = world.log();
    assert_eq!(log[..3], ["lock source", "ask the source", "unlock source"], "nobody waits for the source's lock during a prompt: {log:?}");
    let calls: Vec<_> = log.iter().filter(|line| line.contains(" by ")).collect();
    assert_eq!(calls.len(), 2, "{log:?}");
    assert!(calls[0].starts_with("GetSessionToken by AKIA") && calls[1].starts_with("AssumeRole OnKeyed by ASIA"), "{log:?}");
    // The profile itself shares that session.
    world.run(&plan("keyed")).unwrap();
    assert!(world.log().is_empty());
}

#[test]
fn a_long_duration_puts_the_code_into_the_call() {
    let world = keyed();
    let plan = plan_of(&PlanRequest { duration: Some(SessionDuration::from_secs(7_200)), ..request("on-keyed") });
    world.run(&plan).unwrap();
    let log = world.log();
    let calls: Vec<_> = log.iter().filter(|line| line.contains(" by ")).collect();
    assert_eq!(calls, [&format!("AssumeRole OnKeyed by {KEY} with 111111")], "{log:?}");
    let after_key = plan.after_long_term_key().unwrap().unwrap();
    assert_eq!(after_key.on_top[0].duration.as_secs(), 7_200);
    assert!(!after_key.notes.iter().any(vault::plan::Note::is_of_duration), "no message about a cap that does not exist");
}

#[test]
fn without_a_session_the_key_is_handed_over_only_on_request() {
    let world = keyed();
    for profile in ["keyed", "process"] {
        let refused = PlanRequest { no_session: true, ..request(profile) };
        let error = world.run(&plan_of(&refused)).unwrap_err();
        assert!(matches!(error, EngineError::Plan(PlanError::LongTermKeyNotExposed { .. })), "{error}");
        let allowed = PlanRequest { expose_long_term_key: true, ..refused };
        assert_eq!(world.run(&plan_of(&allowed)).unwrap().key_id().as_str(), KEY);
    }
    // Even without a device, a session is made from the key.
    let without_mfa = world.run(&plan("process")).unwrap();
    assert!(without_mfa.token().is_some());
}

/// Security: a plan for temporary credentials never hands over a key.
#[test]
fn no_plan_for_temporary_credentials_hands_a_key_over() {
    let world = keyed();
    for profile in ["process", "on-process"] {
        let mut closed = plan(profile);
        closed.if_long_term = None;
        assert!(matches!(world.run(&closed), Err(EngineError::LongTermKeyFromSource { .. })), "{profile}");
    }
}

#[test]
fn temporary_credentials_go_on_as_planned() {
    let world = World::new();
    assert_eq!(world.run(&plan("keyed")).unwrap().key_id().as_str(), "ASIASOURCE");
    assert_eq!(world.log(), ["ask the source"], "no code is asked for");
}

#[test]
fn a_key_of_another_account_is_refused_before_a_code_is_asked_for() {
    let world = World::new();
    // An id that contains account 609629065308.
    world.source_key.set(Some("AKIAY34FZKBOKMUTVV7A"));
    let error = world.run(&plan("keyed")).unwrap_err();
    assert!(matches!(&error, EngineError::OtherAccount { serial, .. } if serial.as_str() == SERIAL), "{error}");
    assert_eq!(world.log(), ["ask the source"]);
}
