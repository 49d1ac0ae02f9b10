//! Our own settings are read completely or refused with the faulty line. Never opens a file.

use vault::config::settings::{BackendChoice, Fallbacks, PromptMethod, SessionPolicy};
use vault::config::{EffectiveSettings, Settings};
use vault::model::{Backend, SessionDuration};

use super::{file, name, place};

fn parse(text: &str) -> Settings {
    Settings::parse(file("config.toml", text)).unwrap()
}

fn minutes(minutes: u32) -> SessionDuration {
    SessionDuration::from_secs(minutes * 60)
}

#[test]
fn without_a_file_every_setting_has_its_default() {
    let defaults = EffectiveSettings {
        backend: BackendChoice::Auto,
        prompt: None,
        session_duration: minutes(8 * 60),
        role_duration: minutes(60),
        expiry_window: minutes(5),
        key_max_age: Some(minutes(90 * 24 * 60)),
        browser: None,
        max_mfa_age: None,
        protect: false,
        session_policy: None,
        ykman_account: None,
    };
    for settings in [Settings::parse(None).unwrap(), parse(""), parse("\u{feff}# nothing\r\n")] {
        assert_eq!(settings.for_profile(&name("a")), defaults);
        assert_eq!(settings.global(), defaults);
        assert_eq!((settings.file_unlock_ttl(), settings.pass_prefix()), (minutes(15), "vault"));
    }
}

#[test]
fn a_profiles_settings_win_over_the_general_ones() {
    let settings = parse(
        r#"
        backend = "file"
        prompt = "pinentry"
        session_duration = "12h"
        expiry_window = "10m"
        file_unlock_ttl = "0s"
        pass_prefix = "work/aws"

        [profile.prod]
        backend = "auto"
        session_duration = "15m"
        role_duration = "30m"
        max_mfa_age = "1h"
        protect = true
        session_policy = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws-cn:iam::123456789012:policy/p/x"]
        ykman_account = "aws: me"

        [profile."q r"]
        session_policy = '{"Version": "2012-10-17", "Statement": []}'
        "#,
    );
    let prod = settings.for_profile(&name("prod"));
    assert_eq!((prod.backend, prod.prompt), (BackendChoice::Auto, Some(PromptMethod::Pinentry)), "a profile can choose `auto` again");
    assert_eq!((prod.session_duration, prod.role_duration, prod.expiry_window), (minutes(15), minutes(30), minutes(10)));
    assert_eq!((prod.max_mfa_age, prod.protect), (Some(minutes(60)), true));
    assert!(matches!(prod.session_policy, Some(SessionPolicy::Arns(arns)) if arns.len() == 2));
    assert_eq!(prod.ykman_account.as_deref(), Some("aws: me"));
    let account = |profile: &str, base: &str| settings.ykman_account(&name(profile), Some(&name(base))).map(str::to_owned);
    assert_eq!(account("role", "prod").as_deref(), Some("aws: me"), "the device belongs to the key");
    assert_eq!(account("prod", "role").as_deref(), Some("aws: me"));
    assert_eq!(account("role", "other"), None);
    let quoted = settings.for_profile(&name("q r"));
    assert!(matches!(quoted.session_policy, Some(SessionPolicy::Document(_))));
    assert_eq!((quoted.backend, quoted.protect), (BackendChoice::Only(Backend::File), false));
    assert_eq!((settings.file_unlock_ttl(), settings.pass_prefix()), (minutes(0), "work/aws"));
}

#[test]
fn faults_are_reported_with_their_line() {
    for (text, line, message, hint) in [
        ("\nsesion_duration = '8h'", 2, "`sesion_duration` is not a setting", Some("write `session_duration`")),
        ("[profile.a]\nmfa_age = '1h'", 2, "`mfa_age` is not a setting", Some("write `max_mfa_age`")),
        (
            "zzz = 1",
            1,
            "`zzz` is not a setting",
            Some(
                "the settings here are `backend`, `prompt`, `session_duration`, `role_duration`, `expiry_window`, `key_max_age`, `browser`, `file_unlock_ttl`, `pass_prefix`",
            ),
        ),
        ("protect = true", 1, "`protect` is a setting of a profile", Some("move it into a `[profile.NAME]` table")),
        (
            "[profile.a]\n\npass_prefix = 'x'",
            3,
            "`pass_prefix` is not a setting of a single profile",
            Some("move it above the first table"),
        ),
        ("[profile.a]\n[profile.\"-x\"]", 2, "the profile name `-x` cannot be used: a profile name cannot start with a dash", None),
        ("profile = 1", 1, "`profile` must be tables such as `[profile.prod]`", None),
        ("[profile]\na = 1", 2, "`a` must be a table such as `[profile.a]`", None),
        (
            "session_duration = 3600",
            1,
            "`session_duration` cannot be used: `3600` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`; did you mean `3600s`?",
            None,
        ),
        ("session_duration = true", 1, "`session_duration` must be text in quotes, such as `\"8h\"`, not a boolean", None),
        ("session_duration = '37h'", 1, "`session_duration` must be from `15m` to `36h`, not `37h`", None),
        ("session_duration = '14m'", 1, "`session_duration` must be from `15m` to `36h`, not `14m`", None),
        ("[profile.a]\nrole_duration = '13h'", 2, "`role_duration` must be from `15m` to `12h`, not `13h`", None),
        ("[profile.a]\nmax_mfa_age = '5s'", 2, "`max_mfa_age` must be from `1m` to `36h`, not `5s`", None),
        ("expiry_window = '1h'", 1, "`expiry_window` of `1h` must be shorter than `role_duration` of `1h`", None),
        (
            "expiry_window = '30m'\n[profile.a]\nsession_duration = '20m'",
            3,
            "`expiry_window` of `30m` must be shorter than `session_duration` of `20m`",
            None,
        ),
        ("backend = 'keyring'", 1, "`backend` cannot be used: `keyring` is not a keystore: `keychain`, `file`, `pass` or `auto`", None),
        (
            "prompt = 'gui'",
            1,
            "`prompt` cannot be used: `gui` is not a way to ask: `terminal`, `pinentry`, `zenity`, `kdialog`, `osascript` or `ykman`",
            None,
        ),
        ("[profile.a]\nprotect = 'yes'", 2, "`protect` must be `true` or `false`, not a string", None),
        ("pass_prefix = '../x'", 1, "`pass_prefix` must be a folder of the password-store such as `vault` or `work/aws`", None),
        ("[profile.a]\nsession_policy = []", 2, "`session_policy` has 0 ARNs, but AWS takes from 1 to 10", None),
        (
            "[profile.a]\nsession_policy = ['arn:aws:s3:::x']",
            2,
            "`session_policy` cannot be used: `arn:aws:s3:::x` is not the ARN of a managed policy",
            None,
        ),
        (
            "[profile.a]\nsession_policy = '[]'",
            2,
            "`session_policy` is not a policy document in JSON: invalid type: sequence, expected a map at line 1 column 0",
            None,
        ),
        ("backend = 'file'\nbackend = 'pass'", 2, "this is not TOML: duplicate key", None),
        ("\n[profile.a", 2, "this is not TOML: unclosed table, expected `]`", None),
        ("\n[profile a]\nprotect = true", 2, "this is not TOML: unclosed table, expected `]`", Some("write `[profile.a]`")),
        ("[profile my ops]", 1, "this is not TOML: unclosed table, expected `]`", Some("write `[profile.\"my ops\"]`")),
    ] {
        let error = Settings::parse(file("config.toml", text)).unwrap_err();
        assert_eq!((error.message.as_str(), place(&error)), (message, format!("config.toml:{line}")), "{text}");
        assert_eq!(error.hint.as_deref(), hint, "{text}");
    }
    let error = Settings::parse(file("config.toml", b"backend = 'file'\n# \xe9".as_slice())).unwrap_err();
    assert_eq!((error.message.as_str(), place(&error).as_str()), ("this line is not UTF-8 text", "config.toml:2"));
}

#[test]
fn a_variable_counts_if_the_settings_are_silent() {
    let fallbacks = || Fallbacks {
        session_duration: Some(SessionDuration::from_secs(1_000)),
        role_duration: Some(SessionDuration::from_secs(2_000)),
        expiry_window: Some(SessionDuration::from_secs(3_000)),
        mfa_serial: None,
    };
    let seconds = |text: &str| {
        let all = Settings::parse(file("config.toml", text)).unwrap().over(fallbacks()).for_profile(&name("a"));
        [all.session_duration, all.role_duration, all.expiry_window].map(SessionDuration::as_secs)
    };
    assert_eq!(seconds(""), [1_000, 2_000, 3_000]);
    assert_eq!(seconds("session_duration = '1h'"), [3_600, 2_000, 3_000]);
    assert_eq!(seconds("[profile.a]\nrole_duration = '1h'\nexpiry_window = '1m'"), [1_000, 3_600, 60]);
}
