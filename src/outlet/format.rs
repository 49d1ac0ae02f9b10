//! Credentials as text that a shell or a tool reads back: every value quoted so that the reader gets exactly what was written. Never
//! writes it anywhere.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use crate::model::{Credentials, ProfileName, Region};

use super::child_env::{Variable, credential_variables};
use super::process_json::process_json;

/// A form in which credentials can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// `export NAME='value'` for sh, bash, zsh
    Env,
    /// `NAME="value"` for files that tools such as docker compose read
    Dotenv,
    /// The JSON of a credential process
    Json,
    /// A section of a credentials file
    Ini,
    /// `set -gx NAME 'value'`
    Fish,
    /// `$env:NAME = 'value'`
    Powershell,
    /// `$env.NAME = "value"`
    Nushell,
    /// `set "NAME=value"` for a Windows command prompt
    Cmd,
}

/// The credentials in this form, ending with a line feed.
#[must_use]
pub fn render(format: Format, profile: &ProfileName, region: Option<&Region>, credentials: &Credentials) -> Zeroizing<Vec<u8>> {
    if format == Format::Json {
        return process_json(credentials);
    }
    let mut variables = credential_variables(credentials);
    if let Some(region) = region {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            variables.push((name, Zeroizing::new(region.to_string())));
        }
    }
    // Sized so that it does not grow, which would leave a copy of the secrets behind.
    let mut out = Zeroizing::new(String::with_capacity(16 * 1024));
    if format == Format::Ini {
        ini(&mut out, profile, &variables);
    } else {
        for (name, value) in &variables {
            line(&mut out, format, name, value);
        }
    }
    Zeroizing::new(std::mem::take(&mut *out).into_bytes())
}

fn ini(out: &mut String, profile: &ProfileName, variables: &[Variable]) {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "aws_access_key_id"),
        ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
        ("AWS_SESSION_TOKEN", "aws_session_token"),
        ("AWS_CREDENTIAL_EXPIRATION", "aws_credential_expiration"),
        ("AWS_REGION", "region"),
    ];
    // Writing to a string cannot fail.
    let _ = writeln!(out, "[{profile}]");
    for (name, value) in variables {
        if let Some((_, key)) = keys.iter().find(|(known, _)| known == name) {
            let _ = writeln!(out, "{key} = {}", value.as_str());
        }
    }
}

fn line(out: &mut String, format: Format, name: &str, value: &str) {
    let _ = match format {
        Format::Env => writeln!(out, "export {name}={}", in_quotes(value, "'\\''")),
        Format::Fish => {
            // In single quotes fish takes a backslash before a backslash or a quote as an escape.
            writeln!(out, "set -gx {name} '{}'", escaped(value, &['\\', '\'']).as_str())
        }
        Format::Powershell => writeln!(out, "$env:{name} = {}", in_quotes(value, "''")),
        Format::Nushell => writeln!(out, "$env.{name} = \"{}\"", escaped(value, &['\\', '"']).as_str()),
        Format::Dotenv => writeln!(out, "{name}=\"{}\"", escaped(value, &['\\', '"', '$', '`']).as_str()),
        // In quotes only `%` still means something, and doubling it works in a batch file alone; no credential holds one.
        Format::Cmd => writeln!(out, "set \"{name}={value}\""),
        Format::Json | Format::Ini => Ok(()),
    };
}

/// In single quotes, with `instead` for each single quote inside.
fn in_quotes<'a>(value: &'a str, instead: &'a str) -> impl std::fmt::Display + 'a {
    struct Quoted<'a>(&'a str, &'a str);
    impl std::fmt::Display for Quoted<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("'")?;
            for (index, part) in self.0.split('\'').enumerate() {
                if index > 0 {
                    f.write_str(self.1)?;
                }
                f.write_str(part)?;
            }
            f.write_str("'")
        }
    }
    Quoted(value, instead)
}

fn escaped(value: &str, special: &[char]) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(value.len() * 2));
    for c in value.chars() {
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
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
            (Format::Nushell, r#"$env.X = "a'b\"c\\d$e`f""#),
            (Format::Dotenv, r#"X="a'b\"c\\d\$e\`f""#),
            (Format::Cmd, r#"set "X=a'b"c\d$e`f""#),
        ] {
            let mut out = String::new();
            line(&mut out, format, "X", r#"a'b"c\d$e`f"#);
            assert_eq!(out.trim_end(), expected, "{format:?}");
        }
    }
}
