//! Chains that start from another program's credentials.

use super::fakes::World;
use super::plan;

#[test]
fn a_source_without_a_role_is_handed_over() {
    let world = World::new();
    assert_eq!(world.run(&plan("process")).unwrap().key_id().as_str(), "ASIASOURCE");
    assert_eq!(world.log(), ["ask the source"]);
}

/// A source may be this program again, which takes its own locks: it runs under a lock that differs from all of those.
#[test]
fn a_source_runs_once_and_under_its_own_lock() {
    let world = World::new();
    world.run(&plan("on-on-process")).unwrap();
    assert_eq!(
        world.log(),
        [
            "lock source",
            "ask the source",
            "AssumeRole OnProcess by ASIASOURCE",
            "store AssumeRole",
            "unlock source",
            "lock session",
            "AssumeRole Second by ASIA1",
            "store AssumeRole",
            "unlock session",
        ]
    );
    world.run(&plan("on-on-process")).unwrap();
    assert!(world.log().is_empty(), "the session is cached, and the source is not run again");
}

#[test]
fn a_session_that_another_process_made_from_the_source_meanwhile_is_used() {
    let world = World::new();
    let step = plan("on-process").on_top.remove(0);
    world.meanwhile(move |world| world.put(&step, 3_600));
    world.run(&plan("on-process")).unwrap();
    assert_eq!(world.log(), ["lock source", "unlock source"]);
}

#[test]
fn a_token_is_used_for_one_role_only() {
    let world = World::new();
    world.run(&plan("pod")).unwrap();
    assert_eq!(world.log()[1..3], ["ask the source", "AssumeRoleWithWebIdentity Pod by token"]);
}
