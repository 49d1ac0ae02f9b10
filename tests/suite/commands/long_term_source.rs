//! A `credential_process` that prints a long-term key, as password managers' do, is treated like a stored key.

use serde_json::Value;

use crate::support::aws::StandIn;
use crate::support::world::{Invocation, World, usual_aws};

const CONFIG: &str = "\
[profile op]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
credential_process = printf %s \"$SOURCE\"

[profile opssudo]
source_profile = op
role_arn = arn:aws:iam::123456789012:role/OpsSudo
";

fn world() -> World {
    World::with(usual_aws(), CONFIG)
}

/// The command prints a variable, because no file may hold the key.
fn with_source<'a>(world: &World, command: Invocation<'a>) -> Invocation<'a> {
    let (id, secret) = world.aws.user("some-user").access_key();
    command.env("SOURCE", &format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{secret}"}}"#))
}

#[test]
fn a_code_makes_a_session_of_the_key_and_of_every_role_on_top() {
    let world = world();
    let (id, _) = world.aws.user("some-user").access_key();
    let print = "echo $AWS_ACCESS_KEY_ID ${AWS_SESSION_TOKEN:+token}";
    let run = with_source(&world, world.vault(["exec", "op", "--", "sh", "-c", print])).code_of("some-user").run();
    assert!(run.status == 0 && run.stdout.trim_end().ends_with(" token") && !run.stdout.contains(&id), "{run:?}");
    let run = with_source(&world, world.vault(["exec", "opssudo", "--", "sh", "-c", print])).run();
    assert!(run.status == 0 && run.stdout.starts_with("ASIA"), "no second code: {run:?}");
    assert_eq!(world.aws.requests().len(), 2);
}

/// Only the source's answer tells whether it gives a long-term key and thus needs a code.
#[test]
fn an_mfa_process_that_needs_its_own_code_is_detected() {
    let world = world();
    let process = format!("mfa_process = {} exec op -- echo 123456\n", World::binary().display());
    world.write(".aws/config", CONFIG.replacen("mfa_serial", &format!("{process}mfa_serial"), 1));
    for command in [&["exec", "op", "--", "true"][..], &["exec", "opssudo", "--", "true"], &["credential-process", "op"]] {
        let run = with_source(&world, world.command(&World::binary(), command)).run().fails(1);
        assert!(run.stderr.contains("it is circular: the command that prints the code of "), "{run:?}");
        assert!(run.stderr.contains("use a profile in that command that does not need this device"), "{run:?}");
    }
    assert_eq!(world.aws.requests().len(), 0);
}

#[test]
fn a_role_of_two_hours_is_assumed_by_the_key_itself() {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .role("OpsSudo", |role| role.require_mfa().max_duration(7_200))
        .start();
    let world = World::with(aws, CONFIG);
    let run = with_source(&world, world.vault(["credential-process", "opssudo", "-d", "2h"])).code_of("some-user").hands_over().run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(world.aws.requests().len(), 1, "one call, with the code in it");
    let run = with_source(&world, world.vault(["exec", "opssudo", "-d", "2h", "--", "true"])).run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "no false message about a cap: {run:?}");
}

#[test]
fn the_key_itself_is_handed_over_only_on_request() {
    let world = world();
    for command in ["exec", "export", "credential-process"] {
        let run = with_source(&world, world.vault([command, "op", "--no-session"])).run();
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.stdout.is_empty(), "{run:?}");
        assert!(command == "credential-process" || run.stderr.contains("--expose-long-term-key"), "{run:?}");
        // Security: any program of the same user could set this variable.
        let run = with_source(&world, world.vault([command, "op", "--no-session", "--expose-long-term-key"])).run();
        assert!(run.status == 1 && run.stdout.is_empty(), "there is no way to ask: {run:?}");
        let run = with_source(&world, world.vault([command, "op"])).run();
        assert!(run.status != 0 && run.stdout.is_empty(), "a code is needed, and there is no way to ask: {run:?}");
    }
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn the_plan_says_what_depends_on_the_answer() {
    let world = world();
    let text = world.vault(["explain", "opssudo"]).run().ok();
    let open = text.find("if that command returns a long-term key").expect(&text);
    assert!(text[open..].contains("GetSessionToken") && text[open..].contains("code: you are asked"), "{text}");
    assert!(
        text.contains("now: the command is run, then one call to AWS, no code is needed; if it returns a long-term key, 2 calls"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&world.vault(["explain", "opssudo", "--json"]).run().ok()).expect("it is JSON");
    assert_eq!(json["if_long_term_key"]["steps"][0]["call"], "GetSessionToken");
    assert_eq!((&json["asks_for_code"], &json["if_long_term_key"]["asks_for_code"]), (&Value::Bool(false), &Value::Bool(true)));
    let json: Value = serde_json::from_str(&world.vault(["explain", "op", "--no-session", "--json"]).run().ok()).expect("it is JSON");
    assert!(json["if_long_term_key"]["refused"].is_string(), "{json}");
}

#[test]
fn its_cached_sessions_are_shown_and_cleared() {
    let world = world();
    let run = with_source(&world, world.vault(["exec", "opssudo", "--", "true"])).code_of("some-user").run();
    assert_eq!(run.status, 0, "{run:?}");
    let text = world.vault(["explain", "opssudo"]).run().ok();
    assert!(text.contains("now: no call to AWS, no code is needed"), "{text}");
    let status = world.vault(["status", "opssudo"]).run();
    assert!(status.stdout.contains("MFA session of arn:aws:iam::123456789012:mfa/some-user"), "{status:?}");
    let run = world.vault(["clear", "opssudo"]).run();
    assert!(run.stderr.contains("2 cached sessions"), "{run:?}");
}
