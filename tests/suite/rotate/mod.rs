//! `vault rotate`: the key is replaced in a safe order, whatever happens in between, with one MFA session.
#![allow(clippy::disallowed_methods, reason = "tests look at the machine from outside")]

mod faults;
mod half_made;
mod index;
mod killed;
mod others;
mod reminders;
mod sessions;
mod several;
mod status;
mod undo;
mod waiting;
mod whole;

use serde_json::Value;

use crate::support::aws::StandIn;
use crate::support::steps::forget_codes;
use crate::support::world::{Run, World};

/// The index entry of a stored key.
fn entry(world: &World, name: &str) -> Value {
    let index: Value = serde_json::from_str(&world.read(".local/share/vault/index.json")).expect("the index is whole");
    let entries = index["entries"].as_array().expect("it has entries");
    entries.iter().find(|entry| entry["name"] == name).cloned().unwrap_or(Value::Null)
}

/// The id of the stored key according to the index.
fn stored(world: &World, name: &str) -> String {
    entry(world, name)["key_id"].as_str().expect("the index knows the key").to_owned()
}

/// The ids of the user's keys at AWS, oldest first.
fn ids(aws: &StandIn, user: &str) -> Vec<String> {
    aws.key_statuses(user).into_iter().map(|(id, _)| id).collect()
}

/// Rotates, with a code if one is needed.
fn rotate<const N: usize>(world: &World, arguments: [&str; N]) -> Run {
    forget_codes(world);
    let words = [&["rotate"], &arguments[..]].concat();
    world.command(&World::binary(), &words).code_of("some-user").run()
}

/// AWS accepts the stored key, and profiles that start from it get credentials.
#[track_caller]
fn assert_usable(world: &World, name: &str, user: &str) {
    world.aws.clear_faults();
    forget_codes(world);
    let statuses = world.aws.key_statuses(user);
    assert!(statuses.len() <= 2, "at most two keys: {statuses:?}");
    let run = world.vault(["exec", name, "--fresh", "--", "printenv", "AWS_ACCESS_KEY_ID"]).code_of(user).run();
    assert_eq!(run.status, 0, "{run:?} {statuses:?}");
    let stored = stored(world, name);
    assert!(statuses.iter().any(|(id, active)| *id == stored && *active), "{stored} is active: {statuses:?}");
}
