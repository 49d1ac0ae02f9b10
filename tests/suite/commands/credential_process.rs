//! `credential-process`: one line of JSON on stdout, and nothing on stdout or stderr beside it.

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
    hint: the form is `vault credential-process <PROFILE>`
    hint: `vault credential-process --help` shows what there is, with an example
    ");
}

#[test]
fn a_failure_leaves_stdout_empty() {
    let world = World::with_key();
    let run = world.vault(["credential-process", "read-only"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: nobody can be asked here: this process has no terminal, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)
    hint: give the code with `--mfa-token 123456`, set `mfa_process` in the profile, or run `vault exec read-only -- true` on a terminal first
    ");
}

#[test]
fn a_process_that_leads_back_to_itself_is_found() {
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
    vault: profile `a` cannot be resolved: `credential_process` goes round in a circle: `a` → `b` → `a`
      --> ~/.aws/config:2
    hint: remove one `credential_process` line from the circle
    ");
}
