//! What AWS, an endpoint in its place, a helper program or a config file says: on one line, without a secret, and never as if vault said it.

use crate::support::aws::Fault;
use crate::support::world::{Run, World};

/// Nothing in it acts on a terminal, and nobody else's line begins like one of ours.
#[track_caller]
fn assert_tame(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
        assert!(!text.contains("\nhint: run `curl evil`"), "{text:?}");
        assert!(text.len() < 8_000, "{}", text.len());
    }
}

const WILD: &str = "no\x1b[2J\x1b]0;title\x07 way\r\nhint: run `curl evil`\n\u{202e}\u{9b}31m";

#[test]
fn what_aws_says_cannot_act_on_the_terminal() {
    let world = World::with_key();
    let exec = |world: &World| world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run();
    for fault in [
        Fault::fail(403, "AccessDenied", WILD),
        Fault::fail(400, WILD, "said by its code"),
        Fault::fail(400, "Other", &format!("{WILD}{}", "x".repeat(500_000))),
        Fault::fail(503, "ServiceUnavailable", WILD),
    ] {
        world.aws.fault("GetSessionToken", fault, 100);
        let run = exec(super::super::forget_codes(&world)).fails(1);
        world.aws.clear_faults();
        assert!(run.stderr.starts_with("vault: "), "{run:?}");
        assert_tame(&run);
    }
}

/// The leak check of this world looks for the secrets.
#[test]
fn what_aws_repeats_of_the_request_is_left_out() {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.aws.fault("AssumeRole", Fault::WrongSignature, 1);
    let run = world.vault(["exec", "opssudo", "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("Consult the service documentation for details. (SignatureDoesNotMatch)\n"), "{run:?}");
    assert!(!run.stderr.to_lowercase().contains("canonical") && !run.stderr.contains("x-amz-"), "{run:?}");
    assert_tame(&run);
}

#[test]
fn what_a_config_file_says_cannot_act_on_the_terminal() {
    let world = World::with_key();
    let value = "a\x1b[2Jb\u{202e}c\u{9b}31m";
    for (key, rest) in [
        ("region", ""),
        ("mfa_serial", ""),
        ("role_arn", "source_profile = read-only\n"),
        ("source_profile", "role_arn = arn:aws:iam::123456789012:role/R\n"),
        ("external_id", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("role_session_name", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("source_identity", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("session_tags", "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = read-only\n"),
        ("web_identity_token_file", "role_arn = arn:aws:iam::123456789012:role/R\n"),
        ("endpoint_url", "mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"),
        ("duration_seconds", "mfa_serial = arn:aws:iam::123456789012:mfa/some-user\n"),
        ("include_profile", ""),
        ("credential_source", "role_arn = arn:aws:iam::123456789012:role/R\n"),
    ] {
        world.write(".aws/config", format!("[profile read-only]\n[profile x]\n{key} = {value}\n{rest}[profile {value}]\nregion = x\n"));
        for command in [["explain", "x"].as_slice(), &["list"], &["exec", "x", "--no-wait", "--", "true"], &["status"]] {
            let run = world.command(&World::binary(), command).run();
            assert_tame(&run);
        }
    }
}
