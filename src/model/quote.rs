//! Quotes a word for each reader, so that it stays one word and means nothing else. Never splits a command line.
//!
//! | for | function | reader |
//! |---|---|---|
//! | a command that a person may paste | [`in_shell`], [`path_in_shell`] | bash, zsh, fish, any `sh`; PowerShell on Windows |
//! | a line of a config file | [`in_config_line`] | `sh -c`, Python's `shlex`; the C runtime and `cmd.exe` on Windows |
//! | a script, or text that a shell evaluates | [`in_sh`], [`in_fish`], [`in_powershell`], [`in_nushell`], [`in_elvish`] | that shell |
//! | a line of bash that is being typed | [`with_backslashes`] | bash |
//! | a key of TOML | [`in_toml`] | TOML 1.0 |

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::{self, Display, Write as _};
use std::path::Path;

use super::ProfileName;
use super::foreign_text::acts;

/// Whether the character has no meaning in any shell or other program that splits a line into words.
#[must_use]
pub fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=:,./-@%".contains(c)
}

// zsh expands `=ls` to the path of `ls`.
fn is_plain_word(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain)
}

/// The word as a person types it: quoted only if needed.
// Security: people copy the commands in hints, and a name from somebody else's config file may contain `;` or `$(…)`.
#[must_use]
pub fn in_shell(word: &str) -> Cow<'_, str> {
    if cfg!(windows) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_+=:./-\\".contains(c);
        return if !word.is_empty() && word.chars().all(plain) { word.into() } else { in_powershell(word).to_string().into() };
    }
    if word.chars().any(acts) { visible(word.as_bytes()).into() } else { in_config_line_of_unix(word) }
}

/// The argument of a command as a person types it, even if it is not Unicode text.
#[must_use]
pub fn argument_in_shell(argument: &OsStr) -> Cow<'_, str> {
    match argument.to_str() {
        Some(text) => in_shell(text),
        #[cfg(unix)]
        None => visible(std::os::unix::ffi::OsStrExt::as_bytes(argument)).into(),
        #[cfg(not(unix))]
        None => in_shell(&argument.to_string_lossy()).into_owned().into(),
    }
}

/// A path as a person types it as an argument: a leading dash does not make it an option.
#[must_use]
pub fn path_in_shell(path: &Path) -> Cow<'_, str> {
    match path.as_os_str().as_encoded_bytes() {
        [b'-', ..] => argument_in_shell(Path::new(".").join(path).as_os_str()).into_owned().into(),
        _ => argument_in_shell(path.as_os_str()),
    }
}

/// In `$'…'`, with control characters as octal numbers, so that a copy equals what was shown. GNU `ls` does the same.
// Security: a shell without `$'…'` reads the quotes as ordinary ones, so no quote may be inside, not even an escaped one. fish refuses the line.
fn visible(bytes: &[u8]) -> String {
    let mut out = String::from("$'");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if acts(c) || matches!(c, '\'' | '\\' | '!') {
                octal(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                out.push(c);
            }
        }
        octal(&mut out, chunk.invalid());
    }
    out.push('\'');
    out
}

fn octal(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\{byte:03o}");
    }
}

/// The word for a line that other programs read from a config file and run: quoted only if needed.
#[must_use]
pub fn in_config_line(word: &str) -> Cow<'_, str> {
    if cfg!(windows) { in_config_line_of_windows(word) } else { in_config_line_of_unix(word) }
}

/// [`in_config_line`] on Unix.
#[must_use]
pub fn in_config_line_of_unix(word: &str) -> Cow<'_, str> {
    if is_plain_word(word) { word.into() } else { in_sh(word).to_string().into() }
}

/// [`in_config_line`] on Windows. Neither a path nor a profile's name can contain a double quote there, and nothing can escape
/// a `%`.
#[must_use]
pub fn in_config_line_of_windows(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c == '\\' || (is_plain(c) && c != '%');
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("\"{word}\"").into() }
}

/// The word quoted for `sh`, bash and zsh, in a form that fish reads in the same way.
// Security: it makes no copy of the word, which may be a secret.
#[must_use]
pub fn in_sh(word: &str) -> impl Display + '_ {
    Quoted {
        word,
        // In fish, a backslash in quotes escapes a backslash or a quote, so it goes outside of the quotes there.
        special: |c, next| match c {
            '\'' => Some(r"'\''"),
            '\\' if matches!(next, None | Some('\'' | '\\')) => Some(r"'\\'"),
            _ => None,
        },
        quote: '\'',
    }
}

/// The word quoted for fish.
#[must_use]
pub fn in_fish(word: &str) -> impl Display + '_ {
    Quoted {
        word,
        special: |c, _| match c {
            '\'' => Some(r"\'"),
            '\\' => Some(r"\\"),
            _ => None,
        },
        quote: '\'',
    }
}

/// The word quoted for PowerShell, which treats curved quotes as quotes.
/// <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_quoting_rules>
#[must_use]
pub fn in_powershell(word: &str) -> impl Display + '_ {
    Quoted {
        word,
        special: |c, _| match c {
            '\'' => Some("''"),
            '\u{2018}' => Some("\u{2018}\u{2018}"),
            '\u{2019}' => Some("\u{2019}\u{2019}"),
            '\u{201a}' => Some("\u{201a}\u{201a}"),
            '\u{201b}' => Some("\u{201b}\u{201b}"),
            _ => None,
        },
        quote: '\'',
    }
}

/// The word quoted for Elvish. <https://elv.sh/ref/language.html#string>
#[must_use]
pub fn in_elvish(word: &str) -> impl Display + '_ {
    Quoted { word, special: |c, _| (c == '\'').then_some("''"), quote: '\'' }
}

/// The word in the double quotes that Nushell, NUON and JSON have in common. It must not contain control characters.
#[must_use]
pub fn in_nushell(word: &str) -> impl Display + '_ {
    Quoted {
        word,
        special: |c, _| match c {
            '"' => Some("\\\""),
            '\\' => Some(r"\\"),
            _ => None,
        },
        quote: '"',
    }
}

/// The word for a bash line that is being typed: with a backslash before every character that bash would interpret.
#[must_use]
pub fn with_backslashes(word: &str) -> Cow<'_, str> {
    if word.chars().all(is_plain) {
        return word.into();
    }
    word.chars().flat_map(|c| (!is_plain(c) && !c.is_alphanumeric()).then_some('\\').into_iter().chain([c])).collect::<String>().into()
}

/// A TOML key, quoted if needed. <https://toml.io/en/v1.0.0#keys>
#[must_use]
pub fn in_toml(key: &str) -> Cow<'_, str> {
    if !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return key.into();
    }
    let mut out = String::from("\"");
    for c in key.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            c if acts(c) => write!(out, "\\U{:08X}", u32::from(c)),
            c => out.write_char(c),
        };
    }
    out.push('"');
    out.into()
}

/// A word in quotes, with a replacement for each character that has a meaning there.
struct Quoted<'a> {
    word: &'a str,
    /// The replacement for a character, given the next one.
    special: fn(char, Option<char>) -> Option<&'static str>,
    quote: char,
}

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(self.quote)?;
        let mut chars = self.word.chars().peekable();
        while let Some(c) = chars.next() {
            match (self.special)(c, chars.peek().copied()) {
                Some(instead) => f.write_str(instead)?,
                None => f.write_char(c)?,
            }
        }
        f.write_char(self.quote)
    }
}

impl ProfileName {
    /// The name as it would be typed in a shell.
    #[must_use]
    pub fn in_shell(&self) -> Cow<'_, str> {
        in_shell(self.as_str())
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_shell_would_not_leave_alone_is_quoted() {
        for (word, typed) in [
            ("read-only", "read-only"),
            ("dev/eu@1,2", "dev/eu@1,2"),
            ("my ops", "'my ops'"),
            ("a;reboot", "'a;reboot'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's", r"'it'\''s'"),
            ("~root", "'~root'"),
            ("=ls", "'=ls'"),
            ("a=b", "a=b"),
            ("é", "'é'"),
            ("", "''"),
            (r"a\b c\", r"'a\b c'\\''"),
            ("a\u{1b}]b'c", r"$'a\033]b\047c'"),
            ("a\u{202e}é!", r"$'a\342\200\256é\041'"),
        ] {
            assert_eq!(in_shell(word), typed);
        }
        assert_eq!(path_in_shell(Path::new("-rf /")), "'./-rf /'");
    }

    #[test]
    fn each_reader_has_quotes_of_its_own() {
        let word = r#"a'b"c\d\\e’"#;
        for (written, expected) in [
            (in_sh(word).to_string(), r#"'a'\''b"c\d'\\'\e’'"#),
            (in_fish(word).to_string(), r#"'a\'b"c\\d\\\\e’'"#),
            (in_powershell(word).to_string(), r#"'a''b"c\d\\e’’'"#),
            (in_elvish(word).to_string(), r#"'a''b"c\d\\e’'"#),
            (in_nushell(word).to_string(), r#""a'b\"c\\d\\\\e’""#),
            (in_toml(word).into_owned(), r#""a'b\"c\\d\\\\e’""#),
            (with_backslashes("a b'é").into_owned(), r"a\ b\'é"),
        ] {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn words_of_a_config_line_are_quoted_for_every_reader() {
        for (word, unix, windows) in [
            ("/usr/bin/vault", "/usr/bin/vault", "/usr/bin/vault"),
            ("my ops", "'my ops'", "\"my ops\""),
            ("it's $HOME`x`", r"'it'\''s $HOME`x`'", "\"it's $HOME`x`\""),
            (r"C:\Programs\vault.exe", r"'C:\Programs\vault.exe'", r"C:\Programs\vault.exe"),
            ("a&b;c#d", "'a&b;c#d'", "\"a&b;c#d\""),
            ("é", "'é'", "\"é\""),
        ] {
            assert_eq!((&*in_config_line_of_unix(word), &*in_config_line_of_windows(word)), (unix, windows));
        }
    }
}
