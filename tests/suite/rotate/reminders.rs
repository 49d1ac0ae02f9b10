//! Only `list` and `status` mention an unfinished rotation or a key that is too old.

use crate::support::steps::{forget_codes, signed_in};
use crate::support::world::World;

#[test]
fn an_unfinished_rotation_is_mentioned() {
    let world = signed_in();
    world.vault(["rotate", "read-only"]).run().ok();
    for arguments in [&["list"][..], &["status"], &["status", "read-only"]] {
        let run = world.command(&World::binary(), arguments).run();
        assert!(run.stderr.contains("the rotation of key `read-only` is in its grace period"), "{arguments:?} {run:?}");
    }
    for arguments in [&["status", "read-only", "--short"][..], &["exec", "read-only", "--", "true"], &["explain", "read-only"]] {
        let run = world.command(&World::binary(), arguments).run();
        assert!(!run.stderr.contains("rotation"), "{arguments:?} {run:?}");
    }
    world.vault(["rotate", "read-only", "--finish"]).run().ok();
    assert!(!world.vault(["list"]).run().stderr.contains("rotation"));
}

#[test]
fn a_key_older_than_the_settings_allow_is_mentioned() {
    for (settings, days, expected) in [
        ("", 91, true),
        ("", 90, false),
        ("key_max_age = \"30d\"\n", 31, true),
        ("key_max_age = 0\n", 1000, false),
        ("key_max_age = \"0\"\n", 1000, false),
        ("[profile.read-only]\nkey_max_age = \"365d\"\n", 200, false),
    ] {
        let mut world = World::new();
        world.own_clock();
        world.write(".config/vault/config.toml", settings);
        world.add("read-only", "some-user");
        world.later(days * 86_400 + 60);
        forget_codes(&world);
        for command in ["list", "status"] {
            let run = world.vault([command]).run();
            let said =
                run.stderr.contains(&format!("key `read-only` is {days} days old")) && run.stderr.contains("`vault rotate read-only`");
            assert_eq!(said, expected, "{settings:?} {days} {command}: {run:?}");
        }
    }
    let world = World::new();
    world.write(".config/vault/config.toml", "key_max_age = \"soon\"\n");
    let run = world.vault(["list"]).run().fails(1);
    assert!(run.stderr.contains("`key_max_age` cannot be used: `soon` is not a duration such as `90d`"), "{run:?}");
}
