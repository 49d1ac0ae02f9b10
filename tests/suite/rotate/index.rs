//! The index after a run that was killed between writing the item and its entry: the item has the true stage, and the entry follows it.

use serde_json::{Value, json};

use super::{assert_usable, entry, ids, rotate, stored};
use crate::support::aws::Fault;
use crate::support::steps::{forget_codes, signed_in};
use crate::support::world::World;

/// Changes the entry.
fn change(world: &World, change: impl FnOnce(&mut Value)) {
    let path = ".local/share/vault/index.json";
    let mut index: Value = serde_json::from_str(&world.read(path)).expect("the index is whole");
    change(&mut index["entries"][0]);
    std::fs::write(world.path(path), index.to_string()).expect("it can be written");
}

fn denied() -> Fault {
    Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: this")
}

/// A world whose rotation stopped at this stage; `None`: it is finished.
fn stopped_at(stage: Option<&str>) -> World {
    let world = signed_in();
    match stage {
        Some("creating") => world.aws.fault("CreateAccessKey", Fault::DropAfter, 1),
        Some("switched") => world.aws.fault("UpdateAccessKey", denied(), 9),
        _ => {}
    }
    let grace = if stage.is_none() { "0s" } else { "24h" };
    world.vault(["rotate", "read-only", "--grace", grace]).run();
    if stage == Some("undoing") {
        world.aws.fault("DeleteAccessKey", denied(), 9);
        world.vault(["rotate", "read-only", "--undo"]).run().fails(1);
    }
    world.aws.clear_faults();
    world
}

#[test]
fn reading_the_key_repairs_an_entry_left_at_an_earlier_stage() {
    for stage in [Some("creating"), Some("switched"), Some("grace"), Some("undoing"), None] {
        let world = stopped_at(stage);
        let whole = entry(&world, "read-only");
        assert_eq!(whole["rotation"]["stage"].as_str(), stage);
        let (current, before) = (whole["key_id"].clone(), whole["previous"][0].clone());
        // The previous stage, as a killed run leaves it. Only a switch of keys clears the id.
        let pending = json!({"stage": "pending", "since": "2026-01-01T00:00:00Z", "grace": 3600, "other": current});
        let switched = matches!(stage, Some("switched" | "undoing"));
        change(&world, |entry| {
            entry["rotation"] = if stage == Some("creating") { Value::Null } else { pending };
            if switched {
                entry["key_id"] = Value::Null;
                entry["changing_to"] = current.clone();
                entry["previous"] = json!([]);
            }
        });
        forget_codes(&world);
        world.vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
        let now = entry(&world, "read-only");
        for field in ["key_id", "rotation", "user", "stored_at", "order"] {
            assert_eq!(now[field], whole[field], "{stage:?} {field}: {now}");
        }
        assert!(now["changing_to"].is_null(), "{stage:?}: {now}");
        assert_eq!(now["previous"][0], before, "sessions of the previous key still belong to the entry, {stage:?}: {now}");
        assert!(!now["previous"].as_array().is_some_and(|known| known.contains(&current)), "{stage:?}: {now}");
        // Other commands report the same.
        let said = world.vault(["list"]).run().stderr;
        assert_eq!(said.contains("the rotation of key `read-only`"), stage.is_some(), "{stage:?}: {said}");
        if stage != Some("creating") {
            rotate(&world, ["read-only", if stage == Some("undoing") { "--undo" } else { "--finish" }]).ok();
            assert_eq!(ids(&world.aws, "some-user"), [stored(&world, "read-only")], "{stage:?}");
        }
        assert_usable(&world, "read-only", "some-user");
    }
}

#[test]
fn an_entry_without_an_id_and_without_a_rotation_may_be_another_users() {
    let world = signed_in();
    world.vault(["rotate", "read-only", "--grace", "0s"]).run().ok();
    let current = stored(&world, "read-only");
    change(&world, |entry| {
        entry["key_id"] = Value::Null;
        entry["changing_to"] = json!("AKIAI44QH8DHBEXAMPLE");
    });
    forget_codes(&world);
    world.vault(["exec", "read-only", "--fresh", "--", "true"]).code_of("some-user").run().ok();
    let now = entry(&world, "read-only");
    assert_eq!(now["key_id"].as_str(), Some(&*current));
    assert!(now["user"].is_null() && now["previous"].is_null(), "{now}");
}
