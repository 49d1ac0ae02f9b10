//! The stored key is replaced while a run is under way: no code and no passphrase is spent on the old key.

use vault::engine::EngineError;
use vault::ports::AwsFaultKind;

use super::fakes::World;
use super::plan;

const NEW: &str = "AKIAI44QH8DHBEXAMPLE";

#[track_caller]
fn assert_other_key(world: &World, profile: &str) {
    match world.run(&plan(profile)) {
        Err(EngineError::OtherKey { found, .. }) => assert_eq!(found.as_str(), NEW),
        other => panic!("{:?} {:?}", other.map(|_| "credentials"), world.log()),
    }
}

#[test]
fn a_key_that_was_replaced_before_it_is_needed_unlocks_nothing() {
    for profile in ["read-only", "opssudo", "long", "no-mfa"] {
        let world = World::new();
        world.key_by_now.set(Some(NEW));
        assert_other_key(&world, profile);
        assert!(!world.log().iter().any(|line| line.starts_with("open") || line == "ask"), "{profile}");
    }
}

#[test]
fn a_key_that_is_replaced_during_the_prompt_costs_no_code() {
    // The code goes into the call of the shared session, or of a role.
    for profile in ["read-only", "opssudo", "long"] {
        let world = World::answering(["111111"]);
        world.while_asked(|world| world.key_by_now.set(Some(NEW)));
        assert_other_key(&world, profile);
        assert!(world.ledger.borrow().is_empty(), "{profile}: no code was sent");
        assert!(!world.log().iter().any(|line| line.contains(" by ")), "{profile}: no call was made");
    }
}

#[test]
fn aws_refuses_a_key_that_was_deactivated_between_the_check_and_the_call() {
    for profile in ["read-only", "opssudo", "no-mfa"] {
        let world = World::answering(["111111"]);
        world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidKey, None));
        world.at_call(|world| world.key_by_now.set(Some(NEW)));
        assert_other_key(&world, profile);
        assert!(world.ledger.borrow().is_empty(), "{profile}: the code can be sent again");
    }
    // Without a replacement, it is what AWS says.
    let world = World::answering(["111111"]);
    world.refusals.borrow_mut().push_back((AwsFaultKind::InvalidKey, None));
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Aws { fault, .. }) if fault.kind == AwsFaultKind::InvalidKey));
}
