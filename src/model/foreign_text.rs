//! Decides how much to show of text from elsewhere: AWS, a helper program, a config file. Never lets it move the cursor, begin a
//! line, or repeat a request.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::path::Path;

/// The most characters to show: more than AWS's longest readable refusals.
const MOST: usize = 600;

/// After these words, AWS repeats the request that it refuses, including the session token. Compared ignoring case.
const QUOTES: [&str; 7] = [
    "the canonical string",
    "the string-to-sign",
    "aws4-hmac-sha",
    "x-amz-security-token",
    "authorization=",
    "authorization:",
    "canonicalrequest",
];

/// Foreign text, on one line and within the length of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignText(Box<str>);

impl ForeignText {
    /// The text up to where it begins to repeat a request, or up to its first blank line: nothing after that is for people.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        // Changing only ASCII letters keeps the offsets in both texts the same.
        let lower = text.to_ascii_lowercase();
        let quoted = QUOTES.iter().filter_map(|words| lower.find(words)).min().unwrap_or(text.len());
        let blank = ["\n\n", "\n\r\n"].iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
        Self(capped(&collapsed(&fit(&text[..quoted.min(blank)])), MOST).into())
    }

    /// The same without the secrets that were sent: it ends before the first word that contains one, or part of one.
    // Security: an endpoint may repeat what it received, in unexpected words.
    #[must_use]
    pub fn without<'s>(self, secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let cut = secrets.into_iter().filter_map(|secret| place_of(&self.0, secret)).min();
        match cut {
            Some(at) => Self(self.0[..at].trim_end().into()),
            None => self,
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where the word that contains the secret begins. Percent-encoding changes all but letters and digits, so this searches for the longest run of
/// those.
fn place_of(text: &str, secret: &str) -> Option<usize> {
    let row = secret.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|row| row.len())?;
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let found = match row.len() {
        0..6 => return None,
        // A code could also be part of an account number: it counts only as a whole word.
        6..12 => text
            .match_indices(row)
            .map(|(at, _)| at)
            .find(|at| !text[..*at].ends_with(is_part) && !text[at + row.len()..].starts_with(is_part))?,
        // A truncated text may contain only its beginning.
        _ => text.find(&row[..12])?,
    };
    Some(text[..found].rfind(char::is_whitespace).map_or(0, |space| space + 1))
}

/// The text without terminal control sequences, on one line, and without the commands that systems which run builds look for anywhere in a
/// line of their log. Those that they look for at its start are a matter of [`at_line_start`].
// Security: on GitHub's and Azure's runners, such a line sets variables or hides text in the log, no matter which program wrote it.
#[must_use]
pub fn fit(text: &str) -> Cow<'_, str> {
    match on_one_line(text) {
        Cow::Borrowed(text) => without_commands(text),
        Cow::Owned(text) => Cow::Owned(without_commands(&text).into_owned()),
    }
}

/// The line, unless it begins as a command for a system that runs builds: then the command is no longer one.
#[must_use]
pub fn at_line_start(line: &str) -> Cow<'_, str> {
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with("::") { format!("{} {}", &line[..=start], &line[start + 1..]).into() } else { line.into() }
}

/// `##[command]`, `##vso[…]` and `##teamcity[…]` with a blank after the first character.
fn without_commands(text: &str) -> Cow<'_, str> {
    if !text.contains("##") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        out.push(c);
        if is_command(&text[at..]) {
            out.push(' ');
        }
    }
    out.into()
}

fn is_command(text: &str) -> bool {
    text.strip_prefix("##").is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('['))
}

/// Whether it is of printable ASCII alone, as most text is: that takes no time to see.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn on_one_line(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\x1b' => skip_sequence(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push(' '),
            c if acts(c) => {}
            c => kept.push(c),
        }
    }
    Cow::Owned(kept)
}

/// A JSON document in which every character that acts on a terminal, or begins a command in the log of a build, is written as its number, which
/// means the same. Line feeds stay: in JSON, they occur only between values.
#[must_use]
pub fn in_json(document: &str) -> Cow<'_, str> {
    let is_numbered = |c: char| acts(c) && c != '\n';
    if (is_plain(document) || !document.chars().any(is_numbered)) && !document.contains("##") {
        return document.into();
    }
    let mut out = String::with_capacity(document.len());
    for (at, c) in document.char_indices() {
        if is_numbered(c) || is_command(&document[at..]) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// The path within a sentence. Control characters appear as numbers: [`fit`] would remove more of the sentence.
#[must_use]
pub fn shown(path: &Path) -> String {
    let numbered = |c: char| if acts(c) { c.escape_unicode().to_string() } else { c.to_string() };
    path.to_string_lossy().chars().map(numbered).collect()
}

/// Control characters, and those that change the writing direction or are invisible.
pub(super) fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Skips what follows an escape character (ECMA-48, section 5).
fn skip_sequence(rest: &mut std::str::Chars<'_>) {
    match rest.clone().next() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some('P' | 'X' | ']' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(' '..='/') => {
            rest.by_ref().find(|c| !matches!(c, ' '..='/'));
        }
        Some('0'..='~') => {
            rest.next();
        }
        // A character that is not part of a sequence is checked by itself.
        _ => {}
    }
}

fn skip_control_sequence(rest: &mut std::str::Chars<'_>) {
    while let Some(' '..='?') = rest.clone().next() {
        rest.next();
    }
    if let Some('@'..='~') = rest.clone().next() {
        rest.next();
    }
}

/// Skips a string that ends with BEL or ST; without an end, it takes the rest.
fn skip_string(rest: &mut std::str::Chars<'_>) {
    while let Some(c) = rest.next() {
        match c {
            '\x07' | '\u{9c}' => return,
            '\x1b' if rest.clone().next() == Some('\\') => {
                rest.next();
                return;
            }
            _ => {}
        }
    }
}

/// Each white space as one blank.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first `most` characters.
#[must_use]
pub fn capped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Deref for ForeignText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ForeignText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_command_for_a_system_that_runs_builds() {
        for (text, shown) in [
            ("x ##vso[task.setvariable variable=a]b", "x # #vso[task.setvariable variable=a]b"),
            ("##[add-mask]a", "# #[add-mask]a"),
            ("a##[group]b ##teamcity[x]", "a# #[group]b # #teamcity[x]"),
            ("###[x]", "## #[x]"),
            ("\x1b[1m##\x1b[0mvso[x]", "# #vso[x]"),
            ("## a heading, #[attribute], a##b", "## a heading, #[attribute], a##b"),
        ] {
            assert_eq!(fit(text), shown, "{text:?}");
            assert_eq!(fit(&fit(text)), shown, "{text:?}");
            assert_eq!(ForeignText::of(text).as_str(), shown, "{text:?}");
            let document = serde_json::to_string(text).unwrap();
            let written = in_json(&document);
            assert!(!["##vso[", "##[", "##teamcity["].iter().any(|command| written.contains(command)), "{written}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
        for (line, shown) in [
            ("::set-env name=a::b", ": :set-env name=a::b"),
            ("  ::add-mask::x", "  : :add-mask::x"),
            ("::", ": :"),
            ("a ::b", "a ::b"),
            (":a", ":a"),
            ("", ""),
        ] {
            assert_eq!(at_line_start(line), shown, "{line:?}");
        }
    }

    #[test]
    fn nothing_in_it_acts_on_a_terminal() {
        for (text, shown) in [
            ("plain, as it is: ü 語", "plain, as it is: ü 語"),
            ("two\nlines\r\nhint: run `rm`", "two lines hint: run `rm`"),
            ("\x1b[2J\x1b[1;31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07a\x1b]8;;https://x\x1b\\b", "ab"),
            ("\u{9b}31mred\u{9d}title\u{9c}!", "red!"),
            ("over\rwritten\x08\x7f\0", "over written"),
            ("\x1b(Bcharset \x1bcreset \x1b", "charset reset"),
            ("\x1bPdevice control that never ends", ""),
            ("\x1b[", ""),
            ("\x1b\x1b[31mtwice", "twice"),
            ("a\u{202e}txt.exe\u{2066}\u{200b}\u{feff}", "atxt.exe"),
            ("a\u{2028}b\u{85}c\tend", "a b c end"),
        ] {
            assert_eq!(ForeignText::of(text).as_str(), shown, "{text:?}");
        }
    }

    #[test]
    fn a_json_document_means_the_same_and_acts_on_no_terminal() {
        let hostile = "a\u{9b}2J\u{202e}b\u{7f}\u{1b}[2J\n\u{2028}\u{e9}\u{feff}";
        let value = serde_json::json!({hostile: [hostile, 1, null], "plain": "x"});
        for written in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            let shown = in_json(&written);
            assert!(shown.lines().all(|line| !line.chars().any(acts)), "{shown:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
            assert_eq!(shown.lines().count(), written.matches('\n').count() + 1);
        }
        assert!(matches!(in_json("{\n  \"é\": 1\n}"), Cow::Borrowed(_)));
    }

    #[test]
    fn it_ends_where_a_request_is_repeated() {
        for (text, shown) in [
            (
                "The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\n/\n'",
                "The signature does not match.",
            ),
            ("Wrong. The canonical string for this request should have been 'POST", "Wrong."),
            ("Wrong. The String-to-Sign should have been 'AWS4-HMAC-SHA256", "Wrong."),
            (
                "Missing equal-sign in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIA",
                "Missing equal-sign in Authorization header: '",
            ),
            ("Header requires 'Credential'. Authorization=AWS4-HMAC-SHA256 x", "Header requires 'Credential'."),
            ("got: Host: x X-Amz-Security-Token: abc", "got: Host: x"),
            ("above\r\n\r\nbelow", "above"),
        ] {
            assert_eq!(ForeignText::of(text).as_str(), shown, "{text:?}");
        }
    }

    #[test]
    fn it_ends_before_what_was_sent_in_secret() {
        let secrets = ["IQoJb3JpZ2luX2VjEDoaCX+/VzLWVh", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "123456"];
        for (text, shown) in [
            ("invalid token IQoJb3JpZ2luX2VjEDoaCX+/VzLWVh in it", "invalid token"),
            ("got token=IQoJb3JpZ2luX2VjEDoaCX%2B%2FVzLWVh", "got"),
            ("got IQoJb3JpZ2luX2", "got"),
            ("key wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY", "key"),
            ("code '123456' is bad", "code"),
            ("account 123456789012 and role x", "account 123456789012 and role x"),
        ] {
            assert_eq!(ForeignText::of(text).without(secrets).as_str(), shown, "{text:?}");
        }
        assert_eq!(ForeignText::of("nothing was sent").without([""]).as_str(), "nothing was sent");
    }

    #[test]
    fn it_has_a_longest() {
        let shown = ForeignText::of(&"語".repeat(1 << 20));
        assert_eq!(shown.chars().count(), MOST + 1);
        assert!(shown.ends_with('…'));
    }
}
