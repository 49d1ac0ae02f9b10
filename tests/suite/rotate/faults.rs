//! A fault at every call of a rotation: the stored key still works, and another run completes.

use std::time::Duration;

use super::{assert_usable, ids, stored};
use crate::support::aws::Fault;
use crate::support::steps::signed_in;

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("throttling", Fault::throttling()),
        ("500", Fault::internal()),
        ("500 after it was done", Fault::internal().after()),
        ("a cut connection", Fault::Drop),
        ("a connection cut after it was done", Fault::DropAfter),
        ("an answer cut short", Fault::CutShort),
        ("a hang", Fault::Hang(Duration::from_millis(300))),
        ("a refusal", Fault::fail(403, "AccessDenied", "not authorized to perform this")),
    ]
}

fn meet(what: &str, fault: &Fault, call: &str, times: usize) {
    let world = signed_in();
    world.aws.fault(call, fault.clone(), times);
    let first = world.vault(["rotate", "read-only", "--grace", "0s"]).run();
    let context = || format!("{what} at {call}, {times} times: {first:?}");
    // AWS made a key whose secret is lost.
    let half_made =
        call == "CreateAccessKey" && matches!(what, "500 after it was done" | "a connection cut after it was done" | "an answer cut short");
    if times == 1 {
        let is_retried = what != "a refusal" && !half_made;
        assert_eq!(first.status == 0, is_retried, "{}", context());
    }
    assert_usable(&world, "read-only", "some-user");
    let again = world.vault(["rotate", "read-only", "--grace", "0s"]).run();
    assert!(again.status == 0 || half_made, "{}\n{again:?}", context());
    if again.status != 0 {
        let half_made = &ids(&world.aws, "some-user")[1];
        assert!(again.stderr.contains(half_made) && again.stderr.contains("secret is lost"), "{}\n{again:?}", context());
        world.vault(["rotate", "read-only", "--undo"]).run().ok();
        world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    }
    assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")], "{}", context());
    assert_usable(&world, "read-only", "some-user");
}

/// Every fault at one call, each in a separate world.
fn meets_everything(call: &str) {
    let all = faults();
    std::thread::scope(|scope| {
        for some in all.chunks(2) {
            scope.spawn(move || {
                for (what, fault) in some {
                    // Once: the call is retried. Often: the run fails.
                    for times in [1, 20] {
                        meet(what, fault, call, times);
                    }
                }
            });
        }
    });
    println!("{} faults injected at {call}", all.len() * 2);
}

#[test]
fn faults_at_get_caller_identity_cost_nothing() {
    meets_everything("GetCallerIdentity");
}

#[test]
fn faults_at_list_access_keys_cost_nothing() {
    meets_everything("ListAccessKeys");
}

#[test]
fn faults_at_create_access_key_cost_nothing() {
    meets_everything("CreateAccessKey");
}

#[test]
fn faults_at_update_access_key_cost_nothing() {
    meets_everything("UpdateAccessKey");
}

#[test]
fn faults_at_delete_access_key_cost_nothing() {
    meets_everything("DeleteAccessKey");
}
