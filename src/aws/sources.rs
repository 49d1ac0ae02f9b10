//! Credentials from a profile's own source: its `credential_process`, its web identity token, or the AWS CLI's sign-in. Never caches them,
//! and never prints what a process wrote.

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;

use secrecy::SecretString;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::config::SignInKey;
use crate::model::{AccessKeyId, AccountId, CommandLine, Credentials, LongTermCredentials, ProfileName, SessionCredentials, Timestamp};
use crate::os::env::{Environment, UNDER_WAY};
use crate::os::relay::Relay;
use crate::os::{answer, clock, files, process, tty};
use crate::plan::{Program, ProgramKind, TokenFrom, WebIdentityToken};
use crate::ports::{Notices, SourceFailure, SourceProviders};

/// More bytes than a session token or a web identity token has: the latter has 20,000 at most.
const MOST: usize = 64 * 1024;

/// The purpose of a command that provides a profile's first credentials.
#[must_use]
pub fn source_of(profile: &ProfileName) -> String {
    format!("source {profile}")
}

/// The sources that profiles name.
pub struct ProfileSources<'a> {
    env: &'a Environment,
    notices: &'a dyn Notices,
}

impl<'a> ProfileSources<'a> {
    #[must_use]
    pub fn new(env: &'a Environment, notices: &'a dyn Notices) -> Self {
        Self { env, notices }
    }

    /// What the command wrote to stdout. Its stderr is passed on as it arrives: it may ask something there.
    fn output_of(&self, command: &mut Command, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let mut relay = Relay::of(name, self.notices);
        let answer = answer::of(name, command, MOST, None, |heard| relay.hear(heard)).map_err(|error| format!("it {error}"))?;
        if answer.status.success() { Ok(answer.text) } else { Err(relay.with_last_words(format!("it ended with {}", answer.status))) }
    }

    fn aws_cli(&self, profile: &ProfileName, key: SignInKey) -> Result<Credentials, SourceFailure> {
        let mut command = process::helper(self.env, "aws");
        command.env(UNDER_WAY, self.env.under_way_with(&source_of(profile)));
        command.stdin(tty::stdin_for_helpers());
        command.args(["configure", "export-credentials", "--format", "process", "--profile", profile.as_str()]);
        let sign_in = match key {
            SignInKey::LoginSession => "aws login",
            SignInKey::SsoSession | SignInKey::SsoStartUrl => "aws sso login",
        };
        let failed = |reason| SourceFailure {
            what: format!("the AWS CLI's sign-in (`{}`) of profile `{profile}`", key.as_str()),
            reason,
            hint: Some(format!("sign in with `{sign_in} --profile {}`; the AWS CLI, version 2, must be installed", profile.in_shell())),
        };
        let output = self.output_of(&mut command, "the AWS CLI").map_err(failed)?;
        process_credentials(&output, clock::now()).map_err(failed)
    }

    fn credential_process(&self, profile: &ProfileName, command: &CommandLine) -> Result<Credentials, SourceFailure> {
        let failed = |reason| SourceFailure {
            what: format!("the `credential_process` of profile `{profile}`"),
            reason,
            hint: Some("run its command directly to see what it prints".to_owned()),
        };
        let mut process = process::shell_for(self.env, command.as_str(), &source_of(profile));
        let output = self.output_of(&mut process, &format!("`credential_process` of profile `{profile}`")).map_err(failed)?;
        process_credentials(&output, clock::now()).map_err(failed)
    }
}

impl SourceProviders for ProfileSources<'_> {
    fn credentials(&self, program: &Program) -> Result<Credentials, SourceFailure> {
        let Program { profile, kind } = program;
        match kind {
            ProgramKind::CredentialProcess { command, .. } => self.credential_process(profile, command),
            ProgramKind::AwsCli { key, .. } => self.aws_cli(profile, *key),
        }
    }

    fn token(&self, token: &WebIdentityToken) -> Result<SecretString, SourceFailure> {
        let WebIdentityToken { profile, from } = token;
        match from {
            TokenFrom::File { path } => {
                let content = files::read(Path::new(path)).map(Zeroizing::new).map_err(|error| SourceFailure {
                    what: format!("the web identity token of profile `{profile}`"),
                    reason: error.to_string(),
                    hint: Some(format!("correct `web_identity_token_file` of profile `{profile}`, or write the token to that file")),
                })?;
                as_token(&content, profile)
            }
            TokenFrom::Process { command } => {
                let mut process = process::shell_for(self.env, command.as_str(), &source_of(profile));
                let name = format!("`web_identity_token_process` of profile `{profile}`");
                let output = self.output_of(&mut process, &name).map_err(|reason| SourceFailure {
                    what: format!("the `web_identity_token_process` of profile `{profile}`"),
                    reason,
                    hint: Some("run its command directly to see what it prints".to_owned()),
                })?;
                as_token(&output, profile)
            }
        }
    }
}

fn as_token(content: &[u8], profile: &ProfileName) -> Result<SecretString, SourceFailure> {
    match std::str::from_utf8(content).map(str::trim) {
        Ok(text) if !text.is_empty() => Ok(SecretString::from(text)),
        _ => Err(SourceFailure {
            what: format!("the web identity token of profile `{profile}`"),
            reason: "it is empty, or not text".to_owned(),
            hint: None,
        }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessOutput<'a> {
    /// Some programs print it as `1.0`.
    version: f64,
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
    #[serde(borrow)]
    session_token: Option<Text<'a>>,
    #[serde(borrow)]
    expiration: Option<Text<'a>>,
    #[serde(borrow)]
    account_id: Option<Text<'a>>,
}

/// Within an `Option`, serde would copy the text, and the copy is not wiped: it borrows only if it sees the `Cow` itself.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads `credential_process` output
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>).
// Security: a parse error is not repeated, since it may quote the input.
pub(super) fn process_credentials(output: &[u8], now: Timestamp) -> Result<Credentials, String> {
    let read: ProcessOutput<'_> = serde_json::from_slice(output).map_err(|_| "its output is not credential process JSON".to_owned())?;
    if (read.version - 1.0).abs() > f64::EPSILON {
        return Err(format!("its output has version {}, not 1", read.version));
    }
    let key_id = AccessKeyId::parse_any(&read.access_key_id).map_err(|fault| fault.0)?;
    if read.secret_access_key.trim().is_empty() {
        return Err("its output has an empty `SecretAccessKey`".to_owned());
    }
    let secret = SecretString::from(&*read.secret_access_key);
    let Some(Text(token)) = read.session_token.filter(|token| !token.0.trim().is_empty()) else {
        if key_id.is_temporary() {
            return Err("its output has a temporary key without a `SessionToken`".to_owned());
        }
        return Ok(Credentials::LongTerm(LongTermCredentials { key_id, secret }));
    };
    let expiration = read.expiration.map(|moment| Timestamp::parse_any(&moment.0)).transpose().map_err(|fault| fault.0)?;
    if let Some(ended) = expiration.filter(|moment| *moment <= now) {
        return Err(format!("its credentials expired at {ended}, and this machine's clock says {now}"));
    }
    // Nothing else hangs on it: one that is none is as good as left out.
    let stated_account = read.account_id.and_then(|account| AccountId::parse(&account.0).ok());
    let token = SecretString::from(&*token);
    Ok(Credentials::Session(SessionCredentials { key_id, secret, token, expiration, assumed_role: None, stated_account }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    // Security: the input is wiped, but a copy would not be.
    #[test]
    fn no_text_is_copied_to_be_looked_at() {
        let output = br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"e"}"#;
        let read: ProcessOutput<'_> = serde_json::from_slice(output).unwrap();
        let texts = [Some(read.access_key_id), Some(read.secret_access_key), read.session_token.map(|text| text.0)];
        assert!(texts.iter().all(|text| matches!(text, Some(Cow::Borrowed(_)))));
    }

    #[test]
    fn reads_what_a_credential_process_prints() {
        let temporary =
            br#"{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}"#;
        assert!(matches!(process_credentials(temporary, NOW), Ok(Credentials::Session(_))));
        let long_term = br#"{"Version":1,"AccessKeyId":"AKIAX","SecretAccessKey":"s"}"#;
        assert!(matches!(process_credentials(long_term, NOW), Ok(Credentials::LongTerm(_))));
        for bad in [&b"secret"[..], b"{}", br#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"secret"}"#] {
            let error = process_credentials(bad, NOW).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_account_is_what_the_program_says_else_what_the_key_id_tells() {
        let account = |stated: &str| {
            let output =
                format!(r#"{{"Version":1,"AccessKeyId":"ASIAQNZGKIQY56JQ7WML","SecretAccessKey":"s","SessionToken":"t"{stated}}}"#);
            process_credentials(output.as_bytes(), NOW).unwrap().account().map(|account| account.to_string())
        };
        let told_by_id = account("");
        assert!(told_by_id.is_some());
        assert_eq!(account(r#","AccountId":"111122223333""#).as_deref(), Some("111122223333"));
        for none in [r#","AccountId":"none""#, r#","AccountId":null"#, r#","AccountId":"""#] {
            assert_eq!(account(none), told_by_id, "{none}");
        }
    }

    #[test]
    fn an_answer_that_is_not_whole_is_refused() {
        let with = |rest: &str| process_credentials(format!(r#"{{"Version":1,{rest}}}"#).as_bytes(), NOW).map(|_| ());
        for bad in [
            r#""AccessKeyId":"AKIAX""#,
            r#""SecretAccessKey":"s""#,
            r#""AccessKeyId":"","SecretAccessKey":"s""#,
            r#""AccessKeyId":"AKIAX","SecretAccessKey":"""#,
            r#""AccessKeyId":"AKIAX","SecretAccessKey":" ","SessionToken":"t""#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s""#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"""#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":null"#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"""#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00""#,
            r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030"#,
        ] {
            assert!(with(bad).is_err(), "{bad}");
        }
        assert!(with(r#""AccessKeyId":"AKIAX","SecretAccessKey":"s","SessionToken":"""#).is_ok(), "a long-term key, as some print it");
        assert!(with(r#""AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t""#).is_ok(), "it need not say when it ends");
    }

    #[test]
    fn the_forms_that_the_aws_cli_takes_are_taken() {
        for version in ["1", "1.0", "1e0"] {
            for end in ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00+0000", "2030-01-01 00:00:00 UTC", "2030-01-01T00:00Z"] {
                let output = format!(
                    r#"{{"Version":{version},"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"{end}"}}"#
                );
                let read = process_credentials(output.as_bytes(), NOW);
                assert_eq!(read.unwrap().expiration().map(Timestamp::as_unix), Some(1_893_456_000), "{output}");
            }
        }
        for version in ["0", "1.5", "2", "-1", "\"1\""] {
            let output = format!(r#"{{"Version":{version},"AccessKeyId":"AKIAX","SecretAccessKey":"s"}}"#);
            assert!(process_credentials(output.as_bytes(), NOW).is_err(), "{version}");
        }
    }

    #[test]
    fn credentials_that_have_ended_are_of_no_use() {
        let ended = |moment: &str| {
            let output =
                format!(r#"{{"Version":1,"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"{moment}"}}"#);
            process_credentials(output.as_bytes(), NOW)
        };
        let error = ended("2001-01-01T00:00:00Z").unwrap_err();
        assert_eq!(error, "its credentials expired at 2001-01-01T00:00:00Z, and this machine's clock says 2027-01-15T08:00:00Z");
        assert!(ended("2027-01-15T08:00:00Z").is_err(), "at its last second");
        assert!(ended("2027-01-15T08:00:01Z").is_ok());
    }
}
