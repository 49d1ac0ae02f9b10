//! `add` stores a key from the environment or stdin, checks it with AWS, and never replaces another key without asking.

use insta::assert_snapshot;

use crate::support::world::{TWO_PROFILES, World, usual_aws};

use super::{lock_keystore, shown, sign_in};

/// A well-formed key id that AWS does not know.
const UNKNOWN: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

fn key(world: &World) -> (String, String) {
    world.aws.user("some-user").access_key()
}

#[test]
fn a_key_from_the_environment_is_checked_and_stored() {
    let world = World::new();
    let (id, secret) = key(&world);
    let run = world.vault(["add", "read-only", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stderr:
    vault: key [AKIA…] of arn:aws:iam::123456789012:user/some-user is stored as `read-only` in the file keystore
    vault: try it with `vault exec read-only -- aws s3 ls`
    ");
    assert_eq!((world.aws.calls("GetCallerIdentity"), world.aws.calls("ListMFADevices")), (1, 0), "the serial is known already");
    assert_eq!(world.read(".aws/config"), TWO_PROFILES, "there was nothing to add");
    sign_in(&world, "read-only");
}

#[test]
fn a_key_from_stdin_is_stored_without_a_call_with_no_verify() {
    for (text, why) in [
        ("ID\nSECRET\n", "two lines"),
        ("ID\nSECRET", "no last line feed"),
        ("ID\r\nSECRET\r\n", "CRLF"),
        ("ID\nSECRET\n\n", "a blank line"),
    ] {
        let world = World::new();
        let (id, secret) = key(&world);
        let text = text.replace("ID", &id).replace("SECRET", &secret);
        let run = world.vault(["add", "read-only", "--stdin", "--no-verify"]).stdin(&text).run();
        assert_eq!(run.status, 0, "{why}: {run:?}");
        assert_eq!(world.aws.requests(), [], "{why}");
        sign_in(&world, "read-only");
    }
}

/// From a pipe whose writer died, or a paste that missed the end.
#[test]
fn a_truncated_secret_is_not_stored_unchecked() {
    let mut world = World::new();
    let (id, secret) = key(&world);
    let longer = format!("{secret}x");
    world.keep_secret(&longer);
    for wrong in [&secret[..1], &secret[..20], &secret[..39], &longer] {
        let text = format!("{id}\n{wrong}");
        for add in [
            world.vault(["add", "read-only", "--stdin", "--no-verify"]).stdin(&text),
            world.vault(["add", "read-only", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", wrong),
        ] {
            let run = add.run().fails(2);
            assert!(run.stderr.contains(&format!("has {} characters, but a secret from AWS has 40", wrong.len())), "{run:?}");
            assert!(run.stderr.contains("\nhint: "), "{run:?}");
        }
    }
    assert!(!world.vault(["list"]).run().ok().contains("file"), "nothing is stored");
}

#[test]
fn a_key_that_aws_does_not_know_is_not_stored() {
    let mut world = World::new();
    world.keep_secret(UNKNOWN.1);
    let run = world.vault(["add", "read-only", "--env"]).env("AWS_ACCESS_KEY_ID", UNKNOWN.0).env("AWS_SECRET_ACCESS_KEY", UNKNOWN.1).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: the key is not stored: AWS refused `GetCallerIdentity`: The security token included in the request is invalid. (InvalidClientTokenId)
    hint: the key is unknown or inactive in partition `aws`: a new key takes a few seconds to work; if the key was replaced, store the new one with `vault add read-only --env`
    hint: to store it without the check, run `vault add read-only --env --no-verify`
    ");
    assert!(!world.vault(["list"]).run().ok().contains("file"), "nothing is stored");

    let (id, _) = key(&world);
    let run = world.vault(["add", "read-only", "--env"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", UNKNOWN.1).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: the key is not stored: AWS refused `GetCallerIdentity`: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details. (SignatureDoesNotMatch)
    hint: the secret does not belong to this key id: store both again with `vault add read-only --env`
    hint: to store it without the check, run `vault add read-only --env --no-verify`
    ");
    assert!(!world.vault(["list"]).run().ok().contains("file"), "nothing is stored");
}

#[test]
fn another_key_is_replaced_only_with_force() {
    let mut world = World::with_key();
    world.keep_secret(UNKNOWN.1);
    let other = ["add", "read-only", "--env", "--no-verify"];
    let run = world.vault(other).env("AWS_ACCESS_KEY_ID", UNKNOWN.0).env("AWS_SECRET_ACCESS_KEY", UNKNOWN.1).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: key [AKIA…] is already stored as `read-only`, in the file keystore
    hint: replace it with `vault add --force read-only --env --no-verify`, or choose another name
    ");
    sign_in(&world, "read-only");
    let run = world.vault(other).arg("--force").env("AWS_ACCESS_KEY_ID", UNKNOWN.0).env("AWS_SECRET_ACCESS_KEY", UNKNOWN.1).run();
    assert_eq!(run.status, 0, "{run:?}");
    let json = world.vault(["list", "--json"]).run().ok();
    assert!(json.contains(UNKNOWN.0) && !json.contains(&key(&world).0), "{json}");
    let run = world.vault(["exec", "read-only", "--mfa-token", "123456", "--", "true"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: profile `read-only`: AWS refused `GetSessionToken`: The security token included in the request is invalid. (InvalidClientTokenId)
    hint: the key is unknown or inactive in partition `aws`: a new key takes a few seconds to work; if the key was replaced, store the new one with `vault add --force read-only`
    ");
}

#[test]
fn the_same_key_may_be_stored_again() {
    let world = World::with_key();
    world.add("read-only", "some-user");
    sign_in(&world, "read-only");
}

// Security: only the passphrase shows that the existing identity is the user's own.
#[test]
fn another_key_is_stored_without_a_passphrase_only_while_the_keystore_is_unlocked() {
    let mut world = World::with_key();
    let (id, secret) = world.aws.user("some-user").access_key();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    if cfg!(target_os = "linux") {
        world.add("another", "some-user");
        assert!(world.vault(["list"]).run().ok().lines().any(|line| line.starts_with("another") && line.contains("file")));
    }
    lock_keystore(&world);
    let add = world.vault(["add", "third", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    let run = add.run().fails(1);
    assert!(run.stderr.contains("the file keystore is locked") && run.stderr.contains("`AWS_VAULT_FILE_PASSPHRASE`"), "{run:?}");
    assert!(!world.path(".local/share/vault/keys/third.age").exists());
}

#[test]
fn without_a_terminal_or_a_key_add_names_the_ways_to_give_one() {
    let world = World::new();
    let run = world.vault(["add", "read-only"]).stdin("AKIA\n").run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: there is no way to ask here: this process has no terminal
    hint: give the key with `--env` or `--stdin`
    ");
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let mut world = World::new();
    let (id, secret) = key(&world);
    world.keep_secret(&secret);
    for words in [&["add", "me", &id, &secret][..], &["add", "me", &secret], &["add", &id, &secret, "--no-verify"]] {
        let run = world.command(&World::binary(), words).run();
        assert_eq!(
            shown(&world, &run),
            "status 2\nstderr:\nvault: vault takes no key from the command line, because it would be visible to other programs and in the shell's history\n\
             hint: leave it out to be prompted, or pass it with `--env` or `--stdin`\n"
        );
    }
}

#[test]
fn an_incomplete_key_is_refused() {
    let mut world = World::new();
    let (id, secret) = key(&world);
    world.keep_secret(&secret);
    for (run, expected) in [
        (
            world.vault(["add", "a", "--env"]).env("AWS_ACCESS_KEY_ID", &id).run(),
            "`--env` is given, but `AWS_SECRET_ACCESS_KEY` is not set",
        ),
        (
            world.vault(["add", "a", "--env"]).env("AWS_SECRET_ACCESS_KEY", &secret).run(),
            "`--env` is given, but `AWS_ACCESS_KEY_ID` is not set",
        ),
        (world.vault(["add", "a", "--stdin"]).stdin(&id).run(), "`--stdin` takes two lines: the access key id and the secret"),
        (world.vault(["add", "a", "--stdin"]).stdin("").run(), "`--stdin` takes two lines"),
        (world.vault(["add", "a", "--stdin"]).stdin(&format!("{id}\n{secret}\nmore\n")).run(), "`--stdin` takes two lines"),
        (world.vault(["add", "a", "--stdin", "--env"]).run(), "the argument `--stdin` cannot be used with `--env`"),
    ] {
        assert!(run.status == 2 && run.stderr.contains(expected), "{run:?}");
    }
    assert_eq!(world.read(".aws/config"), TWO_PROFILES);
}

#[test]
fn a_temporary_key_is_refused() {
    let world = super::signed_in();
    let binary = World::binary().display().to_string();
    // Inside `exec`, the environment holds a session's key.
    let run = world.vault(["exec", "read-only", "--", &binary, "add", "mine", "--env"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: `AWS_SESSION_TOKEN` is set: the key in the environment is a temporary one, which cannot be stored
    hint: give a long-term key, whose id starts with `AKIA`
    ");
    let run =
        world.vault(["add", "mine", "--env"]).env("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "x").run();
    assert_snapshot!(shown(&world, &run), @"
    status 2
    stderr:
    vault: not the id of a long-term key: an id that starts with `ASIA` belongs to a temporary key, which cannot be stored: create a long-term one
    hint: create a key in the IAM console, under Security credentials, and store that
    ");
}

#[test]
fn the_chosen_keystore_is_named_once() {
    let mut world = World::with(usual_aws(), TWO_PROFILES);
    world.unset("AWS_VAULT_BACKEND");
    // No machine answers at this address.
    world.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let (id, secret) = key(&world);
    let add = |name: &str| {
        world.vault(["add", name, "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run()
    };
    let run = add("read-only");
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stderr:
    vault: the file keystore is used because the keychain is not available: nothing answers at the address of the D-Bus session; choose another with `--backend`
    vault: key [AKIA…] is stored as `read-only` in the file keystore
    vault: try it with `vault exec read-only -- aws s3 ls`
    ");
    let run = add("again");
    assert!(!run.stderr.contains("was chosen"), "{run:?}");
}
