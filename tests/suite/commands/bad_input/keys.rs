//! Invalid keys.

use insta::assert_snapshot;

use crate::support::aws::StandIn;
use crate::support::pty::run_exposing;
use crate::support::world::{TWO_PROFILES, World};

use super::{Kept, world_of};

#[test]
fn a_malformed_key_id_is_refused_without_a_call() {
    let world = World::with_key();
    let kept = Kept::in_(&world);
    let add = |id: &str| {
        world
            .vault(["add", "new", "--env"])
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", "something-or-other-40-letters-long-or-so")
            .run()
    };
    let calls = world.aws.requests().len();
    assert_snapshot!(kept.by(&add("my-key"), 2), @"
    vault: not the id of a long-term key: an access key id is `AKIA` and 16 capital letters and digits
    hint: copy the id again; ids and secrets are often swapped
    ");
    assert_snapshot!(kept.by(&add("AIDAQNZGKIQY56JQ7WML"), 2), @"
    vault: not the id of a long-term key: this is the unique id of a user, role, group or policy, not of an access key
    hint: create a key in the IAM console, under Security credentials, and store that
    ");
    assert_snapshot!(kept.by(&add("AKIAIOSFODNN7EXAMPLE "), 2), @"
    vault: not the id of a long-term key: an access key id is `AKIA` and 16 capital letters and digits
    hint: copy the id again, without the white space or line break around it
    ");
    assert_eq!(world.aws.requests().len(), calls);
}

#[test]
fn a_mistyped_secret_is_refused_without_a_call() {
    let mut world = World::with_key();
    let (id, secret) = world.aws.user("some-user").access_key();
    world.keep_secret(&secret);
    let kept = Kept::in_(&world);
    for text in [format!("{secret}\n"), format!("{secret} "), format!(" {secret}"), format!("{secret}\r\n"), format!("\t{secret}")] {
        let run = world.vault(["add", "new", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &text).run();
        assert_eq!(
            kept.by(&run, 2),
            "vault: the secret access key starts or ends with white space or a line break\n\
             hint: copy the secret again, with nothing around it: 40 letters, digits, `/` and `+`\n"
        );
    }
    let swapped = world.vault(["add", "new", "--env"]).env("AWS_ACCESS_KEY_ID", &secret).env("AWS_SECRET_ACCESS_KEY", &id).run();
    assert_snapshot!(kept.by(&swapped, 2), @"
    vault: not the id of a long-term key: an access key id is `AKIA` and 16 capital letters and digits
    hint: copy the id again; ids and secrets are often swapped
    ");
    let twice = world.vault(["add", "new", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &id).run();
    assert_snapshot!(kept.by(&twice, 2), @"
    vault: this is an access key id, not a secret
    hint: copy the secret again, with nothing around it: 40 letters, digits, `/` and `+`
    ");
    let run = world.vault(["add", "new", "--stdin"]).stdin(&format!("{id}\n{secret} \n")).run();
    assert!(kept.by(&run, 2).contains("starts or ends with white space"));
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_key_of_another_account_than_the_device_is_refused_before_any_call() {
    let aws =
        StandIn::builder().user("some-user", |user| user.mfa("some-user")).account("210987654321").user("stranger", |user| user).start();
    let world = World::with(aws, TWO_PROFILES);
    world.add("read-only", "some-user");
    let kept = Kept::in_(&world);
    let (id, secret) = world.aws.user("stranger").access_key();
    let run =
        world.vault(["add", "read-only", "--env", "--force"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
    assert_snapshot!(kept.by(&run, 1), @"
    vault: key [AKIA…] belongs to account 210987654321, but the `mfa_serial` of profile `read-only` belongs to 123456789012
      --> ~/.aws/config:3
    hint: store the key of the right account, or correct `mfa_serial` of profile `read-only` in the config file
    ");

    // Stored before the profile named an account, and used when it does.
    world.write(".aws/config", "");
    world.add("other", "stranger");
    world.write(".aws/config", TWO_PROFILES.replace("read-only", "other"));
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "other", "-t", "123456", "--", "true"]).run(), 1), @"
    vault: the key stored for `other` belongs to account 210987654321, but the MFA device of profile `other` belongs to 123456789012
      --> ~/.aws/config:3
    hint: store the right key with `vault add --force other`, or correct `mfa_serial` in the config file
    ");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_deactivated_key_is_explained() {
    let world = world_of(TWO_PROFILES);
    let (id, _) = world.aws.user("some-user").access_key();
    world.aws.deactivate_key(&id);
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only"]).arg("--").arg("true").code_of("some-user").run(), 1), @"
    vault: profile `read-only`: AWS refused `GetSessionToken`: The security token included in the request is invalid. (InvalidClientTokenId)
    hint: the key is unknown or inactive in partition `aws`: a new key takes a few seconds to work; if the key was replaced, store the new one with `vault add --force read-only`
    ");
}

#[test]
fn the_long_term_key_itself_is_handed_over_only_on_request() {
    let world = world_of(TWO_PROFILES);
    let kept = Kept::in_(&world);
    for command in
        [&["exec", "read-only", "-n", "--", "true"][..], &["export", "read-only", "-n"], &["credential-process", "read-only", "-n"]]
    {
        let said = "vault: `--no-session` would hand over the long-term key of profile `read-only` itself\n\
                    hint: leave out `--no-session`, or add `--expose-long-term-key` to that command if you mean it\n";
        assert_eq!(kept.by(&world.command(&World::binary(), command).run(), 2), said, "{command:?}");
    }
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--expose-long-term-key", "--", "true"]).run(), 2), @"
    vault: the following required arguments were not provided: `--no-session`
    hint: the usage is `vault exec --no-session --expose-long-term-key <PROFILE> -- <COMMAND>...`
    hint: `vault exec --help` shows the options and an example
    ");
    for command in ["exec", "export", "credential-process"] {
        let run = world.vault([command, "read-only", "-n", "--expose-long-term-key"]).run();
        let said = "vault: the stored key of `read-only` is handed over only after you confirm it on the terminal: this process has no terminal\n\
                    hint: run it in the foreground of a terminal, or leave out `--no-session` and `--expose-long-term-key`, to get a session instead\n";
        assert_eq!(kept.by(&run, 1), said);
    }
    let exposing = || world.vault(["exec", "read-only", "-n", "--expose-long-term-key", "--", "printenv", "AWS_ACCESS_KEY_ID"]);
    for typed in ["", "y", "opssudo"] {
        let run = run_exposing(exposing(), typed);
        assert!(run.status == 1 && run.stdout.is_empty(), "{run:?}");
    }
    let run = run_exposing(exposing(), "read-only");
    assert_eq!(run.stdout.trim(), world.aws.user("some-user").access_key().0);
    assert!(run.screen.starts_with("the stored key of `read-only` itself is about to be handed over\n"), "{run:?}");
    assert_eq!(world.aws.requests(), []);
}
