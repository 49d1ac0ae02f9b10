//! `mfa list`: every device with its kind and the profiles that name it; and devices in profiles that AWS does not know.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::aws::{StandIn, UserBuilder};
use crate::support::world::World;

use super::super::shown;

const CONFIG: &str = "\
[profile me]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/phone

[profile ops]
source_profile = me
role_arn = arn:aws:iam::123456789012:role/Ops
mfa_serial = arn:aws:iam::123456789012:mfa/old-phone

[profile colleague]
mfa_serial = arn:aws:iam::123456789012:mfa/colleague
";

fn world_of(config: &str, describe: impl FnOnce(UserBuilder) -> UserBuilder) -> World {
    let world = World::with(StandIn::builder().user("some-user", describe).start(), config);
    world.add("me", "some-user");
    world
}

#[test]
fn every_device_is_listed_with_its_kind_and_the_profiles_that_name_it() {
    let world = world_of(CONFIG, |user| user.path("/ops/").mfa("phone").hardware_mfa("GAHT12345678").fido("key").block_without_mfa());
    let listed: Value = serde_json::from_str(&world.vault(["mfa", "list", "me", "--json"]).run().ok()).expect("JSON");
    for device in listed.as_array().expect("an array") {
        let enabled = device["enabled_at"].as_str();
        assert_eq!(enabled.is_none(), device["used_by"] == json!(["ops"]), "{device}");
        assert!(enabled.is_none_or(|text| text.len() == 20 && text.ends_with('Z')), "{device}");
    }
    let without_time = |device: &Value| {
        let mut device = device.clone();
        device.as_object_mut().expect("an object").remove("enabled_at");
        device
    };
    let found: Vec<_> = listed.as_array().expect("an array").iter().map(without_time).collect();
    assert_eq!(
        Value::Array(found),
        json!([
            {"serial": "arn:aws:iam::123456789012:mfa/phone", "kind": "virtual", "usable_with_sts": true, "used_by": ["me"]},
            {"serial": "GAHT12345678", "kind": "hardware", "usable_with_sts": true, "used_by": []},
            {"serial": "arn:aws:iam::123456789012:u2f/user/some-user/key", "kind": "fido", "usable_with_sts": false, "used_by": []},
            {"serial": "arn:aws:iam::123456789012:mfa/old-phone", "kind": "virtual", "usable_with_sts": false, "used_by": ["ops"]},
        ]),
        "another user's device is not listed"
    );
    // A role's profile shows its source's devices, and the variable may name the profile, as everywhere.
    let table = world.vault(["mfa", "list"]).env("AWS_PROFILE", "ops").run().ok();
    assert!(table.contains("! AWS does not list it for this user"), "{table}");
    assert!(table.lines().any(|line| line.starts_with("arn:aws:iam::123456789012:u2f/") && line.contains("fido")), "{table}");
    assert_eq!(world.aws.calls("GetSessionToken"), 0, "no code is needed");
}

#[test]
fn if_sts_can_use_no_device_the_hint_says_how_to_get_one() {
    let world = world_of("[profile me]\n", |user| user.fido("key"));
    let run = world.vault(["mfa", "list", "me"]).run();
    assert_eq!(run.status, 0, "{run:?}");
    assert!(
        run.stderr.contains("only passkeys or security keys, which STS cannot check: add an authenticator app in the IAM console"),
        "{run:?}"
    );

    let world = world_of("[profile me]\n", |user| user);
    assert_snapshot!(shown(&world, &world.vault(["mfa", "list", "me"]).run()), @"
    status 0
    stderr:
    vault: user `some-user` has no MFA device yet: `vault mfa enroll me` makes one
    ");
    assert_eq!(world.vault(["mfa", "list", "me", "--json"]).run().ok(), "[]\n");

    let world = world_of("[profile me]\n", |user| user.mfa("phone"));
    let run = world.vault(["mfa", "list", "me"]).run();
    assert!(run.stderr.contains("set `mfa_serial = arn:aws:iam::123456789012:mfa/phone` in profile `me`"), "{run:?}");
}

#[test]
fn profiles_without_devices_are_reported() {
    let config = "[profile me]\n[profile sso]\nsso_start_url = https://example.com\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = X\n";
    let world = world_of(config, UserBuilder::root);
    let run = world.vault(["mfa", "list", "sso"]).run().fails(1);
    assert!(run.stderr.contains("profile `sso` does not use a stored key"), "{run:?}");
    let run = world.vault(["mfa", "list", "me"]).run().fails(1);
    assert!(run.stderr.contains("not to an IAM user"), "{run:?}");
    let world = world_of("[profile me]\n", |user| user.deny("iam:ListMFADevices"));
    let run = world.vault(["mfa", "list", "me"]).run().fails(1);
    assert!(run.stderr.contains("AWS refused `ListMFADevices`"), "{run:?}");
}
