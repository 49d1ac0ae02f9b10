//! Malformed values in the config file, on the command line and in the environment.

use insta::assert_snapshot;

use crate::support::world::World;

use super::{Kept, world_of};

const SERIAL: &str = "mfa_serial = arn:aws:iam::123456789012:mfa/some-user";

#[test]
fn a_malformed_role_arn_is_shown_with_its_line() {
    for (arn, why) in [
        ("arn:aws:iam::123456789012:user/OpsSudo", "is not the ARN of a role"),
        ("arn:aws:iam::12345:role/OpsSudo", "is not an account number of twelve digits"),
        ("arn:amazon:iam::123456789012:role/OpsSudo", "is not an AWS partition"),
        ("OpsSudo", "is not an ARN such as"),
        ("arn:aws:iam::123456789012:role/", "is not the ARN of a role"),
    ] {
        let world = world_of(format!("[profile read-only]\n{SERIAL}\n[profile a]\nsource_profile = read-only\nrole_arn = {arn}\n"));
        let stderr = Kept::in_(&world).by(&world.vault(["exec", "a", "--", "true"]).run(), 1);
        assert!(stderr.starts_with("vault: `role_arn` of profile `a`: `") && stderr.contains(why), "{stderr}");
        assert!(stderr.contains("\n  --> ~/.aws/config:5\nhint: "), "{stderr}");
        assert_eq!(world.aws.requests(), []);
    }
}

#[test]
fn a_malformed_serial_is_shown_with_its_line() {
    for (serial, why) in [
        ("my phone", "is not an MFA serial such as"),
        ("arn:aws:iam::123456789012:user/some-user", "is not the ARN of an MFA device"),
        ("arn:aws:iam::123456789012:u2f/user/some-user/key", "is a passkey or security key, which STS cannot check"),
        ("short", "is not an MFA serial"),
    ] {
        let world = world_of(format!("[profile read-only]\nmfa_serial = {serial}\n"));
        let stderr = Kept::in_(&world).by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1);
        assert!(stderr.starts_with("vault: `mfa_serial` of profile `read-only`: `") && stderr.contains(why), "{stderr}");
        assert!(stderr.contains("\n  --> ~/.aws/config:2\nhint: "), "{stderr}");
        assert_eq!(world.aws.requests(), []);
    }
}

#[test]
fn a_malformed_duration_does_not_fall_back_to_the_default() {
    let world = world_of(format!("[profile read-only]\n{SERIAL}\n"));
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "-d", "two hours", "--", "true"]).run(), 2), @"
    vault: `--duration`: `two hours` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`
    hint: `vault exec --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--duration=3600", "--", "true"]).run(), 2), @"
    vault: `--duration`: `3600` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`; did you mean `3600s`?
    hint: `vault exec --help` shows the options and an example
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_DURATION", "1d").run(), 2), @"
    vault: `AWS_VAULT_DURATION`: `1d` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`
    hint: correct or unset `AWS_VAULT_DURATION`
    ");
    world.write(
        ".aws/config",
        format!("[profile read-only]\n{SERIAL}\n[profile a]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\nduration_seconds = 1h\n"),
    );
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "a", "--", "true"]).run(), 1), @"
    vault: `duration_seconds` of profile `a`: `1h` is not a number of seconds
      --> ~/.aws/config:6
    hint: correct that line
    ");
    world.write(".config/vault/config.toml", "session_duration = \"long\"\n");
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1), @"
    vault: `session_duration` cannot be used: `long` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`
      --> ~/.config/vault/config.toml:1
    hint: correct that line
    ");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn a_duration_that_aws_refuses_is_refused_before_any_call() {
    let world = world_of(format!(
        "[profile read-only]\n{SERIAL}\n[profile role]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\n\
         [profile short]\nsource_profile = read-only\nrole_arn = arn:aws:iam::123456789012:role/OpsSudo\nduration_seconds = 100\n"
    ));
    let kept = Kept::in_(&world);
    let exec = |profile: &str, duration: &str| world.vault(["exec", profile, "-d", duration, "--", "true"]).run();
    assert_snapshot!(kept.by(&exec("read-only", "5m"), 2), @"
    vault: a session from `GetSessionToken` lasts from 15m to 36h, not 5m
    hint: ask for at least 15m
    ");
    assert_snapshot!(kept.by(&exec("read-only", "37h"), 2), @"
    vault: a session from `GetSessionToken` lasts from 15m to 36h, not 37h
    hint: ask for at most 36h
    ");
    assert_snapshot!(kept.by(&exec("role", "13h"), 2), @"
    vault: a role session lasts from 15m to 12h, not 13h
    hint: ask for at most 12h
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "short", "--", "true"]).run(), 1), @"
    vault: `duration_seconds` of profile `short`: a role session lasts from 900 to 43200 seconds, not 100
      --> ~/.aws/config:9
    hint: correct that line
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "role", "--min-ttl", "2h", "--", "true"]).run(), 2), @"
    vault: `--min-ttl 2h` is too long: a new session lasts 1h
    hint: ask for less, or for a longer session with `--duration`
    ");
    assert_eq!(world.aws.requests(), [], "no call was made");
}

#[test]
fn a_malformed_code_is_not_sent_and_not_repeated() {
    let world = world_of(format!("[profile read-only]\n{SERIAL}\n"));
    let kept = Kept::in_(&world);
    for code in ["12345", "1234567", "abcdef", "", "12 34"] {
        let stderr = kept.by(&world.vault(["exec", "read-only", &format!("--mfa-token={code}"), "--", "true"]).run(), 2);
        assert_eq!(
            stderr,
            "vault: `--mfa-token`: a token code is six digits\nhint: give the six digits that the device shows, as in `--mfa-token 123456`\n",
            "{code}"
        );
    }
    world.write(".aws/config", format!("[profile read-only]\n{SERIAL}\nmfa_process = echo no code today\n"));
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1), @"
    vault: `mfa_process` gave no code: a token code is six digits
    hint: run its command directly to see what it prints
    ");
    world.write(".aws/config", format!("[profile read-only]\n{SERIAL}\nmfa_process = false\n"));
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only", "--", "true"]).run(), 1), @"
    vault: `mfa_process` gave no code: it ended with exit status: 1
    hint: run its command directly to see what it prints
    ");
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn without_a_terminal_vault_does_not_wait_for_the_next_code() {
    let world = super::super::signed_in();
    world.vault(["clear"]).run().ok();
    let kept = Kept::in_(&world);
    // This step's code is used, and nobody is there to type the next one.
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--no-wait", "--", "true"]).run(), 1), @"
    vault: there is no way to ask here: this process has no terminal, and there is no display (`DISPLAY`, `WAYLAND_DISPLAY`)
    hint: give the code with `--mfa-token 123456`, set `mfa_process` in the profile, or run `vault exec read-only -- true` on a terminal first
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--no-wait", "--prompt", "osascript", "--", "true"]).run(), 1), @"
    vault: there is no way to ask here: `osascript` is not on the `PATH`
    hint: give the code with `--mfa-token 123456`, set `mfa_process` in the profile, or run `vault exec read-only -- true` on a terminal first
    ");
}

#[test]
fn a_wrong_code_is_explained() {
    let world = world_of(format!("[profile read-only]\n{SERIAL}\n"));
    let code = world.aws.wrong_code("some-user");
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only", "-t", &code, "--", "true"]).run(), 1), @"
    vault: AWS refused the code (device arn:aws:iam::123456789012:mfa/some-user)
    hint: check that the code comes from arn:aws:iam::123456789012:mfa/some-user, that it was not used elsewhere, and that the device's clock is right
    ");
    assert_eq!(world.aws.calls("GetSessionToken"), 1, "a code given on the command line is tried once");
}

#[test]
fn a_device_that_is_not_the_users_is_explained() {
    let world = world_of("[profile read-only]\nmfa_serial = arn:aws:iam::123456789012:mfa/somebody-else\n");
    assert_snapshot!(Kept::in_(&world).by(&world.vault(["exec", "read-only", "-t", "123456", "--", "true"]).run(), 1), @"
    vault: profile `read-only`: AWS refused `GetSessionToken`: MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid and associated with this user. (AccessDenied)
    hint: correct `mfa_serial`: it must be a device of the user whose key is stored (IAM console, Security credentials); if it already is, AWS got too many of its codes within three minutes: wait until [time of day]
    ");
}

#[test]
fn a_malformed_variable_of_ours_does_not_fall_back_to_the_default() {
    let world = world_of(format!("[profile read-only]\n{SERIAL}\n"));
    let kept = Kept::in_(&world);
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_BACKEND", "floppy").run(), 2), @"
    vault: `AWS_VAULT_BACKEND`: `floppy` is not a keystore: `keychain`, `file`, `pass` or `auto`
    hint: correct or unset `AWS_VAULT_BACKEND`
    ");
    assert_snapshot!(kept.by(&world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_PROMPT", "telepathy").run(), 2), @"
    vault: `AWS_VAULT_PROMPT`: `telepathy` is not a way to ask: `terminal`, `pinentry`, `zenity`, `kdialog`, `osascript` or `ykman`
    hint: correct or unset `AWS_VAULT_PROMPT`
    ");
    assert_snapshot!(kept.by(&world.vault(["list", "--backend", "floppy"]).run(), 2), @"
    vault: `--backend`: `floppy` is not a keystore: `keychain`, `file`, `pass` or `auto`
    hint: `vault list --help` shows the options and an example
    ");
}

#[test]
fn a_malformed_profile_name_is_refused() {
    let world = world_of(format!("[profile read-only]\n{SERIAL}\n"));
    let kept = Kept::in_(&world);
    for (name, why) in [("", "cannot be empty"), (" a", "cannot start or end with white space"), ("a]b", "cannot hold brackets")] {
        for command in [&["exec", name, "--", "true"][..], &["add", name, "--env"], &["remove", "-f", name]] {
            let stderr = kept.by(&world.command(&World::binary(), command).run(), 2);
            assert!(stderr.contains(why), "{name:?}: {stderr}");
        }
    }
}
