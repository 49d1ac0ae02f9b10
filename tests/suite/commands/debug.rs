//! `--debug` shows decisions and calls, and no secret.

use crate::support::world::{PASSPHRASE, World};

use super::lock_keystore;

#[test]
fn debug_shows_decisions_and_requests_and_no_secret() {
    let world = World::with_key();
    lock_keystore(&world);
    let code = world.aws.fresh_code("some-user");
    let (_, secret) = world.aws.user("some-user").access_key();
    let run = world.vault(["exec", "opssudo", "--debug", "-t", &code, "--", "true"]).run();
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    // The whole output: messages of the SDK and the HTTP client would show more than anybody should see.
    insta::assert_snapshot!(super::shown(&world, &run), @r#"
    status 0
    stderr:
     INFO plan: profile opssudo
     INFO plan:   starts from the key [AKIA…], stored as `read-only`
     INFO plan:   1. GetSessionToken, 8h
     INFO plan:      why: the shared MFA session: one code serves this profile and every role on top of it
     INFO plan:      code: you are asked for the code of arn:aws:iam::123456789012:mfa/some-user
     INFO plan:      not cached
     INFO plan:   2. AssumeRole arn:aws:iam::123456789012:role/OpsSudo, 1h
     INFO plan:      why: signed by the shared MFA session, so no second code is needed
     INFO plan:      session name: some-user (the MFA device)
     INFO plan:      not cached
     INFO plan:   now: 2 calls to AWS, one code is needed
     INFO calling STS with a code call="GetSessionToken"
     INFO calling STS call="AssumeRole"
    "#);
    for hidden in [&code, &secret, PASSPHRASE] {
        assert!(!run.stderr.contains(hidden), "{run:?}");
    }
    assert!(!run.stderr.contains('\x1b'), "no colours without a terminal: {run:?}");
    let again = world.vault(["exec", "opssudo", "--", "true"]).env("AWS_VAULT_DEBUG", "true").run();
    assert!(again.stderr.contains("taken from the cache"), "{again:?}");
    assert!(!again.stderr.contains("calling"), "{again:?}");
}

#[test]
fn debug_shows_the_kind_of_a_refusal() {
    let world = World::with_key();
    let code = world.aws.wrong_code("some-user");
    let run = world.vault(["exec", "read-only", "--debug", "-t", &code, "--", "true"]).run().fails(1);
    assert!(run.stderr.contains("InvalidCode") && !run.stderr.contains(&code), "{run:?}");
}

#[test]
fn without_debug_a_successful_run_is_silent() {
    let world = World::with_key();
    let run = world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn every_command_takes_debug() {
    let world = super::signed_in();
    for words in [
        &["list", "--debug"][..],
        &["--debug", "explain", "opssudo"],
        &["clear", "--debug"],
        &["export", "nowhere", "--debug"],
        &["remove", "-f", "read-only", "--debug"],
    ] {
        let run = world.command(&World::binary(), words).run();
        assert_ne!(run.status, 2, "{words:?}: {run:?}");
    }
}
