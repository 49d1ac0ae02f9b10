//! Credentials as text for a shell or a tool: every value is quoted so that the reader gets exactly what was written. Never
//! writes it anywhere, and never produces text that the reader would misread.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use crate::config::client_settings::{CLIENT_SETTINGS, ENDPOINT_URL, ENDPOINT_URL_VARIABLE};
use crate::config::keys;
use crate::model::quote::{in_fish, in_nushell, in_powershell, in_sh, is_plain};
use crate::model::{Credentials, ProfileName};
use crate::os::env::{Environment, FROM_PROFILE, is_plain_name};
use crate::plan::{CredentialPlan, FromDefault};

use super::child_env::{Variable, credential_variables, settings, stale};
use super::process_json::process_json;

/// A form in which credentials can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// `export NAME='value'` for sh, bash, zsh
    Env,
    /// `NAME=value` for files that Docker and other tools read
    Dotenv,
    /// The JSON of a credential process
    Json,
    /// A section of a credentials file
    Ini,
    /// `set -gx NAME 'value'`
    Fish,
    /// `$env:NAME = 'value'`
    Powershell,
    /// A NUON record, for `from nuon | load-env`
    Nushell,
    /// `set "NAME=value"` for a Windows command prompt
    Cmd,
}

/// Credentials as text.
pub struct Rendered {
    pub text: Zeroizing<Vec<u8>>,
    /// The client settings that this format cannot express, by the names of the variables.
    pub left_out: Vec<&'static str>,
}

/// A required value that the reader of a format would misread.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` holds a character that cannot be written safely in this format")]
pub struct Unwritable {
    pub name: &'static str,
}

impl Format {
    /// Whether it is read into an existing environment, not into a file.
    #[must_use]
    pub fn is_for_shell(self) -> bool {
        matches!(self, Self::Env | Self::Fish | Self::Powershell | Self::Nushell | Self::Cmd)
    }
}

/// The credentials of the plan in this form, with its profile's client settings, ending with a line feed. Variables of other
/// credentials are unset in a shell. A setting that cannot be written is left out, since the credentials work without it.
///
/// # Errors
/// See [`Unwritable`]. Credentials from AWS can always be written; those of another program may contain anything.
pub fn render(
    format: Format,
    env: &Environment,
    plan: &CredentialPlan,
    default: &FromDefault,
    credentials: &Credentials,
) -> Result<Rendered, Unwritable> {
    if format == Format::Json {
        return Ok(Rendered { text: process_json(credentials), left_out: Vec::new() });
    }
    // A client that uses the section by name reads nothing else.
    let mut settings = if format == Format::Ini { settings(env, plan, &FromDefault::default()) } else { settings(env, plan, default) };
    settings.retain(|(name, _)| format.is_for_shell() || *name != FROM_PROFILE);
    let left_out = settings.extract_if(.., |variable| !is_line(format, variable)).map(|(name, _)| name).collect();
    let mut variables = credential_variables(credentials);
    // A shell inside `vault exec` shows whose credentials it has.
    if format.is_for_shell() && env.is_set("AWS_VAULT") {
        variables.push(("AWS_VAULT", Zeroizing::new(plan.profile.to_string())));
    }
    if let Some((name, _)) = variables.iter().find(|variable| !is_line(format, variable)) {
        return Err(Unwritable { name });
    }
    variables.append(&mut settings);
    let stale_names = if format.is_for_shell() { stale(env, &variables) } else { Vec::new() };
    // Sized so that it does not grow, which would leave a copy of the secrets in memory.
    let mut out = Zeroizing::new(String::with_capacity(16 * 1024));
    match format {
        Format::Ini => ini(&mut out, &plan.profile, &variables),
        Format::Nushell => record(&mut out, &stale_names, &variables),
        _ => {
            for name in &stale_names {
                forget(&mut out, format, name);
            }
            for (name, value) in &variables {
                line(&mut out, format, name, value);
            }
        }
    }
    Ok(Rendered { text: Zeroizing::new(std::mem::take(&mut *out).into_bytes()), left_out })
}

// Security: names are not quoted in any format.
fn is_line(format: Format, (name, value): &Variable) -> bool {
    is_plain_name(name) && is_writable(format, value)
}

// Security: a shell runs the output. Only JSON has an escape for a line feed that all its readers know, and
// PowerShell treats a curved quote as a quote.
fn is_writable(format: Format, value: &str) -> bool {
    let has_meaning = |byte: u8| match format {
        // Its quotes cannot contain one, and the others expand variables even in quotes.
        Format::Cmd => matches!(byte, b'"' | b'%' | b'!'),
        // It has no quotes: white space around a value is dropped, and a comment begins after white space.
        Format::Ini => matches!(byte, b' ' | b'#' | b';'),
        // `docker run --env-file` reads a quote or a backslash as part of the value, and others need them around characters that mean something
        // to a shell: both kinds of readers agree on no form of such a value.
        Format::Dotenv => !is_plain(char::from(byte)),
        _ => false,
    };
    value.bytes().all(|byte| matches!(byte, b' '..=b'~') && !has_meaning(byte))
}

fn ini(out: &mut String, profile: &ProfileName, variables: &[Variable]) {
    let own = [
        ("AWS_ACCESS_KEY_ID", keys::AWS_ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", keys::AWS_SECRET_ACCESS_KEY),
        ("AWS_SESSION_TOKEN", keys::AWS_SESSION_TOKEN),
        ("AWS_CREDENTIAL_EXPIRATION", "aws_credential_expiration"),
        ("AWS_ACCOUNT_ID", "aws_account_id"),
        ("AWS_REGION", keys::REGION),
        (ENDPOINT_URL_VARIABLE, ENDPOINT_URL),
    ];
    // Endpoints of single services belong into sections of the config file, but this is not that file.
    let of_clients = CLIENT_SETTINGS.iter().filter(|setting| setting.below.is_none()).map(|setting| (setting.variables[0], setting.key));
    let keys: Vec<_> = own.into_iter().chain(of_clients).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "[{profile}]");
    for (name, value) in variables {
        if let Some((_, key)) = keys.iter().find(|(known, _)| known == name) {
            let _ = writeln!(out, "{key} = {}", value.as_str());
        }
    }
}

/// Unsets a variable in the shell that reads this.
// Security: the names come from the environment, where only plain ones are accepted.
fn forget(out: &mut String, format: Format, name: &str) {
    let _ = match format {
        Format::Env => writeln!(out, "unset {name}"),
        Format::Fish => writeln!(out, "set -e {name}"),
        Format::Powershell => writeln!(out, "Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
        Format::Cmd => writeln!(out, "set \"{name}=\""),
        Format::Dotenv | Format::Json | Format::Ini | Format::Nushell => Ok(()),
    };
}

/// On one line, in the common subset of JSON and NUON. A record cannot unset a variable, but every AWS tool treats an empty one as unset.
fn record(out: &mut String, stale_names: &[impl AsRef<str>], variables: &[Variable]) {
    let stale = stale_names.iter().map(|name| (name.as_ref(), ""));
    let all = stale.chain(variables.iter().map(|(name, value)| (*name, value.as_str())));
    for (index, (name, value)) in all.enumerate() {
        let start = if index == 0 { "{" } else { ", " };
        let _ = write!(out, "{start}\"{name}\": {}", in_nushell(value));
    }
    out.push_str("}\n");
}

fn line(out: &mut String, format: Format, name: &str, value: &str) {
    let _ = match format {
        Format::Env => writeln!(out, "export {name}={}", in_sh(value)),
        Format::Fish => writeln!(out, "set -gx {name} {}", in_fish(value)),
        Format::Powershell => writeln!(out, "$env:{name} = {}", in_powershell(value)),
        Format::Dotenv => writeln!(out, "{name}={value}"),
        Format::Cmd => writeln!(out, "set \"{name}={value}\""),
        Format::Json | Format::Ini | Format::Nushell => Ok(()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_reads_back_what_was_written() {
        for (format, expected) in [
            (Format::Env, r#"export X='a'\''b"c\d$e`f'"#),
            (Format::Fish, r#"set -gx X 'a\'b"c\\d$e`f'"#),
            (Format::Powershell, r#"$env:X = 'a''b"c\d$e`f'"#),
        ] {
            let mut out = String::new();
            line(&mut out, format, "X", r#"a'b"c\d$e`f"#);
            assert_eq!(out.trim_end(), expected, "{format:?}");
        }
    }

    #[test]
    fn nushell_reads_back_what_was_written() {
        let mut out = String::new();
        let variables = [r#"a'b"c\d$e`f"#, "b"].map(|value| ("X", Zeroizing::new(value.to_owned())));
        record(&mut out, &["Y"], &variables);
        assert_eq!(out, "{\"Y\": \"\", \"X\": \"a'b\\\"c\\\\d$e`f\", \"X\": \"b\"}\n");
    }

    // Security: names come from config files too, where a service has an endpoint of its own.
    #[test]
    fn a_name_is_nothing_but_a_name() {
        let variable = |name| (name, Zeroizing::new("x".to_owned()));
        for format in [Format::Cmd, Format::Dotenv, Format::Env, Format::Fish, Format::Ini, Format::Nushell, Format::Powershell] {
            assert!(is_line(format, &variable("AWS_ENDPOINT_URL_S3")), "{format:?}");
            for name in ["", "A;id", "A=B", "A B", "$(id)", "A`id`", "A\nid", "A\"", "A-B", "\u{c9}"] {
                assert!(!is_line(format, &variable(name)), "{format:?} {name:?}");
            }
        }
    }

    #[test]
    fn a_command_prompt_reads_back_what_may_be_written_for_it() {
        let mut out = String::new();
        line(&mut out, Format::Cmd, "X", "a'b&c\\d$e^f");
        assert_eq!(out, "set \"X=a'b&c\\d$e^f\"\n");
    }

    // Security: a value must not become a command of the shell that reads it.
    #[test]
    fn what_a_reader_would_take_for_something_else_is_not_written() {
        use Format::{Cmd, Dotenv, Env, Fish, Ini, Nushell, Powershell};
        for format in [Cmd, Dotenv, Env, Fish, Ini, Nushell, Powershell] {
            // Everything from AWS, and regions, times, addresses and most paths.
            assert!(is_writable(format, "AZaz09/+=_-.:@,"), "{format:?}");
            assert!(is_writable(format, "'$`\\&|<>^") == (format != Dotenv), "{format:?}");
            for value in ["a\nb", "a\rb", "a\0b", "a\u{1b}b", "a\u{2019}b"] {
                assert!(!is_writable(format, value), "{format:?} {value:?}");
            }
        }
        for (format, values) in [
            (Cmd, &["a\"&calc&\"", "%PATH%", "!PATH!"][..]),
            (Ini, &["a b", "#a", "a;b"]),
            (Dotenv, &["a b", " a", "a ", "#a", "a#b", "a$b", "a`b`", "\"a\"", "'a'", "a\\nb", "~/a", "a;b", "a&b", "a*", "a(b)", "!a"]),
        ] {
            for &value in values {
                assert!(!is_writable(format, value) && is_writable(Env, value), "{format:?} {value}");
            }
        }
    }
}
