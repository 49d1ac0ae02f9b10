//! Checking is fast enough for every commit. It is measured relative to the program's start, because machines and builds differ.

use std::time::{Duration, Instant};

use crate::support::world::World;

/// The fastest of several runs: other work on the machine only adds time.
fn least(runs: usize, mut run: impl FnMut()) -> Duration {
    let one = |()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_n((), runs).map(one).min().expect("there is one run at least")
}

#[test]
fn checking_one_policy_takes_little_longer_than_starting_the_program() {
    let world = World::new();
    let actions: Vec<_> = (0..120).map(|number| format!("\"s3:GetSomething{number}\"")).collect();
    let statement = |sid: usize| {
        format!(
            r#"{{"Sid": "S{sid}", "Effect": "Allow", "Action": [{}], "Resource": "arn:aws:s3:::bucket/*", "Condition": {{"Bool": {{"aws:MultiFactorAuthPresent": "true"}}}}}}"#,
            actions[sid * 40..][..40].join(", ")
        )
    };
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, [0, 1, 2].map(statement).join(",\n"));
    let text = format!("{text}{}", " ".repeat(6144_usize.saturating_sub(text.len())));
    world.write("policy.json", &text);
    let start = least(10, || drop(world.vault(["--version"]).run().ok()));
    let check = least(10, || drop(world.vault(["policy", "check", "policy.json"]).run().ok()));
    println!("--version in {start:?}, policy check in {check:?}");
    assert!(check < start * 5, "--version in {start:?}, policy check in {check:?}");
}

/// Each corrected statement is checked again among the others: if that also checked all the others again, this would take minutes for the largest
/// policies.
#[test]
fn a_hundred_statements_to_correct_take_a_moment() {
    let world = World::new();
    let statement = |number: usize| {
        format!(
            r#"{{"Effect": "Deny", "Action": "s3:Get{number}*", "Resource": "*", "Condition": {{"Bool": {{"aws:MultiFactorAuthPresent": "false"}}}}}}"#
        )
    };
    let statements: Vec<_> = (0..100).map(statement).collect();
    world.write("policy.json", format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(",\n")));
    let start = least(3, || drop(world.vault(["--version"]).run().ok()));
    let check = least(3, || drop(world.vault(["policy", "check", "policy.json"]).run()));
    println!("--version in {start:?}, policy check of 100 traps in {check:?}");
    assert!(check < start * 150, "--version in {start:?}, policy check in {check:?}");
}
