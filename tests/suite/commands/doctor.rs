//! `doctor`: a world for each fault, with its finding and its fix, and a healthy world with none.
#![cfg(unix)]

mod worlds;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::aws::Fault;
use crate::support::steps::sign_in;
use crate::support::world::{Run, TWO_PROFILES, World, usual_aws};

/// Id, severity and fix of each finding.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let document = run.json();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    document.as_array().unwrap().iter().map(|finding| (text(finding, "id"), text(finding, "severity"), text(finding, "fix"))).collect()
}

/// Without a request: the stand-in has the machine's clock.
fn doctor(world: &World) -> Run {
    world.vault(["doctor", "--json", "--offline"]).run()
}

/// Expects this one finding, with this severity and these words in the fix; the status follows from the severity.
#[track_caller]
fn only(run: &Run, id: &str, severity: &str, cure: &str) {
    assert!(!cure.is_empty(), "an empty fix matches everything");
    let found = findings(run);
    assert!(matches!(&found[..], [(one, as_bad, fix)] if one == id && as_bad == severity && fix.contains(cure)), "{id}: {run:?}");
    assert_eq!(run.status, i32::from(severity == "error"), "{run:?}");
}

/// With private modes, as `vault` itself sets them: the tests' umask does not matter.
fn healthy() -> World {
    let world = World::with_key();
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
    world
}

#[test]
fn a_healthy_world_has_no_finding() {
    let world = healthy();
    sign_in(&world, "read-only");
    world.aws.forget_requests();
    let run = world.vault(["doctor", "--json"]).run();
    assert_eq!((findings(&run), run.status), (vec![], 0), "{run:?}");
    let requests = world.aws.requests();
    assert!(requests.len() == 1 && requests[0].key_id.is_none(), "one unsigned request: {requests:?}");
    for profile in ["read-only", "opssudo"] {
        let run = world.vault(["doctor", profile]).run();
        assert!(run.status == 0 && run.stdout.is_empty() && run.stderr.contains("nothing is wrong"), "{profile}: {run:?}");
        assert!(run.stderr.contains("keystore `file`: new keys go here, 1 key stored, usable"), "{run:?}");
    }
    world.aws.forget_requests();
    doctor(&world);
    assert_eq!(world.aws.requests().len(), 0, "no request with `--offline`");
}

#[test]
fn the_contents_of_the_files_are_checked() {
    for (file, text, id, severity, cure) in [
        (".aws/config", "[profile x]\nregion us-east-1\n", "config-fault", "error", "write `key = value`"),
        (".aws/config", "[profile x]\nmfa_seral = a\n", "unknown-key", "warning", "`mfa_serial`"),
        (".aws/config", "[profile x]\nmfa-serial = a\n", "unknown-key", "warning", "`mfa_serial`"),
        (".aws/config", "[Profile x]\nregion = us-east-1\n", "ignored-section", "warning", "profile x"),
        (
            ".aws/config",
            "[profile x]\nsource_profile = gone\nrole_arn = arn:aws:iam::123456789012:role/R\n",
            "profile-plan",
            "error",
            "add a `[profile gone]` section",
        ),
        (
            ".aws/config",
            "[profile x]\nsource_profile = y\nrole_arn = arn:aws:iam::123456789012:role/R\n[profile y]\nsource_profile = x\nrole_arn = arn:aws:iam::123456789012:role/R\n",
            "profile-plan",
            "error",
            "remove one `source_profile` line from the loop",
        ),
        (".aws/config", "[profile x]\ncredential_process = /nowhere/at/all --x\n", "process-missing", "error", "correct the path"),
        (".aws/config", "[profile x]\ncredential_process = no-such-program-anywhere x\n", "process-missing", "error", "correct the path"),
        (
            ".aws/credentials",
            "[x]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = in-the-clear-all-along\n",
            "plaintext-key",
            "warning",
            "`vault import credentials --scrub`",
        ),
        (".config/vault/config.toml", "[profile.opsudo]\nprotect = true\n", "stray-table", "warning", "opssudo"),
        (".config/vault/config.toml", "backed = \"file\"\n", "config-fault", "error", "write `backend`"),
    ] {
        let world = healthy();
        let before = fs::read_to_string(world.path(file)).unwrap_or_default();
        world.write(file, format!("{before}\n{text}"));
        fs::set_permissions(world.path(file), fs::Permissions::from_mode(0o600)).unwrap();
        let run = doctor(&world);
        let found = findings(&run);
        assert!(found.iter().any(|(one, as_bad, fix)| one == id && as_bad == severity && fix.contains(cure)), "{text}: {run:?}");
        assert!(found.iter().all(|(one, ..)| one == id), "{text}: {run:?}");
        assert!(!run.stdout.contains("in-the-clear"), "no secret is shown: {run:?}");
        assert_eq!(run.status, i32::from(severity == "error"), "{text}: {run:?}");
    }
}

/// A link that was made before the profile was protected, or below it.
#[test]
fn a_link_that_passes_by_a_protected_profile_or_leads_to_it_is_found() {
    const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile =";
    let link = |profile: &str| format!("credential_process = {} credential-process {profile}\n", World::binary().display());
    let config = |of_base: &str, more: &str| {
        let text = TWO_PROFILES.replacen("region = us-east-1\n", &format!("region = us-east-1\n{of_base}"), 1);
        format!("{text}\n{more}")
    };
    let linked = config(&link("read-only"), "");
    for (text, protected, ids) in [
        (linked.clone(), "opssudo", &["protected-open opssudo"][..]),
        (linked.clone(), "other", &[]),
        (
            config(&link("read-only"), &format!("[profile top]\n{ROLE} opssudo\n")),
            "opssudo",
            &["protected-open opssudo", "protected-open top"],
        ),
        (config("", &format!("[profile opssudo-vault]\n{}", link("opssudo"))), "opssudo", &["protected-linked"]),
        // The line of a protected source gives no credentials.
        (linked, "read-only", &["protected-linked"]),
        // AWS tools follow `source_profile` only to the profile that it names.
        (config("", &format!("[profile tools]\n{}", link("read-only"))), "opssudo", &[]),
    ] {
        let world = healthy();
        world.write(".aws/config", &text);
        fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
        world.write(".config/vault/config.toml", format!("[profile.{protected}]\nprotect = true\n"));
        fs::set_permissions(world.path(".config/vault/config.toml"), fs::Permissions::from_mode(0o600)).unwrap();
        let run = doctor(&world);
        let found = findings(&run);
        let found: Vec<_> = found.iter().filter(|(id, ..)| id.starts_with("protected")).collect();
        assert_eq!(found.len(), ids.len(), "{protected} {text}: {run:?}");
        for (wanted, (id, severity, fix)) in ids.iter().zip(&found) {
            assert!(wanted.starts_with(id.as_str()) && severity == "warning" && fix.contains("`vault unlink "), "{protected}: {run:?}");
        }
    }
}

#[test]
fn valid_lines_give_no_finding() {
    let world = healthy();
    let own = World::binary();
    world.write(
        ".aws/config",
        format!(
            "{TWO_PROFILES}\n[profile a]\ncredential_process = {} credential-process read-only\n[profile b]\ncredential_process = sh -c 'echo {{}}'\n[profile c]\ncredential_process = \"$HOME/x\" y\n[profile d]\ngranted_color = red\ns3 =\n  max_concurrent_requests = 5\n[services x]\ns3 =\n  endpoint_url = http://localhost\n[plugins]\n",
            own.display()
        ),
    );
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(findings(&doctor(&world)), []);
}

#[test]
fn contradictory_variables_are_named_without_their_secrets() {
    const LONG: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    const SHORT: (&str, &str) = ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE");
    const TOKEN: (&str, &str) = ("AWS_SESSION_TOKEN", "very-secret-token-of-the-test");
    const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "very-secret-key-of-the-test");
    for (variables, ids) in [
        (&[LONG, SECRET][..], &["key-in-environment"][..]),
        (&[LONG, SECRET, TOKEN], &["stale-token"]),
        (&[TOKEN], &["stale-token"]),
        (&[SHORT, SECRET], &["stale-token"]),
        (&[SHORT, SECRET, TOKEN], &[]),
        (&[SHORT, SECRET, TOKEN, ("AWS_PROFILE", "read-only")], &["profile-and-key"]),
        (&[SHORT, SECRET, TOKEN, ("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")], &["expired-environment"]),
        (&[SHORT, SECRET, TOKEN, ("AWS_CREDENTIAL_EXPIRATION", "2120-01-01T00:00:00Z")], &[]),
        (&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")], &["container-variables"]),
        (&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"), ("AWS_VAULT", "read-only")], &[]),
        (&[("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "eu-west-1")], &["two-regions"]),
        (&[("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1")], &[]),
        (&[("AWS_PROFILE", "read-only")], &[]),
    ] {
        let mut world = healthy();
        for (name, value) in variables {
            world.set(name, value);
        }
        let run = doctor(&world);
        let found: Vec<_> = findings(&run).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(found, ids, "{variables:?}: {run:?}");
        assert!(!format!("{run:?}").contains("very-secret"), "{run:?}");
    }
}

#[test]
fn modes_are_checked_and_tightened_and_contents_stay() {
    let credentials = "[x]\nregion = us-east-1\n";
    for (path, mode, narrow) in [
        (".aws/credentials", 0o644, 0o600),
        (".aws/credentials", 0o660, 0o600),
        (".aws/config", 0o666, 0o644),
        (".aws", 0o777, 0o755),
        (".local/share/vault", 0o755, 0o700),
        (".local/share/vault/keys", 0o755, 0o700),
        (".local/share/vault/keys/identity.age", 0o644, 0o600),
    ] {
        let world = healthy();
        world.seed_identity();
        world.write(".aws/credentials", credentials);
        fs::set_permissions(world.path(".aws/credentials"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(world.path(path), fs::Permissions::from_mode(mode)).unwrap();
        let run = doctor(&world);
        assert!(findings(&run).iter().any(|(id, _, fix)| id == "open-file" && fix.contains("chmod")), "{path}: {run:?}");
        let config = world.read(".aws/config");
        let fixed = world.vault(["doctor", "--fix", "--offline"]).run();
        let said = format!("was {mode:04o} and is now {narrow:04o}");
        assert!(fixed.status == 0 && fixed.stderr.contains(&said) && fixed.stderr.contains("nothing is wrong"), "{path}: {fixed:?}");
        let now = fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!(now, narrow, "{path}");
        assert_eq!((world.read(".aws/credentials").as_str(), world.read(".aws/config")), (credentials, config));
    }
}

#[test]
fn leftovers_of_killed_runs_and_old_files_are_removed_and_nothing_else() {
    let mut world = World::new();
    world.own_clock();
    world.add("read-only", "some-user");
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    assert_eq!(findings(&doctor(&world)), []);
    world.write(".local/share/vault/.vault-abcdefghijK1", "x");
    let own = [".local/share/vault/.vault-mine.txt.old", ".config/vault/.vault-notes", ".config/vault/.vault-config"];
    for path in own {
        world.write(path, "x");
    }
    for path in own.iter().chain(&[".local/share/vault/.vault-abcdefghijK1"]) {
        let old = fs::File::options().write(true).open(world.path(path)).unwrap();
        old.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(7_200)).unwrap();
    }
    world.later(2 * 86_400);
    let run = doctor(&world);
    let mut found: Vec<_> = findings(&run).into_iter().map(|(id, severity, _)| (id, severity)).collect();
    found.sort();
    assert_eq!(found, [("expired-sessions".to_owned(), "note".to_owned()), ("leftovers".to_owned(), "note".to_owned())], "{run:?}");
    assert_eq!(run.status, 0);
    let index = world.read(".local/share/vault/index.json");
    let fixed = world.vault(["doctor", "--fix", "--offline"]).run();
    assert!(fixed.stderr.contains("removed expired session files: 1"), "{fixed:?}");
    assert!(!world.path(".local/share/vault/.vault-abcdefghijK1").exists());
    assert!(own.iter().all(|path| world.path(path).exists()), "a person chose this name");
    assert_eq!(world.read(".local/share/vault/index.json"), index);
    assert_eq!(findings(&doctor(&world)), []);
}

#[test]
fn the_clock_is_compared_with_the_date_of_aws() {
    for (ahead, id, severity) in [(1_000, "clock", "error"), (-1_000, "clock", "error"), (120, "clock", "warning"), (20, "", "")] {
        let world = healthy();
        world.aws.set_clock_offset(-ahead);
        let run = world.vault(["doctor", "--json"]).run();
        if id.is_empty() {
            assert_eq!(findings(&run), [], "{ahead}");
        } else {
            only(&run, id, severity, "set it with");
        }
    }
    let world = healthy();
    world.aws.fault("*", Fault::Drop, 99);
    only(&world.vault(["doctor", "--json"]).run(), "clock-unknown", "note", "--offline");
}

#[test]
fn another_program_named_vault_is_reported_if_it_comes_first() {
    let mut world = healthy();
    world.write("other/vault", "#!/bin/sh\n");
    fs::set_permissions(world.path("other/vault"), fs::Permissions::from_mode(0o755)).unwrap();
    let (own, other) = (World::binary().parent().unwrap().display().to_string(), world.path("other").display().to_string());
    world.set("PATH", &format!("{own}:{other}:/usr/bin:/bin"));
    assert_eq!(findings(&doctor(&world)), []);
    world.set("PATH", &format!("{other}:{own}:/usr/bin:/bin"));
    only(&doctor(&world), "other-vault", "warning", "put this one's folder first");
}

#[test]
fn a_missing_keystore_is_an_error_only_if_it_holds_keys() {
    let world = healthy();
    let index = world.read(".local/share/vault/index.json");
    world.write(".local/share/vault/index.json", index.replace("\"file\"", "\"keychain\""));
    fs::set_permissions(world.path(".local/share/vault/index.json"), fs::Permissions::from_mode(0o600)).unwrap();
    let run = doctor(&world);
    assert!(findings(&run).iter().any(|(id, severity, _)| id == "keystore-unusable" && severity == "error"), "{run:?}");
    assert_eq!(run.status, 1);
}

#[test]
fn an_imported_key_is_reported_while_aws_vault_still_has_it() {
    let world = healthy();
    world.write(".awsvault/keys/other", "x");
    assert_eq!(findings(&doctor(&world)), []);
    world.write(".awsvault/keys/read-only", "x");
    only(&doctor(&world), "aws-vault-left", "warning", "`aws-vault remove read-only`");
}

#[test]
fn a_key_older_than_the_settings_allow_is_reported() {
    let a_year = 365 * 86_400 + 60;
    for (settings, is_old) in [
        ("", true),
        ("key_max_age = \"365d\"\n", false),
        ("key_max_age = \"364d\"\n", true),
        ("key_max_age = 0\n", false),
        ("[profile.read-only]\nkey_max_age = 0\n", false),
    ] {
        let mut world = World::new();
        world.own_clock();
        world.write(".config/vault/config.toml", settings);
        fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
        world.add("read-only", "some-user");
        assert_eq!(findings(&doctor(&world)), [], "{settings:?}: a new key");
        world.later(a_year);
        let run = doctor(&world);
        if is_old {
            only(&run, "key-old", "warning", "replace it with `vault rotate read-only`");
        } else {
            assert_eq!(findings(&run), [], "{settings:?}");
        }
    }
}

#[test]
fn an_unfinished_rotation_is_reported_at_every_stage() {
    let denied = || Fault::fail(403, "AccessDenied", "User: x is not authorized to perform: this");
    // The call that AWS refuses, the command, the severity and the fix.
    for (refused, undo, severity, cure) in [
        (Some(("CreateAccessKey", Fault::DropAfter)), false, "warning", "continue with `vault rotate read-only`"),
        (Some(("UpdateAccessKey", denied())), false, "warning", "continue with `vault rotate read-only`"),
        (None, false, "note", "to go back to the old key, run `vault rotate read-only --undo`"),
        (Some(("DeleteAccessKey", denied())), true, "warning", "continue with `vault rotate read-only --undo`"),
    ] {
        let world = healthy();
        sign_in(&world, "read-only");
        if undo {
            world.vault(["rotate", "read-only"]).run().ok();
        }
        if let Some((call, fault)) = &refused {
            world.aws.fault(call, fault.clone(), 9);
        }
        world.vault(["rotate", "read-only", if undo { "--undo" } else { "--no-wait" }]).run();
        world.aws.clear_faults();
        only(&doctor(&world), "rotation-unfinished", severity, cure);
    }
    let mut world = World::new();
    world.own_clock();
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
    world.add("read-only", "some-user");
    sign_in(&world, "read-only");
    world.vault(["rotate", "read-only", "--grace", "1h"]).run().ok();
    only(&doctor(&world), "rotation-unfinished", "note", "--undo");
    world.later(3_660);
    only(&doctor(&world), "rotation-unfinished", "warning", "delete the old key AKIA");
    world.vault(["rotate", "read-only"]).run().ok();
    assert_eq!(findings(&doctor(&world)), [], "the rotation is finished");
}

#[test]
fn a_profile_is_checked_without_a_code_or_a_signed_call() {
    let config =
        format!("{TWO_PROFILES}\n[profile plain]\nregion = us-east-1\n[profile nokey]\nmfa_serial = arn:aws:iam::123456789012:mfa/x\n");
    let world = World::with(usual_aws(), &config);
    world.add("read-only", "some-user");
    world.add("plain", "some-user");
    world.write(".aws/config", &config);
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).unwrap();
    let of = |profile: &str| world.vault(["doctor", "--json", "--offline", profile]).run();
    only(&of("plain"), "no-mfa", "warning", "mfa_serial");
    only(&of("nokey"), "profile-plan", "error", "vault add nokey");
    only(&of("no-such"), "profile-plan", "error", "`vault add no-such` to define it");
    assert_eq!(findings(&of("opssudo")), []);
    assert_eq!(world.aws.requests().len(), 0);
}
