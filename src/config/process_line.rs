//! Writes the `credential_process` line that asks this program for a profile, so that every reader splits it into the same words. Never
//! decides where it goes.
//!
//! On Unix botocore splits the line with Python's `shlex` and runs it without a shell, and the SDKs hand it to `sh -c`: both take single
//! quotes for the end of all meaning. On Windows botocore splits it by the rules of the C runtime, and the SDKs hand it to `cmd.exe /C`:
//! both take double quotes.

use std::path::Path;

use super::ConfigError;
use crate::model::ProfileName;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Single,
    Double,
}

/// The value of `credential_process` that runs `program`, by its absolute path, for the profile.
///
/// # Errors
/// When the path is not text that can stand in the file.
pub fn credential_process_line(program: &Path, profile: &ProfileName) -> Result<String, ConfigError> {
    let quotes = if cfg!(windows) { Quotes::Double } else { Quotes::Single };
    let refused = |why| {
        ConfigError::new(format!("the path of this program, `{}`, {why}", program.display().to_string().escape_debug()))
            .hint("install it under a plain path, such as `/usr/local/bin/vault`")
    };
    let path = program.to_str().ok_or_else(|| refused("is not UTF-8 text"))?;
    if path.chars().any(char::is_control) {
        return Err(refused("holds a control character"));
    }
    Ok([path, "credential-process", profile.as_str()].map(|word| quoted(word, quotes)).join(" "))
}

/// The word as it is, where it means nothing to any reader; else in quotes.
fn quoted(word: &str, quotes: Quotes) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=:,./-@".contains(c) || (c == '\\' && quotes == Quotes::Double);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    match quotes {
        Quotes::Single => format!("'{}'", word.replace('\'', r"'\''")),
        // Neither a path nor a profile's name can hold a double quote there.
        Quotes::Double => format!("\"{word}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_every_reader() {
        for (word, single, double) in [
            ("/usr/bin/vault", "/usr/bin/vault", "/usr/bin/vault"),
            ("my ops", "'my ops'", "\"my ops\""),
            ("it's $HOME`x`", r"'it'\''s $HOME`x`'", "\"it's $HOME`x`\""),
            (r"C:\Programs\vault.exe", r"'C:\Programs\vault.exe'", r"C:\Programs\vault.exe"),
            ("a&b;c#d", "'a&b;c#d'", "\"a&b;c#d\""),
            ("é", "'é'", "\"é\""),
        ] {
            assert_eq!((&*quoted(word, Quotes::Single), &*quoted(word, Quotes::Double)), (single, double));
        }
    }

    #[test]
    fn a_path_that_cannot_stand_in_a_line_is_refused() {
        let name = ProfileName::parse("ops").unwrap();
        assert!(credential_process_line(Path::new("/a\nb/vault"), &name).is_err());
    }
}
