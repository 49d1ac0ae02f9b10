//! Names in several keystores: every command over all stored keys sees each name once, with the key that `exec` uses.

use serde_json::Value;

use super::ids;
use crate::support::aws::StandIn;
use crate::support::password_store::PasswordStore;
use crate::support::world::World;

/// Three users without MFA, in the order of their keys' ids.
fn users(world: &World) -> [&'static str; 3] {
    let mut users = ["first", "second", "third"];
    users.sort_by_key(|user| world.aws.user(user).access_key().0);
    users
}

fn store(world: &World, name: &str, user: &str, backend: &str) {
    let (id, secret) = world.aws.user(user).access_key();
    let add = world.vault(["add", name, "--env", "--no-verify", "--force", "--backend", backend]);
    add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
}

/// A name in two keystores, with other names between and among its keys.
#[test]
fn each_name_counts_once_whatever_its_key_ids() {
    let aws = StandIn::builder().user("first", |user| user).user("second", |user| user).user("third", |user| user).start();
    let mut world = World::with(aws, "");
    world.seed_identity();
    let _store = PasswordStore::init(&world, "");
    world.own_clock();
    world.unset("AWS_VAULT_BACKEND");
    let [low, middle, high] = users(&world);
    // The unused key of `a` sorts first, and `c` has it too.
    store(&world, "a", low, "pass");
    store(&world, "a", high, "file");
    store(&world, "b", middle, "file");
    store(&world, "c", low, "file");

    world.later(91 * 86_400);
    for command in [&["list"][..], &["status"], &["rotate", "--status"]] {
        let run = world.command(&World::binary(), command).run();
        assert_eq!(run.stderr.matches("key `a` is 91 days old").count(), 1, "{command:?} {run:?}");
    }
    let rows = |words: &[&str]| -> Vec<(String, String)> {
        let rows: Value = serde_json::from_str(&world.command(&World::binary(), words).run().ok()).expect("it is JSON");
        let text = |row: &Value, name: &str| row[name].as_str().expect(name).to_owned();
        rows.as_array().expect("it is a list").iter().map(|row| (text(row, "name"), text(row, "key_id"))).collect()
    };
    let key_of = |user: &str| world.aws.user(user).access_key().0;
    let expected = [("a", high), ("b", middle), ("c", low)].map(|(name, user)| (name.to_owned(), key_of(user)));
    assert_eq!(rows(&["rotate", "--status", "--json"]), expected);
    assert_eq!(rows(&["rotate", "a", "--status", "--json"]), expected[..1]);

    let before = expected.map(|(_, key)| key);
    let run = world.vault(["rotate", "--all", "--mfa-token", "123456"]).run().fails(2);
    assert!(run.stderr.contains("`--mfa-token` is the code of one device, and 3 keys are stored"), "{run:?}");
    let run = world.vault(["rotate", "--all", "--grace", "0s"]).run();
    assert_eq!((run.status, world.aws.answered("CreateAccessKey")), (0, 3), "each key once: {run:?}");
    for user in [low, middle, high] {
        let now = ids(&world.aws, user);
        assert!(now.len() == 1 && !before.contains(&now[0]), "the key of `{user}` is replaced: {now:?}");
    }
}
