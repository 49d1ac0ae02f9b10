//! Variables that AWS's own tools read, with odd or invalid values.

use insta::assert_snapshot;

use crate::support::world::{TWO_PROFILES, World, usual_aws};

use super::{Kept, redaction};

/// Variables that the SDK reads, and that have no test elsewhere.
const READ_BY_THE_SDK: [&str; 17] = [
    "AWS_RETRY_MODE",
    "AWS_MAX_ATTEMPTS",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_DEFAULTS_MODE",
    "AWS_SDK_UA_APP_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_DISABLE_REQUEST_COMPRESSION",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "AWS_SIGV4A_SIGNING_REGION_SET",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_STS_REGIONAL_ENDPOINTS",
];

#[test]
fn no_value_causes_a_panic_and_an_empty_one_is_ignored() {
    let world = World::with(usual_aws(), &format!("{TWO_PROFILES}endpoint_url = URL\n[profile plain]\n"));
    let url = world.aws.url();
    world.write(".aws/config", world.read(".aws/config").replace("URL", &url));
    world.add("plain", "some-user");
    for name in READ_BY_THE_SDK {
        for value in ["", " ", "foo", "-1", "0", "1", "99999999999999999999", "\u{e9}"] {
            // Nothing listens there: a call that does not go to the stand-in fails at once.
            let invocation = world.vault(["exec", "--fresh", "plain", "--", "true"]).env("HTTPS_PROXY", "http://127.0.0.1:1");
            let run = invocation.env("AWS_MAX_ATTEMPTS", "1").env(name, value).run();
            assert!(matches!(run.status, 0..=2) && !run.stderr.contains("panicked"), "{name}={value}: {run:?}");
            if value.is_empty() && name != "AWS_ENDPOINT_URL" {
                assert_eq!(run.status, 0, "{name} is empty: {run:?}");
            }
        }
    }
}

#[test]
fn every_tools_retry_modes_are_known_and_an_unknown_one_costs_no_code() {
    let world = World::with_key();
    let kept = Kept::in_(&world);
    for mode in ["legacy", "standard", "adaptive", "LEGACY"] {
        world.aws.forget_spent_codes();
        let code = world.aws.fresh_code("some-user");
        std::fs::remove_dir_all(world.path(".local/state/vault")).ok();
        world.vault(["exec", "read-only", "--fresh", "--mfa-token", &code, "--", "true"]).env("AWS_RETRY_MODE", mode).run().ok();
    }
    world.aws.forget_spent_codes();
    let code = world.aws.fresh_code("some-user");
    std::fs::remove_dir_all(world.path(".local/state/vault")).ok();
    let calls = world.aws.requests().len();
    let exec =
        |name: &str, value: &str| world.vault(["exec", "opssudo", "--fresh", "--mfa-token", &code, "--", "true"]).env(name, value).run();
    assert_snapshot!(kept.by(&exec("AWS_RETRY_MODE", "often"), 1), @"
    vault: profile `opssudo`: `GetSessionToken` could not be called: `AWS_RETRY_MODE` is `often`, not `standard`, `adaptive` or `legacy`
    hint: correct or unset `AWS_RETRY_MODE`
    ");
    assert_snapshot!(kept.by(&exec("AWS_MAX_ATTEMPTS", "0"), 1), @"
    vault: profile `opssudo`: `GetSessionToken` could not be called: `AWS_MAX_ATTEMPTS` is `0`, not a number from 1
    hint: correct or unset `AWS_MAX_ATTEMPTS`
    ");
    assert_snapshot!(kept.by(&exec("AWS_ENDPOINT_URL", "sts.example.com"), 2), @"
    vault: `AWS_ENDPOINT_URL`: `sts.example.com` is not a URL such as `https://sts.example.com`
    hint: correct or unset `AWS_ENDPOINT_URL`
    ");
    assert_eq!(world.aws.requests().len(), calls);
    exec("AWS_MAX_ATTEMPTS", "2").ok();
}

#[test]
fn a_cached_session_needs_none_of_them() {
    let world = crate::commands::signed_in();
    world.vault(["exec", "read-only", "--", "true"]).env("AWS_RETRY_MODE", "often").env("AWS_MAX_ATTEMPTS", "no").run().ok();
}

#[test]
fn the_call_goes_to_the_endpoint_in_the_plan() {
    let mut world = World::with(usual_aws(), "[profile plain]\n[profile aws]\n");
    world.add("plain", "some-user");
    let explained = |world: &World, switch: &str| {
        let run = world.vault(["explain", "plain", "--json"]).env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", switch).run();
        serde_json::from_str::<serde_json::Value>(&run.ok()).expect("it is JSON")["steps"][0]["endpoint_url"].clone()
    };
    // AWS tools understand only `true`.
    let url = world.aws.url();
    for switch in ["1", "yes", "false", ""] {
        assert_eq!(explained(&world, switch), url.as_str(), "{switch}");
        world.vault(["exec", "plain", "--fresh", "--", "true"]).env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", switch).run().ok();
    }
    for switch in ["true", "TRUE"] {
        assert_eq!(explained(&world, switch), serde_json::Value::Null, "{switch}");
    }
    let calls = world.aws.requests().len();
    // Nothing listens there: AWS itself cannot be reached.
    world.set("HTTPS_PROXY", "http://127.0.0.1:1");
    world.set("AWS_MAX_ATTEMPTS", "1");
    let run = world.vault(["exec", "plain", "--", "true"]).env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true").run();
    assert!(run.status == 1 && run.stderr.contains("AWS could not be reached"), "{run:?}");
    assert_eq!(world.aws.requests().len(), calls, "the stand-in's session is not used, and none is made");
}

#[test]
fn a_relative_home_folder_is_ignored() {
    let world = World::with_key();
    let run = world.vault(["list"]).env("HOME", "here").run();
    assert_snapshot!(redaction::redacted(&world, &format!("{}\n{}", run.status, run.stderr)), @"
    1
    vault: there is no home folder
    hint: set `HOME` to the full path of your home folder
    ");
    assert!(!world.path("here").exists());
}
