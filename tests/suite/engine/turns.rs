//! Which prompt waits for which: a prompt delays no process that has a code, and is withdrawn once another process has the session.

use vault::engine::EngineError;
use vault::ports::{AwsFaultKind, Holder, Place, PromptError};

use super::fakes::{World, no_wait, usual};
use super::{SERIAL, plan};

const AN_HOUR: u32 = 3_600;

/// Another process prompts for this many seconds, and makes nothing.
fn asked_for_elsewhere(world: &World, seconds: u32) {
    world.holder.set((Holder { pid: Some(7), on_same_terminal: false }, seconds));
    world.meanwhile(|_| ());
}

#[test]
fn a_prompt_is_withdrawn_when_another_process_has_the_session() {
    let world = World::new();
    let shared = plan("read-only").on_top.remove(0);
    world.while_asked(move |world| world.put(&shared, 8 * 3_600));
    assert!(world.run(&plan("read-only")).is_ok());
    let log = world.log();
    assert_eq!(log[log.len() - 2..], ["ask", "unlock turn"], "nothing is sent");
    assert!(world.ledger.borrow().is_empty());
}

#[test]
fn an_unreadable_session_from_another_process_ends_no_run_and_costs_no_attempt() {
    // It appears before the prompt, during the prompt, and again during the next prompt.
    let world = World::new();
    let shared = plan("read-only").on_top.remove(0);
    let unusable = move |left: i64| {
        let shared = shared.clone();
        move |world: &World| {
            world.put(&shared, left);
            world.damage(&shared);
        }
    };
    world.meanwhile(unusable(1_000));
    world.while_asked({
        let (first, second) = (unusable(2_000), unusable(3_000));
        move |world| {
            first(world);
            world.while_asked(move |world| {
                second(world);
                world.while_asked(|world| {
                    // All three attempts remain.
                    world.answers.borrow_mut().extend(["111111", "222222", "333333"].map(Ok));
                    world.refusals.borrow_mut().extend([(AwsFaultKind::InvalidCode, None); 2]);
                });
            });
        }
    });
    assert!(world.run(&plan("read-only")).is_ok());
    let log = world.log();
    let asked = |line: &&String| line.starts_with("ask");
    assert_eq!(log.iter().filter(asked).count(), 5, "withdrawn twice, answered three times: {log:?}");
}

#[test]
fn a_code_that_comes_too_late_is_not_sent() {
    let world = World::answering(["111111"]);
    let shared = plan("read-only").on_top.remove(0);
    // The other process holds the device's lock when the code has been typed.
    world.while_asked(move |world| world.meanwhile(move |world| world.put(&shared, 8 * 3_600)));
    assert!(world.run(&plan("read-only")).is_ok());
    let log = world.log();
    assert_eq!(log[log.len() - 4..], ["ask", "lock device", "unlock device", "unlock turn"], "{log:?}");
    assert!(world.ledger.borrow().is_empty());
}

#[test]
fn another_process_does_not_overrule_a_person_who_gives_up() {
    for no in [PromptError::Cancelled, PromptError::ClientGone] {
        let world = World::new();
        let shared = plan("read-only").on_top.remove(0);
        world.answers.borrow_mut().push_back(Err(no));
        world.while_asked(move |world| world.put(&shared, 8 * 3_600));
        assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Prompt(PromptError::Cancelled | PromptError::ClientGone))));
    }
}

#[test]
fn a_prompt_that_nobody_may_see_is_not_waited_for_endlessly() {
    for place in [Place::Window, Place::Program, Place::Nowhere] {
        let world = World::new();
        world.place.set(place);
        asked_for_elsewhere(&world, AN_HOUR);
        let error = world.run(&plan("read-only")).unwrap_err();
        assert!(
            matches!(error, EngineError::DeviceInUse { holder: Holder { pid: Some(7), .. }, waited: true, .. }),
            "{place:?}: {error:?}"
        );
        let expected =
            format!("another vault (process 7) is making a session with a code of {SERIAL}, and nobody has answered it for five minutes");
        assert_eq!(error.to_string(), expected);
    }
    // At the same terminal the person sees the prompt, so the run waits.
    let world = World::answering(["111111"]);
    asked_for_elsewhere(&world, AN_HOUR);
    assert!(world.run(&plan("read-only")).is_ok());
}

#[test]
fn a_waiting_run_says_so_once_and_not_in_the_middle_of_the_prompt() {
    for (on_same_terminal, said) in [(false, 1), (true, 0)] {
        let world = World::answering(["111111"]);
        world.holder.set((Holder { pid: None, on_same_terminal }, 60));
        world.meanwhile(|_| ());
        world.run(&plan("read-only")).unwrap();
        let told: Vec<_> = world.log().into_iter().filter(|line| line.starts_with("tell: waiting")).collect();
        assert_eq!(told.len(), said, "{told:?}");
    }
}

#[test]
fn a_run_with_no_wait_says_so_at_once_even_at_the_terminal_of_the_prompt() {
    for on_same_terminal in [false, true] {
        let world = World::new();
        world.holder.set((Holder { pid: Some(7), on_same_terminal }, AN_HOUR));
        world.meanwhile(|_| ());
        let error = world.run_with(&plan("read-only"), &no_wait()).unwrap_err();
        assert!(matches!(error, EngineError::DeviceInUse { holder: Holder { pid: Some(7), .. }, waited: false, .. }), "{error:?}");
    }
}

#[test]
fn nobody_waits_for_a_client_that_has_gone() {
    // Not for another process.
    let world = World::new();
    asked_for_elsewhere(&world, AN_HOUR);
    world.client_gone.set(true);
    assert!(matches!(world.run(&plan("read-only")), Err(EngineError::Prompt(PromptError::ClientGone))));
    // Nor for the next code.
    let world = World::answering(["111111", "222222"]);
    world.run(&plan("read-only")).unwrap();
    world.client_gone.set(true);
    assert!(matches!(world.run(&plan("long")), Err(EngineError::Prompt(PromptError::ClientGone))));
    assert_eq!(world.answers.borrow().len(), 1, "no prompt");
}

#[test]
fn a_keystore_that_may_prompt_is_opened_under_the_lock_of_its_terminal() {
    let world = World::new();
    world.run_with(&plan("no-mfa"), &usual()).unwrap();
    let log = world.log();
    assert_eq!((log[0].as_str(), log[1].as_str()), ("lock session here", "open no-mfa"), "{log:?}");
}
