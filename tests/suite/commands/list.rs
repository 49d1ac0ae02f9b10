//! `list` shows every profile, every key in any keystore, and every cached session. It unlocks nothing and makes no call.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::aws::StandIn;
use crate::support::world::{TWO_PROFILES, World, usual_aws};

use super::{lock_keystore, shown, signed_in};

const MANY: &str = "\
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile opssudo]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/OpsSudo

[profile sso]
sso_session = corp
sso_account_id = 123456789012

[sso-session corp]
sso_start_url = https://example.com/start

[profile process]
credential_process = /bin/creds

[profile again]
include_profile = read-only

[profile nothing]
region = eu-west-1

[profile broken]
region us-east-1
";

#[test]
fn an_empty_list_says_how_to_begin() {
    let world = World::with(usual_aws(), "");
    let run = world.vault(["list"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stderr:
    vault: no profiles and no keys yet: `vault add NAME` stores a key and writes its profile
    ");
    assert_eq!(world.vault(["list", "--json"]).run().ok(), "{\n  \"profiles\": []\n}\n");
    assert_eq!(world.vault(["list", "--names"]).run().ok(), "");
}

#[test]
fn every_kind_of_profile_and_every_key_is_listed() {
    let world = World::with(usual_aws(), MANY);
    world.add("read-only", "some-user");
    world
        .vault(["add", "no-section", "--env", "--no-verify"])
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .run()
        .ok();
    // Its section is gone, but its key must still show.
    world.write(".aws/config", MANY);
    world.write(".aws/credentials", "[plain]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = in-the-clear-all-along\n");
    let run = world.vault(["list"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    PROFILE     KIND           SOURCE     KEY IN  SESSION
    read-only   key            -          file    -
    opssudo     role           read-only  -       -
    sso         sso            -          -       -
    process     process        -          -       -
    again       alias          -          -       -
    nothing     no key         -          -       -
    broken      broken         -          -       -
      ! a line of section `[profile broken]` has no `=` (~/.aws/config:26)
    plain       plaintext key  -          -       -
    no-section  key            -          file    -
    ");
}

#[test]
fn sessions_and_their_time_left_are_shown() {
    let world = signed_in();
    let list = world.vault(["list"]).run().ok();
    let row = list.lines().find(|line| line.starts_with("read-only")).expect("the profile has a row");
    assert!(row.ends_with("7h59m") || row.ends_with("8h"), "{list}");
    let json: Value = serde_json::from_str(&world.vault(["list", "--json"]).run().ok()).expect("stdout is JSON");
    let session = &json["profiles"][0]["sessions"][0];
    assert_eq!(session["call"], "GetSessionToken");
    assert!(vault::model::Timestamp::parse_rfc3339(session["expires"].as_str().unwrap_or_default()).is_ok(), "{session}");
}

#[test]
fn json_has_the_same_contents() {
    let world = World::with_key();
    let text = world.vault(["list", "--json"]).run().ok();
    assert_snapshot!(super::redaction::redacted(&world, &text), @r#"
    {
      "profiles": [
        {
          "fault": null,
          "keys": [
            {
              "access_key_id": "[AKIA…]",
              "backend": "file",
              "rotation": null,
              "stored_at": "[time]"
            }
          ],
          "kind": "key",
          "mfa_serial": "arn:aws:iam::123456789012:mfa/some-user",
          "profile": "read-only",
          "role_arn": null,
          "sessions": [],
          "source_profile": null
        },
        {
          "fault": null,
          "keys": [],
          "kind": "role",
          "mfa_serial": "arn:aws:iam::123456789012:mfa/some-user",
          "profile": "opssudo",
          "role_arn": "arn:aws:iam::123456789012:role/OpsSudo",
          "sessions": [],
          "source_profile": "read-only"
        }
      ]
    }
    "#);
}

#[test]
fn names_alone_are_printed_one_per_line_in_file_order() {
    let world = World::with(usual_aws(), MANY);
    assert_eq!(world.vault(["list", "--names"]).run().ok(), "read-only\nopssudo\nsso\nprocess\nagain\nnothing\nbroken\n");
}

#[test]
fn nothing_is_unlocked_and_nothing_is_called() {
    let mut world = signed_in();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    lock_keystore(&world);
    world.aws.forget_requests();
    let run = world.vault(["list"]).run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("file"), "{run:?}");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_broken_header_adds_a_warning_to_the_list() {
    let world = World::with(usual_aws(), &format!("{TWO_PROFILES}\n[profile lost\nregion = x\n"));
    let run = world.vault(["list"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    PROFILE    KIND    SOURCE     KEY IN  SESSION
    read-only  no key  -          -       -
    opssudo    role    read-only  -       -
    stderr:
    vault: warning: section header `[profile lost` has no closing `]` (~/.aws/config:10)
    ");
}

#[test]
fn an_unusable_profile_is_shown_with_the_reason() {
    let world = World::with_key();
    let config = world.read(".aws/config");
    let more: &[u8] = b"\n[profile lost]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = nowhere\n\n[profile l\xe4tin]\nregion = us-east-1\n";
    world.write(".aws/config", [config.as_bytes(), more].concat());
    let run = world.vault(["list"]).run();
    assert!(
        run.stdout.contains("  ! profile `lost` cannot be resolved: source_profile `nowhere` is not defined (~/.aws/config:"),
        "{run:?}"
    );
    assert!(run.stderr.contains("cannot be used: it is not UTF-8 text (~/.aws/config:"), "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&world.vault(["list", "--json"]).run().ok()).expect("it is JSON");
    let faults: Vec<_> = json["profiles"].as_array().expect("profiles are listed").iter().filter(|row| !row["fault"].is_null()).collect();
    assert_eq!(faults.len(), 1, "{json}");
}

/// If the key has several names, the session may belong to another than the first.
#[test]
fn a_session_is_shown_at_each_name_that_uses_it_as_in_status() {
    const SAME_KEY: &str = "[profile zeta]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n\n\
        [profile alpha]\nregion = us-east-1\n\n\
        [profile beta]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n\n\
        [profile role]\nsource_profile = zeta\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n";
    for (arguments, expected) in [
        (&["zeta"][..], &["zeta", "beta"][..]),
        // A session that is used only with the flag is shown only at the profile that it was made for.
        (&["zeta", "--duration", "2h"], &["zeta"]),
        (&["alpha"], &["alpha"]),
        (&["role"], &["zeta", "beta", "role"]),
    ] {
        let world = World::with(usual_aws(), SAME_KEY);
        for name in ["alpha", "beta", "zeta"] {
            world.add(name, "some-user");
        }
        let run = world.command(&World::binary(), &[&["exec"], arguments, &["--", "true"]].concat());
        if arguments == ["alpha"] {
            run.run().ok()
        } else {
            run.code_of("some-user").run().ok()
        };
        let json: Value = serde_json::from_str(&world.vault(["list", "--json"]).run().ok()).expect("stdout is JSON");
        let rows = json["profiles"].as_array().expect("profiles are listed");
        let shown: Vec<_> = rows.iter().filter(|row| row["sessions"] != serde_json::json!([])).map(|row| row["profile"].as_str()).collect();
        assert_eq!(shown, expected.iter().copied().map(Some).collect::<Vec<_>>(), "{arguments:?}: {json:#}");
    }
}

#[test]
fn the_shared_session_is_shown_at_its_key_whichever_profile_it_was_made_for() {
    let world = World::with_key();
    super::sign_in(&world, "opssudo");
    let json: Value = serde_json::from_str(&world.vault(["list", "--json"]).run().ok()).expect("stdout is JSON");
    let calls = |row: usize| -> Vec<_> {
        let sessions = json["profiles"][row]["sessions"].as_array().expect("they are listed");
        sessions.iter().map(|session| session["call"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!((json["profiles"][0]["profile"].as_str(), calls(0)), (Some("read-only"), vec!["GetSessionToken".to_owned()]));
    assert_eq!((json["profiles"][1]["profile"].as_str(), calls(1)), (Some("opssudo"), vec!["AssumeRole".to_owned()]));
}

/// One number for one thing: the session that `exec` would use, even if one with other flags lasts longer.
#[test]
fn the_time_left_is_that_of_status() {
    const CONFIG: &str = "[profile read-only]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/some-user\n\n\
        [profile opssudo]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n\n\
        [profile again]\nsource_profile = read-only\n";
    let left_in = |text: &str, row: &str| -> String {
        let row = text.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no {row}: {text}"));
        row.split("  ").last().expect("a line has a last cell").trim().to_owned()
    };
    let nearly = |text: &str, hours: &str, minutes: &str| text == hours || text.starts_with(minutes);
    let aws = StandIn::builder().user("some-user", |user| user.mfa("some-user"));
    let world = World::with(aws.role("OpsSudo", |role| role.require_mfa().max_duration(7_200)).start(), CONFIG);
    world.add("read-only", "some-user");
    let list = || world.vault(["list"]).run().ok();
    world.vault(["exec", "opssudo", "--duration", "2h", "--", "true"]).code_of("some-user").run().ok();
    let shown = left_in(&list(), "opssudo");
    assert!(shown.ends_with(" (other flags)") && nearly(shown.trim_end_matches(" (other flags)"), "2h", "1h5"), "{shown}");
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    world.vault(["exec", "read-only", "--duration", "12h", "--", "true"]).code_of("some-user").run().ok();
    let list = list();
    for (profile, row, hours, minutes) in [
        ("opssudo", "opssudo  arn:aws:iam::123456789012:role/OpsSudo", "1h", "5"),
        ("read-only", "read-only  MFA", "8h", "7h5"),
        ("again", "again  ", "8h", "7h5"),
    ] {
        let of_status = left_in(&world.vault(["status", profile]).run().ok(), row);
        for shown in [&of_status, &left_in(&list, &format!("{profile} "))] {
            assert!(nearly(shown, hours, minutes), "{profile}: {shown}: {list}");
        }
    }
}

/// Its time is in the open, for what only looks.
#[cfg(target_os = "linux")]
#[test]
fn without_a_kernel_keyring_a_locked_keystore_hides_no_session_that_status_shows() {
    let world = World::with_key();
    let (name, library) = crate::support::preloaded::without_keyring();
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").env(name, &library).run().ok();
    for step in ["by the key", "by an earlier key"] {
        let locked =
            |arguments: &[&str]| world.command(&World::binary(), arguments).env(name, &library).no_env("AWS_VAULT_FILE_PASSPHRASE").run();
        let unlocked = |arguments: &[&str]| world.command(&World::binary(), arguments).env(name, &library).run().ok();
        for profile in ["read-only", "opssudo"] {
            let status = locked(&["status", profile, "--json"]);
            let ends = |json: &Value| {
                let mut ends: Vec<_> = json.as_array().into_iter().flatten().map(|session| session["expires"].clone()).collect();
                ends.sort_by_key(ToString::to_string);
                ends
            };
            let of_status: Vec<_> = ends(&status.json()["profiles"][0]["sessions"]);
            assert_eq!(of_status.len(), if profile == "opssudo" { 2 } else { 1 }, "{step}: {status:?}");
            let listed: Value = serde_json::from_str(&locked(&["list", "--json"]).ok()).unwrap();
            let row = listed["profiles"].as_array().unwrap().iter().find(|row| row["profile"] == profile).unwrap();
            let of_list = ends(&row["sessions"]);
            assert!(!of_list.is_empty() && of_list.iter().all(|end| of_status.contains(end)), "{step}: {listed}");
        }
        assert_eq!(locked(&["list"]).ok(), unlocked(&["list"]), "{step}");
        assert_eq!(locked(&["list", "--json"]).ok(), unlocked(&["list", "--json"]), "{step}");
        world.vault(["rotate", "read-only"]).env(name, &library).run().ok();
    }
}
