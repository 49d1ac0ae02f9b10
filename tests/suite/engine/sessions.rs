//! A cached session is used, a missing one is made once, and one that cannot be cached still works.

use vault::engine::{EngineError, FailedCall, Options};
use vault::model::{Credentials, SessionDuration, Timestamp};
use vault::plan::{Freshness, PlanRequest};
use vault::ports::{AwsFaultKind, PromptError, Sent};

use super::fakes::{START, STEP, World, usual};
use super::{KEY, plan, plan_of};

fn id(credentials: Result<Credentials, EngineError>) -> String {
    credentials.expect("the run succeeds").key_id().to_string()
}

#[test]
fn the_first_run_prompts_calls_and_caches_in_this_order() {
    let world = World::answering(["111111"]);
    assert_eq!(id(world.run(&plan("opssudo"))), "ASIA2");
    assert_eq!(
        world.log(),
        [
            "lock turn",
            // Before the prompt for a code: a keystore that stays locked costs no code.
            "open read-only",
            // To check whether the device's code is spent. During a prompt, a process that has a code need not wait.
            "lock device",
            "unlock device",
            "ask",
            "lock device",
            "note Pending",
            "GetSessionToken by AKIAIOSFODNN7EXAMPLE with 111111",
            "note Taken",
            "store GetSessionToken",
            "unlock device",
            "unlock turn",
            "lock session",
            "AssumeRole OpsSudo by ASIA1",
            "store AssumeRole",
            "unlock session",
        ]
    );
}

#[test]
fn one_code_serves_every_role_and_cache_hits_cost_nothing() {
    let world = World::answering(["111111"]);
    let shared = id(world.run(&plan("read-only")));
    world.log();
    assert_eq!(id(world.run(&plan("read-only"))), shared);
    assert!(world.log().is_empty(), "no lock, no keystore, no call");
    let role = id(world.run(&plan("opssudo")));
    assert_eq!(world.log(), ["lock session", "AssumeRole OpsSudo by ASIA1", "store AssumeRole", "unlock session"]);
    id(world.run(&plan("second")));
    assert_eq!(world.log(), ["lock session", "AssumeRole Second by ASIA2", "store AssumeRole", "unlock session"]);
    assert_eq!(id(world.run(&plan("opssudo"))), role);
    assert!(world.log().is_empty());
}

#[test]
fn a_role_session_that_ends_is_renewed_without_a_code_while_the_shared_session_lasts() {
    let world = World::answering(["111111", "222222"]);
    id(world.run(&plan("opssudo")));
    world.log();
    world.pass(3_600 - 299);
    id(world.run(&plan("opssudo")));
    assert_eq!(world.log(), ["lock session", "AssumeRole OpsSudo by ASIA1", "store AssumeRole", "unlock session"]);
    world.pass(8 * 3_600);
    id(world.run(&plan("opssudo")));
    assert_eq!(world.log().iter().filter(|line| *line == "ask").count(), 1);
}

#[test]
fn a_session_that_cannot_be_opened_is_replaced() {
    let world = World::answering(["111111"]);
    let second = plan("second");
    world.put(&second.on_top[0], 9_000);
    world.put(&second.on_top[1], 3_000);
    world.put(&second.on_top[2], 3_000);
    world.damage(&second.on_top[2]);
    assert_eq!(id(world.run(&second)), "ASIA4");
    assert_eq!(world.log(), ["lock session", "AssumeRole Second by ASIA2", "store AssumeRole", "unlock session"]);

    for step in &second.on_top {
        world.damage(step);
    }
    id(world.run(&second));
    let calls: Vec<_> = world.log().into_iter().filter(|line| line.contains(" by ")).collect();
    assert_eq!(calls, ["GetSessionToken by AKIAIOSFODNN7EXAMPLE with 111111", "AssumeRole OpsSudo by ASIA5", "AssumeRole Second by ASIA6"]);
}

#[test]
fn credentials_that_cannot_be_cached_are_still_handed_over() {
    let world = World::answering(["111111"]);
    world.disk_full.set(true);
    assert_eq!(id(world.run(&plan("second"))), "ASIA3");
    assert!(world.cache.borrow().is_empty());
}

#[test]
fn a_session_that_another_process_made_meanwhile_is_used_without_a_prompt() {
    let world = World::new();
    let shared = plan("read-only").on_top.remove(0);
    world.meanwhile(move |world| world.put(&shared, 8 * 3_600));
    assert_eq!(id(world.run(&plan("read-only"))), "ASIA1");
    assert_eq!(
        world.log(),
        [
            "tell: waiting: another vault (process 7) is making a session with a code of arn:aws:iam::123456789012:mfa/some-user",
            "lock turn",
            "unlock turn"
        ]
    );

    let role = plan("opssudo").on_top.remove(1);
    world.meanwhile(move |world| world.put(&role, 3_600));
    assert_eq!(id(world.run(&plan("opssudo"))), "ASIA2");
    assert_eq!(world.log(), ["lock session", "unlock session"]);
}

#[test]
fn a_session_that_another_process_made_during_the_unlock_is_used_at_once() {
    for no_wait in [false, true] {
        let world = World::new();
        let shared = plan("read-only").on_top.remove(0);
        world.while_unlocked(move |world| {
            world.put(&shared, 8 * 3_600);
            world.ledger.borrow_mut().push(("111111".to_owned(), STEP, Sent::Taken));
        });
        assert_eq!(id(world.run_with(&plan("read-only"), &Options { no_wait, ..usual() })), "ASIA1");
        assert_eq!((world.log().join(", "), world.moment()), ("lock turn, open read-only, unlock turn".to_owned(), START));
    }
}

#[test]
fn a_session_from_before_does_not_count_as_made_meanwhile() {
    let plan = plan("read-only");
    // In the expiry window, so it needs renewal.
    let world = World::answering(["111111"]);
    world.put(&plan.on_top[0], 200);
    assert_eq!(id(world.run(&plan)), "ASIA2");
    // Damaged, and still damaged.
    let world = World::answering(["111111"]);
    world.put(&plan.on_top[0], 9_000);
    world.damage(&plan.on_top[0]);
    assert_eq!(id(world.run(&plan)), "ASIA2");
    // Cached, but expired already.
    let world = World::answering(["111111"]);
    let shared = plan.on_top[0].clone();
    world.meanwhile(move |world| world.put(&shared, 0));
    assert_eq!(id(world.run(&plan)), "ASIA2");
}

#[test]
fn fresh_renews_everything_once() {
    let fresh = Options { freshness: Freshness { renew: true, ..usual().freshness }, ..usual() };
    let world = World::answering(["111111", "222222"]);
    let opssudo = plan("opssudo");
    id(world.run(&opssudo));
    world.pass(60);
    world.log();
    id(world.run_with(&opssudo, &fresh));
    assert_eq!(world.log().iter().filter(|line| line.contains(" by ")).count(), 2);

    // Two runs with `--fresh` at once still need one code.
    world.pass(60);
    let shared = opssudo.on_top[0].clone();
    world.meanwhile(move |world| world.put(&shared, 8 * 3_600));
    id(world.run_with(&opssudo, &fresh));
    assert!(!world.log().contains(&"ask".to_owned()));
}

#[test]
fn min_ttl_and_max_mfa_age_apply_to_cached_sessions() {
    let with = |freshness| Options { freshness, ..usual() };
    let seconds = |seconds| Some(SessionDuration::from_secs(seconds));
    let world = World::answering(["111111", "222222"]);
    let opssudo = plan("opssudo");
    id(world.run(&opssudo));
    world.pass(1_000);
    world.log();
    id(world.run_with(&opssudo, &with(Freshness { min_ttl: seconds(3_000), ..usual().freshness })));
    assert_eq!(world.log()[1], "AssumeRole OpsSudo by ASIA1", "the role is renewed with the same shared session");
    world.pass(3_600);
    id(world.run_with(&opssudo, &with(Freshness { max_mfa_age: seconds(1_200), ..usual().freshness })));
    assert!(world.log().contains(&"ask".to_owned()), "the code is 4600 seconds old");
}

#[test]
fn sessions_made_before_a_refusal_stay_cached() {
    let world = World::answering(["111111"]);
    id(world.run(&plan("read-only")));
    world.refusals.borrow_mut().push_back((AwsFaultKind::AccessDenied, None));
    let error = world.run(&plan("opssudo")).unwrap_err();
    let EngineError::Aws { fault, call } = error else { panic!("{error:?}") };
    let FailedCall { step, profile, stored_as, behind_role } = *call;
    assert_eq!((fault.kind, step.call.name(), profile.as_str()), (AwsFaultKind::AccessDenied, "AssumeRole", "opssudo"));
    assert_eq!((stored_as.as_ref().map(vault::model::ProfileName::as_str), behind_role), (Some("read-only"), false));
    assert_eq!(world.cache.borrow().len(), 1);
    id(world.run(&plan("opssudo")));
    assert_eq!(world.log().iter().filter(|line| *line == "ask").count(), 1);
}

#[test]
fn a_session_that_aws_ended_early_is_replaced() {
    let world = World::answering(["111111", "222222"]);
    id(world.run(&plan("second")));
    // The roles' sessions are about to end, so the shared session must sign again.
    world.pass(3_600 - 10);
    world.log();
    world.refusals.borrow_mut().push_back((AwsFaultKind::Expired, None));
    id(world.run(&plan("second")));
    assert_eq!(world.log().iter().filter(|line| *line == "ask").count(), 1, "a new shared session and a new role session");
}

#[test]
fn if_aws_calls_a_brand_new_session_expired_no_cached_session_and_no_code_is_lost() {
    let world = World::answering(["111111", "222222"]);
    id(world.run(&plan("second")));
    world.pass(3_600 - 10);
    world.log();
    // The shared session signs the first role's call. AWS calls the role's brand-new session expired.
    *world.role_refusal.borrow_mut() = Some(("Second", AwsFaultKind::Expired));
    assert!(matches!(world.run(&plan("second")), Err(EngineError::Aws { fault, .. }) if fault.kind == AwsFaultKind::Expired));
    let log = world.log();
    assert_eq!(log.iter().filter(|line| line.starts_with("ask")).count(), 0, "{log:?}");
    assert_eq!(log.iter().filter(|line| line.starts_with("AssumeRole")).count(), 2, "{log:?}");
}

#[test]
fn a_locked_keystore_costs_no_code() {
    let world = World::new();
    *world.stored_key.borrow_mut() = Err("the passphrase is not known");
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::KeyStore(_))));
    assert_eq!(world.log(), ["lock turn", "open read-only", "unlock turn"]);
}

/// Security: a session is cached under the planned key id, so no other key may make it.
#[test]
fn a_key_other_than_the_planned_one_makes_no_session() {
    let world = World::new();
    *world.stored_key.borrow_mut() = Ok("AKIAANOTHERANOTHERAN");
    let error = world.run(&plan("opssudo")).unwrap_err();
    assert!(matches!(error, EngineError::OtherKey { .. }));
    assert_eq!(
        error.to_string(),
        format!("the key stored for profile `read-only` is now AKIAANOTHERANOTHERAN, no longer {KEY}: it was replaced meanwhile")
    );
    assert!(world.cache.borrow().is_empty());
    assert_eq!(world.log(), ["lock turn", "open read-only", "unlock turn"]);
}

#[test]
fn a_person_who_gives_up_gives_up_for_this_run_only() {
    let world = World::new();
    world.answers.borrow_mut().push_back(Err(PromptError::Cancelled));
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Prompt(PromptError::Cancelled))));
    assert!(world.ledger.borrow().is_empty());
    assert_eq!(
        world.log(),
        ["lock turn", "open read-only", "lock device", "unlock device", "ask", "unlock turn"],
        "the next in line can ask"
    );
}

#[test]
fn the_long_term_key_is_handed_over_only_if_the_plan_says_so() {
    let world = World::new();
    let request = PlanRequest { no_session: true, expose_long_term_key: true, ..PlanRequest::of(plan("read-only").profile) };
    assert!(matches!(world.run(&plan_of(&request)), Ok(Credentials::LongTerm(_))));
    assert_eq!(world.log(), ["open read-only"]);
}

#[test]
fn expirations_come_from_aws() {
    let world = World::answering(["111111"]);
    let Ok(Credentials::Session(session)) = world.run(&plan("opssudo")) else { panic!("a session") };
    assert_eq!(session.expiration, Some(Timestamp::from_unix(world.moment() + 3_600)));
}
