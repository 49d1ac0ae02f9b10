//! Writes the `credential_process` line that asks this program for a profile so that every reader splits it into the same words, and recognizes
//! it again. Never decides where it goes.
//!
//! On Unix botocore splits the line with Python's `shlex` and runs it without a shell, and the SDKs pass it to `sh -c`: both read single
//! quotes literally. On Windows, botocore splits it by the rules of the C runtime, and the SDKs pass it to `cmd.exe /C`:
//! both read double quotes.

use std::borrow::Cow;
use std::path::Path;

use super::ConfigError;
use crate::model::ProfileName;
use crate::model::quote::{in_config_line, in_config_line_of_unix, in_config_line_of_windows};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Single,
    Double,
}

const QUOTES: Quotes = if cfg!(windows) { Quotes::Double } else { Quotes::Single };

/// The words between the program and the profile.
const BETWEEN: &str = " credential-process ";

/// How often a profile's name can contain them.
const MOST_IN_NAME: usize = ProfileName::MAX_CHARS / BETWEEN.len();

/// The value of `credential_process` that runs `program`, by its absolute path, for the profile.
///
/// # Errors
/// When the path is not text that the file can contain.
pub fn credential_process_line(program: &Path, profile: &ProfileName) -> Result<String, ConfigError> {
    let refused = |why| {
        ConfigError::new(format!("the path of this program, `{}`, {why}", program.display().to_string().escape_debug()))
            .hint("install it under a plain path, such as `/usr/local/bin/vault`")
    };
    let path = program.to_str().ok_or_else(|| refused("is not UTF-8 text"))?;
    if path.chars().any(char::is_control) {
        return Err(refused("holds a control character"));
    }
    Ok([path, profile.as_str()].map(in_config_line).join(BETWEEN))
}

/// The profile in such a line, for every path of the program; `None` for every other line, even one that asks this program
/// in other words.
#[must_use]
pub fn linked_profile(line: &str) -> Option<ProfileName> {
    linked(line, QUOTES)
}

fn linked(line: &str, quotes: Quotes) -> Option<ProfileName> {
    let word = |text: &str| unquoted(text, quotes).filter(|word| quoted(word, quotes) == text);
    // The program and the profile may contain the same words, in quotes: only at one place are both sides single words.
    line.rmatch_indices(BETWEEN).take(MOST_IN_NAME + 1).find_map(|(at, between)| {
        let (program, profile) = (&line[..at], &line[at + between.len()..]);
        word(program)?;
        ProfileName::parse(&word(profile)?).ok()
    })
}

/// The word that `quoted` turned into this.
fn unquoted(text: &str, quotes: Quotes) -> Option<String> {
    match quotes {
        Quotes::Single => <[String; 1]>::try_from(words(text)).ok().map(|[word]| word),
        Quotes::Double => {
            let word = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
            (!word.contains('"')).then(|| word.to_owned())
        }
    }
}

/// Splits a command line as a shell does, but only for quotes and backslashes.
#[must_use]
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            // In double quotes, and in Windows paths, most backslashes are literal.
            (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn quoted(word: &str, quotes: Quotes) -> Cow<'_, str> {
    match quotes {
        Quotes::Single => in_config_line_of_unix(word),
        Quotes::Double => in_config_line_of_windows(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_again_and_no_other_line_is() {
        for (program, profile) in [
            ("/usr/bin/vault", "ops"),
            ("/opt/my tools/it's", "my ops"),
            ("/usr/local/bin/aws-mfa", "a@b"),
            ("/usr/bin/vault", "the credential-process of ops"),
            ("/opt/a credential-process b/vault", "a credential-process b"),
        ] {
            let profile = ProfileName::parse(profile).unwrap();
            let line = credential_process_line(Path::new(program), &profile).unwrap();
            assert_eq!(linked_profile(&line), Some(profile), "{line}");
        }
        for other in [
            "aws-vault export --format=json ops",
            "/usr/bin/vault export ops",
            "/usr/bin/vault credential-process --region us-east-1 ops",
            "granted credential-process --profile ops",
            "sh -c '/usr/bin/vault credential-process ops'",
            "",
        ] {
            assert_eq!(linked_profile(other), None, "{other}");
        }
    }

    #[test]
    fn a_line_of_windows_is_known_again_too() {
        for (line, profile) in [
            (r"C:\Users\me\vault.exe credential-process ops", Some("ops")),
            ("\"C:\\Program Files\\vault.exe\" credential-process \"my ops\"", Some("my ops")),
            (
                "\"C:\\Program Files\\vault.exe\" credential-process \"the credential-process of ops\"",
                Some("the credential-process of ops"),
            ),
            ("\"C:\\a credential-process b\\vault.exe\" credential-process ops", Some("ops")),
            (r"C:\Program Files\vault.exe credential-process ops", None),
            ("\"C:\\vault.exe\" credential-process \"a\" credential-process \"ops\"", None),
            (r"C:\vault.exe --debug credential-process ops", None),
            (r"C:\vault.exe credential-process -d 1h ops", None),
        ] {
            assert_eq!(linked(line, Quotes::Double).as_ref().map(ProfileName::as_str), profile, "{line}");
        }
    }

    #[test]
    fn a_path_that_cannot_stand_in_a_line_is_refused() {
        let name = ProfileName::parse("ops").unwrap();
        assert!(credential_process_line(Path::new("/a\nb/vault"), &name).is_err());
    }
}
