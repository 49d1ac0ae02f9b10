//! A command that writes a key or the config file may be killed at any moment: every stored key stays readable, and the config file is
//! the old one or the new one.

use std::time::{Duration, Instant};

use super::super::commands::lock_keystore;
use crate::support::pty::run_exposing;
use crate::support::world::{World, finish};

/// How often each command is killed, each time at another moment.
const ROUNDS: u32 = 20;

/// Runs the command and kills it after this time.
fn killed(world: &World, arguments: &[&str], after: Duration) {
    let (id, secret) = world.aws.user("some-user").access_key();
    let mut command =
        world.command(&World::binary(), arguments).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).into_command();
    let null = std::process::Stdio::null;
    let mut child = command.stdin(null()).stdout(null()).stderr(null()).spawn().expect("the program can be started");
    std::thread::sleep(after);
    // It may have ended already, if the moment is late.
    let _ = child.kill();
    finish(child);
}

#[track_caller]
fn key_is_readable(world: &World, name: &str) {
    let run = run_exposing(world.vault(["export", "--no-session", "--expose-long-term-key", name]), name);
    assert!(run.status == 0 && run.stdout.contains("AKIA"), "{name}: {run:?}");
}

#[test]
fn no_key_and_no_line_of_the_config_is_lost() {
    let world = World::with_key();
    world.add("other", "some-user");
    let before = world.read(".aws/config");
    let started = Instant::now();
    world.add("third", "some-user");
    let long = started.elapsed();
    for round in 0..ROUNDS {
        let after = long * round / ROUNDS;
        killed(&world, &["add", "third", "--env", "--no-verify", "--region", "us-east-1"], after);
        killed(&world, &["link", "other"], after);
        killed(&world, &["remove", "--force", "third"], after);
        let config = world.read(".aws/config");
        assert!(config.starts_with(&before) && config.ends_with('\n'), "round {round}: {config}");
        // With no identity in the kernel's keyring, so that the files are read.
        if round % 8 == 7 {
            lock_keystore(&world);
        }
        key_is_readable(&world, "read-only");
        key_is_readable(&world, "other");
        let listed = world.vault(["list"]).run();
        assert_eq!((listed.status, listed.stderr.as_str()), (0, ""), "round {round}: {listed:?}");
    }
    // The same command works again.
    world.add("third", "some-user");
    key_is_readable(&world, "third");
    world.vault(["remove", "--force", "third"]).run().ok();
    assert!(world.vault(["export", "--no-session", "--expose-long-term-key", "third"]).run().status != 0);
}

#[test]
fn a_kill_during_the_first_add_leaves_a_usable_keystore() {
    for round in 0..8_u32 {
        let world = World::new();
        let add = ["add", "read-only", "--env", "--no-verify"];
        killed(&world, &add, Duration::from_millis(u64::from(round) * 150));
        // The program makes an identity if the killed run had not made one yet.
        let (id, secret) = world.aws.user("some-user").access_key();
        world.vault(add).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
        key_is_readable(&world, "read-only");
    }
}
