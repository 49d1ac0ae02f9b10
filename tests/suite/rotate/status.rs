//! `vault rotate --status`: output for scripts, and information about the old key for people.

use serde_json::Value;

use super::{rotate, stored};
use crate::support::steps::signed_in;
use crate::support::world::World;

fn status(world: &World) -> Value {
    let rows: Value = serde_json::from_str(&world.vault(["rotate", "read-only", "--status", "--json"]).run().ok()).expect("it is JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(1), "{rows}");
    rows[0].clone()
}

#[test]
fn each_stage_is_shown_to_programs() {
    let world = signed_in();
    let (old, _) = world.aws.user("some-user").access_key();
    let row = status(&world);
    assert_eq!((row["name"].as_str(), row["key_id"].as_str(), row["stage"].as_str()), (Some("read-only"), Some(&*old), Some("current")));
    assert!(row["old_key_id"].is_null() && row["since"].is_null() && row["deletable_from"].is_null(), "{row}");
    assert_eq!(row["age_days"], 0);

    world.aws.fault("CreateAccessKey", crate::support::aws::Fault::DropAfter, 1);
    world.vault(["rotate", "read-only"]).run().fails(1);
    let row = status(&world);
    assert_eq!((row["key_id"].as_str(), row["stage"].as_str()), (Some(&*old), Some("pending")));
    world.vault(["rotate", "read-only", "--undo"]).run().ok();

    world.vault(["rotate", "read-only", "--grace", "48h"]).run().ok();
    let row = status(&world);
    let new = stored(&world, "read-only");
    assert_eq!((row["key_id"].as_str(), row["old_key_id"].as_str(), row["stage"].as_str()), (Some(&*new), Some(&*old), Some("grace")));
    let moment = |name: &str| vault::model::Timestamp::parse_rfc3339(row[name].as_str().expect(name)).expect(name);
    assert_eq!(moment("deletable_from").seconds_since(moment("since")), 48 * 3600);
    let all: Value = serde_json::from_str(&world.vault(["rotate", "--status", "--json"]).run().ok()).expect("it is JSON");
    assert_eq!(all[0], row);
}

#[test]
fn the_last_use_of_the_old_key_is_shown_with_its_precision_and_without_a_code() {
    let world = signed_in();
    let (old, _) = world.aws.user("some-user").access_key();
    world.vault(["rotate", "read-only"]).run().ok();
    world.aws.used_key(&old, 7200);
    let run = world.vault(["rotate", "--status"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.contains(&old) && run.stdout.contains("grace"), "{run:?}");
    assert!(run.stderr.contains(&format!("the old key {old} was used last at ")) && run.stderr.contains("for s3 in eu-west-1"), "{run:?}");
    assert!(run.stderr.contains("only every 15 minutes"), "{run:?}");
    // Without a session, the output says so, and there is no prompt.
    world.vault(["clear"]).run().ok();
    let run = world.vault(["rotate", "read-only", "--status"]).run();
    assert!(run.status == 0 && run.stderr.contains("needs an MFA session"), "{run:?}");
    let run = rotate(&world, ["read-only", "--status"]);
    assert!(run.status == 0 && run.stderr.contains("was used last at"), "{run:?}");
}
