//! The cost of a run that makes a call: everything that a cached run skips, and one round trip to the stand-in on loopback.

use crate::builds::Build;
use crate::measure::paired;
use crate::support::aws::StandIn;
use crate::support::world::World;
use crate::warm::{command, fill, found, shown};

const ROUNDS: usize = 100;
const MANY_KEYS: usize = 200;

/// A user without MFA, so that nothing waits for a code.
pub fn world(keys: usize) -> World {
    let world = World::with(StandIn::builder().user("some-user", |user| user).start(), "[profile plain]\nregion = us-east-1\n");
    world.add("plain", "some-user");
    let (id, secret) = world.aws.user("some-user").access_key();
    for number in 0..keys {
        let name = format!("other-{number}");
        let add = world.vault(["add", &name, "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        add.run().ok();
    }
    world
}

pub fn table(build: &Build) {
    let (small, large) = (world(0), world(MANY_KEYS));
    fill(&large);
    let fresh = |world: &World| command(world, &build.binary, &["exec", "--fresh", "plain", "--", "true"]);
    let mut commands = [
        command(&small, &found("true"), &[]),
        // The same without the call: the difference is the cost of the call.
        command(&small, &build.binary, &["exec", "plain", "--", "true"]),
        fresh(&small),
        fresh(&large),
    ];
    let costs = paired(ROUNDS, &mut commands);
    println!();
    for (what, cost) in [("one call", costs[2]), ("one call, 200 other keys and 10,000 cached sessions", costs[3])] {
        let over = cost.wall.saturating_sub(costs[1].wall);
        println!(
            "{:<58} {:>8} {:>17} over a cached run, the round trip included   15ms",
            what,
            shown(cost.wall),
            format!("+{}", shown(over))
        );
    }
}
