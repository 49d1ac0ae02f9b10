//! `explain` shows the plan: which key, which calls, which step needs a code, what is cached. It makes no call and unlocks nothing.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::world::World;

use super::{lock_keystore, shown, signed_in};

/// A world where nothing can be unlocked: the keystore is locked again, and there is no passphrase.
fn locked(mut world: World) -> World {
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    lock_keystore(&world);
    world.aws.forget_requests();
    world
}

#[test]
fn nothing_is_called_and_nothing_is_unlocked() {
    let world = locked(World::with_key());
    let run = world.vault(["explain", "opssudo"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    profile opssudo
      starts from the key [AKIA…], stored as `read-only`
      1. GetSessionToken, 8h
         why: the shared MFA session: one code serves this profile and every role on top of it
         code: you are asked for the code of arn:aws:iam::123456789012:mfa/some-user
         not cached
      2. AssumeRole arn:aws:iam::123456789012:role/OpsSudo, 1h
         why: signed by the shared MFA session, so no second code is needed
         session name: some-user (the MFA device)
         not cached
      now: 2 calls to AWS, one code is needed
    ");
    world.vault(["explain", "opssudo", "--json"]).run().ok();
    assert_eq!(world.aws.requests(), [], "no call");
    let run = world.vault(["exec", "read-only", "--mfa-token", "123456", "--", "true"]).run();
    assert!(run.stderr.contains("the file keystore is locked"), "the keystore could not have been opened: {run:?}");
}

#[test]
fn cached_sessions_are_shown() {
    let world = locked(signed_in());
    let plan = world.vault(["explain", "read-only"]).run().ok();
    assert!(plan.contains("\n     cached, 7h59m") || plan.contains("\n     cached, 8h left"), "{plan}");
    assert!(plan.ends_with("  now: no call to AWS, no code is needed\n"), "{plan}");
    let plan = world.vault(["explain", "opssudo"]).run().ok();
    assert!(plan.ends_with("  now: one call to AWS, no code is needed\n"), "{plan}");
    let plan = world.vault(["explain", "opssudo", "--fresh"]).run().ok();
    assert!(
        plan.contains("cached, but you asked for a new one") && plan.ends_with("  now: 2 calls to AWS, one code is needed\n"),
        "{plan}"
    );
    assert_eq!(world.aws.requests(), []);
}

/// A session is used for as long as `status` says, and what is cached asks for nothing.
#[test]
fn a_cached_session_is_shown_with_the_time_for_which_it_is_used() {
    let world = locked(signed_in());
    world.write(".config/vault/config.toml", "[profile.opssudo]\nmax_mfa_age = \"1h\"\n");
    let plan = world.vault(["explain", "opssudo"]).run().ok();
    let session = plan.split("  2. ").next().unwrap();
    assert!(session.contains("     used until: its code is 1h old (`max_mfa_age`)\n"), "{plan}");
    assert!(session.contains("     cached, 59m") || session.contains("     cached, 1h left"), "{plan}");
    assert!(session.contains("code: of arn:aws:iam::123456789012:mfa/some-user; none is needed now\n"), "{plan}");
    assert!(!plan.contains("you are asked"), "{plan}");
    let plan = world.vault(["explain", "read-only"]).run().ok();
    assert!(!plan.contains("max_mfa_age"), "{plan}");
}

#[test]
fn flags_change_the_plan_as_they_change_the_run() {
    let world = locked(World::with_key());
    let run = world.vault(["explain", "opssudo", "--duration", "2h", "--region", "eu-west-1"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    profile opssudo
      starts from the key [AKIA…], stored as `read-only`
      region eu-west-1
      1. AssumeRole arn:aws:iam::123456789012:role/OpsSudo, 2h
         why: a role assumed from a session cannot last more than 1h, so the key signs the call, with the code in it
         code: you are asked for the code of arn:aws:iam::123456789012:mfa/some-user
         session name: some-user (the MFA device)
         not cached
      now: one call to AWS, one code is needed
    ");
    let run = world.vault(["explain", "opssudo", "--no-session"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    profile opssudo
      starts from the key [AKIA…], stored as `read-only`
      1. AssumeRole arn:aws:iam::123456789012:role/OpsSudo, 1h
         why: `--no-session`: the key signs the call, with the code in it
         code: you are asked for the code of arn:aws:iam::123456789012:mfa/some-user
         session name: some-user (the MFA device)
         not cached
      now: one call to AWS, one code is needed
    ");
}

#[test]
fn json_has_the_same_contents() {
    let world = locked(World::with_key());
    let text = world.vault(["explain", "opssudo", "--json"]).run().ok();
    assert_snapshot!(super::redaction::redacted(&world, &text), @r#"
    {
      "asks_for_code": true,
      "base": {
        "access_key_id": "[AKIA…]",
        "kind": "stored_key",
        "name": "read-only"
      },
      "mfa": {
        "code_from": "prompt",
        "serial": "arn:aws:iam::123456789012:mfa/some-user"
      },
      "notes": [],
      "profile": "opssudo",
      "protected_by": null,
      "region": null,
      "steps": [
        {
          "cached_until": null,
          "call": "GetSessionToken",
          "duration_seconds": 28800,
          "endpoint_region": "us-east-1",
          "endpoint_url": "http://127.0.0.1:[port]",
          "mfa_serial": "arn:aws:iam::123456789012:mfa/some-user",
          "session_key": "[digest]",
          "use_dualstack_endpoint": false,
          "use_fips_endpoint": false,
          "why": "the shared MFA session: one code serves this profile and every role on top of it",
          "will_run": true
        },
        {
          "cached_until": null,
          "call": "AssumeRole",
          "duration_seconds": 3600,
          "endpoint_region": "us-east-1",
          "endpoint_url": "http://127.0.0.1:[port]",
          "external_id": null,
          "mfa_serial": null,
          "role_arn": "arn:aws:iam::123456789012:role/OpsSudo",
          "role_session_name": "some-user",
          "role_session_name_from": "mfa_serial",
          "session_key": "[digest]",
          "session_policy": null,
          "session_policy_arns": [],
          "session_tags": {},
          "source_identity": null,
          "transitive_session_tags": [],
          "use_dualstack_endpoint": false,
          "use_fips_endpoint": false,
          "why": "signed by the shared MFA session, so no second code is needed",
          "will_run": true
        }
      ]
    }
    "#);
    let json: Value = serde_json::from_str(&text).expect("stdout is JSON");
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_key_missing_from_the_index_is_not_unlocked() {
    let world = World::with_key();
    std::fs::remove_file(world.path(".local/share/vault/index.json")).expect("there is an index");
    let world = locked(world);
    let run = world.vault(["explain", "read-only"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: the id of the key stored for profile `read-only` is not known until the key is used
    hint: use it once: `vault exec read-only -- true`
    ");
}

#[test]
fn an_impossible_plan_is_explained_too() {
    let world = World::new();
    let run = world.vault(["explain", "opssudo"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: no key is stored for profile `read-only`, which profile `opssudo` starts from
    hint: store it with `vault add read-only`
    ");
}

#[test]
fn a_session_that_cannot_be_opened_is_not_shown_as_cached() {
    let world = signed_in();
    crate::support::steps::forget_cache_key(&super::directories(&world));
    let world = locked(world);
    let plan = world.vault(["explain", "opssudo"]).run().ok();
    assert!(plan.contains("not cached") && plan.ends_with("  now: 2 calls to AWS, one code is needed\n"), "{plan}");
}

/// The session name that trust policies and `CloudTrail` see, and how `explain` shows its source.
#[test]
fn a_role_session_is_named_after_the_person_if_known() {
    let mut world = World::new();
    let user = world.aws.user("some-user");
    let (id, secret) = user.access_key();
    let role = "role_arn = arn:aws:iam::123456789012:role/OpsSudo\nsource_profile = base\n";
    let config =
        |device: &str, own: &str| format!("[profile base]\nregion = us-east-1\n{device}[profile opssudo]\nregion = us-east-1\n{role}{own}");
    let named = |world: &World| {
        let text = world.vault(["explain", "opssudo"]).run().ok();
        text.lines().find_map(|line| line.trim().strip_prefix("session name: ")).expect("a role has one").to_owned()
    };
    let device = "mfa_serial = arn:aws:iam::123456789012:mfa/phone\n";

    world.write(".aws/config", config("", ""));
    world.add("base", "some-user");
    assert_eq!(named(&world), "vault-opssudo (the profile)");
    world.write(".aws/config", config("mfa_serial = GAHT12345678\n", ""));
    assert_eq!(named(&world), "vault-opssudo (the profile)", "a hardware serial names nobody");
    world.write(".aws/config", config(device, ""));
    assert_eq!(named(&world), "phone (the MFA device)");
    world.set("AWS_ACCESS_KEY_ID", &id);
    world.set("AWS_SECRET_ACCESS_KEY", &secret);
    world.vault(["add", "base", "--env"]).run().ok();
    world.unset("AWS_ACCESS_KEY_ID");
    world.unset("AWS_SECRET_ACCESS_KEY");
    assert_eq!(named(&world), "some-user (the IAM user of the key)", "AWS said whose key it is");
    world.write(".aws/config", config(device, "role_session_name = job\n"));
    assert_eq!(named(&world), "job (`role_session_name` of the profile)");
}
