//! `credential-process`: one line of JSON on stdout, and nothing else on stdout or stderr.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::world::World;

use super::{shown, signed_in, variables};

#[test]
fn the_json_is_what_every_sdk_expects() {
    let world = signed_in();
    let run = world.vault(["credential-process", "opssudo"]).hands_over().run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.lines().count(), 1, "one line: {}", run.stdout.len());
    let json: Value = serde_json::from_str(&run.stdout).expect("stdout is JSON");
    let keys: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = ["AccessKeyId", "AccountId", "Expiration", "SecretAccessKey", "SessionToken", "Version"];
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!((json["Version"].as_u64(), json["AccountId"].as_str()), (Some(1), Some("123456789012")));
    let handed_over = variables(&world.vault(["exec", "opssudo", "--", "env"]).hands_over().run().ok());
    for (key, name) in [
        ("AccessKeyId", "AWS_ACCESS_KEY_ID"),
        ("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
        ("SessionToken", "AWS_SESSION_TOKEN"),
        ("Expiration", "AWS_CREDENTIAL_EXPIRATION"),
    ] {
        assert_eq!(json[key].as_str(), Some(handed_over[name].as_str()), "{key}");
    }
}

#[test]
fn the_profile_must_be_named() {
    let world = signed_in();
    let run = world.vault(["credential-process"]).env("AWS_PROFILE", "read-only").run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: the following required arguments were not provided: `<PROFILE>`
    hint: the usage is `vault credential-process <PROFILE>`
    hint: `vault credential-process --help` shows the options and an example
    ");
}

#[test]
fn a_failure_leaves_stdout_empty() {
    let world = World::with_key();
    let run = world.vault(["credential-process", "read-only"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: there is no way to ask here: this process has no terminal, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)
    hint: give the code with `--mfa-token 123456`, set `mfa_process` in the profile, or run `vault exec read-only -- true` on a terminal first
    ");
}

#[test]
fn a_process_that_calls_itself_is_detected() {
    let config = "\
[profile a]
credential_process = vault credential-process b

[profile b]
credential_process = /usr/bin/vault credential-process a
";
    let world = World::with(crate::support::world::usual_aws(), config);
    let run = world.vault(["credential-process", "a"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: profile `a` cannot be resolved: `credential_process` is circular: `a` → `b` → `a`
      --> ~/.aws/config:2
    hint: remove one `credential_process` line from the loop
    ");
}

#[test]
fn a_hidden_loop_is_detected_while_it_runs() {
    let binary = World::binary().display().to_string();
    let config = format!(
        "[profile by-exec]\ncredential_process = {binary} exec by-exec -- cat\n\n\
         [profile by-script]\ncredential_process = SCRIPT\n\n\
         [profile role]\nsource_profile = by-script\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n"
    );
    let world = World::with(crate::support::world::usual_aws(), "");
    let script = world.path("script");
    world.write("script", format!("#!/bin/sh\necho run >> \"$HOME/runs\"\nexec {binary} credential-process role\n"));
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("the mode can be set");
    world.write(".aws/config", config.replace("SCRIPT", &script.display().to_string()));
    for profile in ["by-exec", "by-script", "role"] {
        let run = world.vault(["credential-process", profile]).run().fails(1);
        assert!(run.stderr.contains("is circular: the command that provides its credentials needs them itself"), "{run:?}");
    }
    assert_eq!(world.read("runs").lines().count(), 2, "each of the two profiles that use the script runs it once");
}

#[test]
fn an_mfa_process_that_needs_its_own_code_is_detected() {
    let binary = World::binary().display().to_string();
    let world = World::with_key();
    let config = world.read(".aws/config");
    let process = format!("mfa_process = {binary} exec read-only -- echo 123456\n");
    world.write(".aws/config", config.replacen("mfa_serial", &format!("{process}mfa_serial"), 1));
    // A client without a terminal sees only the last message.
    for command in [&["exec", "read-only", "--", "true"][..], &["exec", "opssudo", "--", "true"], &["credential-process", "read-only"]] {
        let run = world.command(&World::binary(), command).run().fails(1);
        assert!(run.stderr.contains("`mfa_process` is circular: the command that prints the code of arn:aws:iam::"), "{run:?}");
        assert!(run.stderr.contains("use a profile in that command that does not need this device"), "{run:?}");
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}
