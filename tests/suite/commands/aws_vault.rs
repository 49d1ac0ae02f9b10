//! aws-vault's variables count if their meaning is clear and nothing else sets the value; `vault` mentions the others once.

use serde_json::Value;

use crate::support::world::{World, usual_aws};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";
const CONFIG: &str = "\
[profile me]
region = us-east-1

[profile role]
source_profile = me
role_arn = arn:aws:iam::123456789012:role/OpsSudo

[profile own]
source_profile = me
role_arn = arn:aws:iam::123456789012:role/OpsSudo
mfa_serial = arn:aws:iam::123456789012:mfa/own
duration_seconds = 1800
";

fn world() -> World {
    let world = World::with(usual_aws(), CONFIG);
    world.add("me", "some-user");
    world
}

fn plan(world: &World, profile: &str, variables: &[(&str, &str)]) -> Value {
    let mut run = world.vault(["explain", profile, "--json"]);
    for (name, value) in variables {
        run = run.env(name, value);
    }
    serde_json::from_str(&run.run().ok()).expect("it is JSON")
}

fn durations(plan: &Value) -> Vec<u64> {
    plan["steps"].as_array().expect("steps").iter().map(|step| step["duration_seconds"].as_u64().expect("a number")).collect()
}

#[test]
fn durations_count_if_nothing_else_sets_one() {
    let world = world();
    let serial = ("AWS_MFA_SERIAL", SERIAL);
    for (profile, variables, expected) in [
        ("role", &[serial][..], &[28_800, 3_600][..]),
        ("role", &[serial, ("AWS_SESSION_TOKEN_TTL", "12h")], &[43_200, 3_600]),
        ("role", &[serial, ("AWS_CHAINED_SESSION_TOKEN_TTL", "7200s")], &[7_200, 3_600]),
        ("role", &[serial, ("AWS_SESSION_TOKEN_TTL", "2h"), ("AWS_CHAINED_SESSION_TOKEN_TTL", "12h")], &[7_200, 3_600]),
        ("role", &[serial, ("AWS_ASSUME_ROLE_TTL", "30m")], &[28_800, 1_800]),
        ("role", &[serial, ("AWS_ASSUME_ROLE_TTL", "2h")], &[7_200]),
        ("own", &[("AWS_ASSUME_ROLE_TTL", "45m")], &[28_800, 1_800]),
        ("me", &[("AWS_SESSION_TOKEN_TTL", "20m")], &[1_200]),
    ] {
        assert_eq!(durations(&plan(&world, profile, variables)), expected, "{profile} {variables:?}");
    }
    world.write(".config/vault/config.toml", "session_duration = \"3h\"\n");
    assert_eq!(durations(&plan(&world, "me", &[("AWS_SESSION_TOKEN_TTL", "20m")])), [10_800], "the settings take precedence");
    for (name, value) in
        [("AWS_SESSION_TOKEN_TTL", "5m"), ("AWS_ASSUME_ROLE_TTL", "13h"), ("AWS_MIN_TTL", "soon"), ("AWS_MFA_SERIAL", "u2f")]
    {
        let run = world.vault(["explain", "me"]).env(name, value).run();
        assert!(run.status == 2 && run.stderr.contains(&format!("`{name}`: ")), "{run:?}");
    }
}

#[test]
fn min_ttl_counts_if_no_setting_sets_it() {
    let mut world = world();
    world.own_clock();
    world.set("AWS_MFA_SERIAL", SERIAL);
    world.vault(["exec", "me", "--", "true"]).code_of("some-user").run().ok();
    world.later(7 * 3_600);
    let exec = |left: &str| world.vault(["exec", "me", "--no-wait", "--", "true"]).env("AWS_MIN_TTL", left).run().status;
    assert_eq!((exec("30m"), exec("")), (0, 0), "an hour is left");
    assert_eq!(exec("2h"), 1, "there is no way to ask for a code");
    world.write(".config/vault/config.toml", "expiry_window = \"10m\"\n");
    assert_eq!(exec("2h"), 0, "the settings take precedence");
}

#[test]
fn the_device_counts_if_no_profile_names_one() {
    let world = world();
    for (profile, expected) in [("me", SERIAL), ("role", SERIAL), ("own", "arn:aws:iam::123456789012:mfa/own")] {
        assert_eq!(plan(&world, profile, &[("AWS_MFA_SERIAL", SERIAL)])["mfa"]["serial"], expected, "{profile}");
    }
    assert_eq!(plan(&world, "me", &[])["mfa"], Value::Null);
}

#[test]
fn an_ignored_variable_is_mentioned_once() {
    let world = world();
    for name in [
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_SESSION_TAGS",
        "AWS_TRANSITIVE_TAGS",
        "AWS_SOURCE_IDENTITY",
        "AWS_FEDERATION_TOKEN_TTL",
    ] {
        let run = || world.vault(["exec", "me", "--", "true"]).env(name, "arn:aws:iam::123456789012:role/Other").run();
        let (first, second) = (run(), run());
        assert_eq!((first.status, first.stderr.matches(&format!("`{name}` is ignored")).count()), (0, 1), "{first:?}");
        assert_eq!((second.status, second.stderr.as_str()), (0, ""), "{name}");
    }
    let differing =
        world.vault(["exec", "me", "--", "true"]).env("AWS_SESSION_TOKEN_TTL", "2h").env("AWS_CHAINED_SESSION_TOKEN_TTL", "3h").run();
    assert!(differing.stderr.contains("`AWS_CHAINED_SESSION_TOKEN_TTL` is ignored"), "{differing:?}");
}

#[test]
fn web_identity_variables_are_left_to_the_sdks() {
    let world = world();
    let run = world.vault(["exec", "me", "--", "true"]).env("AWS_ROLE_ARN", "x").env("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token").run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
}
