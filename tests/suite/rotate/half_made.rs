//! A new key whose secret was lost: the old key works, the half-made one is named, and is deleted only if the person agrees.

use super::{assert_usable, entry, ids, stored};
use crate::support::aws::Fault;
use crate::support::pty::Terminal;
use crate::support::steps::signed_in;
use crate::support::world::World;

/// A rotation whose `CreateAccessKey` was executed but not answered.
fn cut_off(fault: Fault) -> (World, String, String) {
    let world = signed_in();
    let (old, _) = world.aws.user("some-user").access_key();
    world.aws.fault("CreateAccessKey", fault, 1);
    let run = world.vault(["rotate", "read-only"]).run().fails(1);
    let half_made = ids(&world.aws, "some-user")[1].clone();
    assert!(run.stderr.contains(&half_made) && run.stderr.contains("whose secret is lost"), "{run:?}");
    (world, old, half_made)
}

#[test]
fn the_key_is_named_and_stays_without_a_terminal() {
    for fault in [Fault::DropAfter, Fault::internal().after(), Fault::CutShort] {
        let (world, old, half_made) = cut_off(fault.clone());
        assert_eq!(
            (stored(&world, "read-only"), entry(&world, "read-only")["rotation"]["stage"].as_str()),
            (old.clone(), Some("creating"))
        );
        let run = world.vault(["rotate", "read-only"]).run().fails(1);
        assert!(run.stderr.contains(&half_made) && run.stderr.contains("`vault rotate read-only --undo`"), "{fault:?} {run:?}");
        assert_eq!(ids(&world.aws, "some-user"), [old.clone(), half_made], "nothing is deleted without asking");
        assert_usable(&world, "read-only", "some-user");
        world.vault(["rotate", "read-only", "--undo"]).run().ok();
        assert_eq!(ids(&world.aws, "some-user"), [old]);
        world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
        assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
    }
}

#[test]
fn the_person_can_have_it_deleted_and_the_rotation_continues() {
    for (answer, goes_on) in [("y", true), ("n", false), ("", false)] {
        let (world, old, half_made) = cut_off(Fault::DropAfter);
        let mut terminal = Terminal::run(world.vault(["rotate", "read-only", "--grace", "0s"]));
        terminal.expect(&half_made);
        terminal.expect("Delete that key and continue? [y/N] ");
        terminal.type_line(answer);
        let ended = terminal.wait();
        assert_eq!(ended.status == 0, goes_on, "{ended:?}");
        if goes_on {
            assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
        } else {
            assert_eq!(ids(&world.aws, "some-user"), [old, half_made]);
        }
        assert_usable(&world, "read-only", "some-user");
    }
}

#[test]
fn an_error_that_made_no_key_is_retried() {
    for fault in [Fault::internal(), Fault::throttling(), Fault::unavailable(), Fault::Drop] {
        let world = signed_in();
        world.aws.fault("CreateAccessKey", fault.clone(), 2);
        let run = world.vault(["rotate", "read-only", "--grace", "0s"]).run();
        assert_eq!(run.status, 0, "{fault:?}: {run:?}");
        assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
    }
}
