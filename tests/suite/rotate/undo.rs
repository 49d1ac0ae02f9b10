//! A rotation can be undone at every stage: the old key works again, and the new one is gone.

use super::{assert_usable, entry, ids, rotate, stored};
use crate::support::aws::Fault;
use crate::support::steps::signed_in;
use crate::support::world::World;

fn denied() -> Fault {
    Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: this")
}

#[test]
fn the_old_key_can_be_restored_within_the_grace_period() {
    let world = signed_in();
    let (old, _) = world.aws.user("some-user").access_key();
    world.vault(["rotate", "read-only"]).run().ok();
    let new = stored(&world, "read-only");
    let run = world.vault(["rotate", "read-only", "--undo"]).run();
    assert!(run.status == 0 && run.stderr.contains(&format!("it is {old} again, and {new} is deleted")), "{run:?}");
    assert_eq!(world.aws.key_statuses("some-user"), [(old.clone(), true)]);
    assert_eq!(stored(&world, "read-only"), old);
    assert!(entry(&world, "read-only")["rotation"].is_null());
    assert_usable(&world, "read-only", "some-user");
    let run = world.vault(["rotate", "read-only", "--undo"]).run().fails(1);
    assert!(run.stderr.contains("there is nothing to take back"), "{run:?}");
}

#[test]
fn every_stage_at_which_a_run_can_stop_can_be_undone_or_continued() {
    // The call that AWS refuses, and the resulting stage.
    for (refused, stage) in [("GetCallerIdentity", None), ("UpdateAccessKey", Some("switched")), ("CreateAccessKey", None)] {
        for undo in [true, false] {
            let world = signed_in();
            let (old, _) = world.aws.user("some-user").access_key();
            world.aws.fault(refused, denied(), 9);
            world.vault(["rotate", "read-only"]).run().fails(1);
            assert_eq!(entry(&world, "read-only")["rotation"]["stage"].as_str(), stage, "{refused}");
            world.aws.clear_faults();
            if undo && stage.is_some() {
                world.vault(["rotate", "read-only", "--undo"]).run().ok();
                assert_eq!(ids(&world.aws, "some-user"), [old], "{refused}");
            } else {
                let run = rotate(&world, ["read-only", "--grace", "0s"]);
                assert_eq!(run.status, 0, "{refused}: {run:?}");
                assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")], "{refused}");
            }
            assert_usable(&world, "read-only", "some-user");
        }
    }
}

#[test]
fn an_interrupted_undo_can_be_continued() {
    for with in ["--undo", "--no-wait"] {
        let world = signed_in();
        let (old, _) = world.aws.user("some-user").access_key();
        world.vault(["rotate", "read-only"]).run().ok();
        world.aws.fault("DeleteAccessKey", denied(), 9);
        world.vault(["rotate", "read-only", "--undo"]).run().fails(1);
        assert_eq!((stored(&world, "read-only"), entry(&world, "read-only")["rotation"]["stage"].as_str()), (old.clone(), Some("undoing")));
        world.aws.clear_faults();
        world.vault(["rotate", "read-only", with]).run().ok();
        assert_eq!(world.aws.key_statuses("some-user"), [(old, true)]);
        assert_usable(&world, "read-only", "some-user");
    }
}

#[test]
fn an_old_key_that_was_used_since_or_is_active_again_is_not_deleted_without_asking() {
    let mut world = World::with_key();
    world.own_clock();
    let (old, _) = world.aws.user("some-user").access_key();
    rotate(&world, ["read-only", "--grace", "2m"]).ok();
    world.later(130);
    world.aws.activate_key(&old);
    let run = world.vault(["rotate", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("somebody has made the old key") && run.stderr.contains("`vault rotate read-only --finish`"), "{run:?}");
    world.aws.deactivate_key(&old);
    world.aws.used_key(&old, -3600);
    let run = world.vault(["rotate", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("was used since it was deactivated, last at"), "{run:?}");
    // AWS's figure is coarse: a difference this small counts as the same use.
    world.aws.used_key(&old, -1200);
    world.vault(["rotate", "read-only"]).run().ok();
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")]);
}
