//! `why` finds the true cause in the output of real clients that AWS refused.

use super::*;

use crate::support::aws::StandIn;

fn world() -> World {
    let aws = StandIn::builder()
        .user("some-user", |user| user.mfa("some-user").block_without_mfa())
        .user("plain", |user| user.mfa("plain").deny("iam:ListAccessKeys"))
        .user("leaked", |user| user.quarantined())
        .user("gone", |user| user)
        .role("OpsSudo", |role| role.require_mfa())
        .role("Other", |role| role)
        .bucket("some-bucket")
        .disable_region("ap-east-1")
        .keep_refusals()
        .start();
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    // The session that asks AWS for details.
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    world
}

impl World {
    /// A client with the long-term key of this user.
    fn with_key_of<'a>(&'a self, user: &str, client: Invocation<'a>) -> Invocation<'a> {
        let (id, secret) = self.aws.user(user).access_key();
        client.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).env("AWS_DEFAULT_REGION", "us-east-1")
    }

    /// The cause that `why PROFILE` finds in a client's output; no profile: `""`.
    #[track_caller]
    fn cause(&self, profile: &str, refused: &Run) -> String {
        assert!(refused.status != 0 && !refused.stderr.is_empty(), "it was not refused: {refused:?}");
        let words: &[&str] = if profile.is_empty() { &["why", "--json"] } else { &["why", "--json", profile] };
        let run = self.command(&World::binary(), words).stdin(&refused.stderr).run();
        run.json()[0]["id"].as_str().unwrap_or_else(|| panic!("{run:?}")).to_owned()
    }
}

fn boto3(call: &str) -> String {
    format!("import boto3\nsts = boto3.client('sts')\n{call}\n")
}

#[test]
fn refusals_of_the_aws_cli_have_their_true_causes() {
    let world = world();
    let cli = |user: &str, words: &[&str]| world.with_key_of(user, world.aws_cli(words)).run();
    let other = "arn:aws:iam::123456789012:mfa/nobody";
    let role = "arn:aws:iam::123456789012:role/Other";
    for (user, words, profile, cause) in [
        ("some-user", &["s3", "ls"][..], "read-only", "mfa-absent"),
        ("some-user", &["iam", "list-access-keys"], "read-only", "mfa-absent"),
        ("some-user", &["ec2", "run-instances", "--image-id", "ami-12345678"], "opssudo", "mfa-absent"),
        ("plain", &["iam", "list-access-keys"], "read-only", "not-allowed"),
        ("leaked", &["iam", "create-access-key"], "read-only", "key-quarantined"),
        ("some-user", &["sts", "get-session-token", "--serial-number", other, "--token-code", "123456"], "", "mfa-device"),
        (
            "plain",
            &["sts", "assume-role", "--role-arn", role, "--role-session-name", "me", "--duration-seconds", "7200"],
            "read-only",
            "role-duration",
        ),
        ("plain", &["sts", "get-caller-identity", "--region", "ap-east-1"], "read-only", "region-disabled"),
    ] {
        let refused = cli(user, words);
        assert_eq!(world.cause(profile, &refused), cause, "{words:?}: {refused:?}");
    }
    world.aws.deactivate_key(&world.aws.user("gone").access_key().0);
    assert_eq!(world.cause("read-only", &cli("gone", &["sts", "get-caller-identity"])), "key-unknown");
    let bare = world
        .aws_cli(&["sts", "get-caller-identity"])
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .run();
    assert_eq!(world.cause("read-only", &bare), "no-credentials");
    let within = world.vault(["exec", "read-only", "--", "aws", "sts", "get-session-token"]).run();
    assert_eq!(world.cause("read-only", &within), "session-signs");
}

#[test]
fn refusals_of_boto3_have_their_true_causes() {
    let world = world();
    let python = |user: &str, call: &str| world.with_key_of(user, world.python(&boto3(call))).run();
    let wrong = format!(
        "sts.get_session_token(SerialNumber='{}', TokenCode='{}')",
        world.aws.user("plain").serial(),
        world.aws.wrong_code("plain")
    );
    let assume =
        |role: &str, more: &str| format!("sts.assume_role(RoleArn='arn:aws:iam::123456789012:role/{role}', RoleSessionName='me'{more})");
    for (user, call, cause) in [
        ("plain", wrong, "mfa-code"),
        ("some-user", "boto3.client('s3').list_buckets()".to_owned(), "mfa-absent"),
        ("some-user", assume("OpsSudo", ""), "mfa-absent"),
        ("plain", assume("OpsSudo", ""), "trust-policy"),
        ("plain", assume("Other", ", Policy='{'"), "policy-malformed"),
        ("plain", assume("Other", ", SerialNumber='arn:aws:iam::123456789012:mfa/plain'"), "mfa-incomplete"),
    ] {
        let refused = python(user, &call);
        assert_eq!(world.cause("read-only", &refused), cause, "{call}: {refused:?}");
    }
    let (id, _) = world.aws.user("plain").access_key();
    let spoilt = world.python(&boto3("sts.get_caller_identity()")).env("AWS_ACCESS_KEY_ID", &id).env("AWS_DEFAULT_REGION", "us-east-1");
    let spoilt = spoilt.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").run();
    assert_eq!(world.cause("read-only", &spoilt), "wrong-secret");
    let python = tools::python().display().to_string();
    let longer = boto3(&assume("Other", ", DurationSeconds=7200"));
    let chained = world.vault(["exec", "read-only", "--region", "us-east-1", "--", &python, "-c", &longer]).run();
    assert_eq!(world.cause("read-only", &chained), "role-chaining");
    let late = boto3("boto3.client('s3').list_buckets()");
    let (aws, session) = (&world.aws, world.vault(["export", "--format", "json", "read-only"]).hands_over().run().ok());
    aws.expire_sessions();
    let session: serde_json::Value = serde_json::from_str(&session).expect("it is JSON");
    let of = |name: &str| session[name].as_str().expect("it is there").to_owned();
    let expired = world.python(&late).env("AWS_ACCESS_KEY_ID", &of("AccessKeyId")).env("AWS_SECRET_ACCESS_KEY", &of("SecretAccessKey"));
    let expired = expired.env("AWS_SESSION_TOKEN", &of("SessionToken")).env("AWS_DEFAULT_REGION", "us-east-1").run();
    assert_eq!(world.cause("read-only", &expired), "session-expired");
    aws.set_clock_offset(1200);
    let late = world.with_key_of("plain", world.python(&boto3("sts.get_caller_identity()"))).run();
    assert_eq!(world.cause("read-only", &late), "clock");
}
