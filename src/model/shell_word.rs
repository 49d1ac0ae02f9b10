//! Decides how a word is written in a shell, so that it stays one word and means nothing else. Never splits a command line.

use std::borrow::Cow;

use super::ProfileName;

/// Whether the character means nothing to any shell, nor to whatever else splits a line into words.
#[must_use]
pub fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=:,./-@%".contains(c)
}

/// The word as it would be typed in a shell: in quotes only where it needs them.
// Security: commands that are shown get copied, and a name that came with somebody else's config file may hold `;` or `$(…)`.
#[must_use]
pub fn in_shell(word: &str) -> Cow<'_, str> {
    if !word.is_empty() && word.chars().all(is_plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")).into() }
}

impl ProfileName {
    /// The name as it would be typed in a shell.
    #[must_use]
    pub fn in_shell(&self) -> Cow<'_, str> {
        in_shell(self.as_str())
    }
}

#[cfg(test)]
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
            ("é", "'é'"),
            ("", "''"),
        ] {
            assert_eq!(in_shell(word), typed);
        }
    }
}
