//! Decides which names a profile may have. Never looks a name up.

use std::fmt;

use super::Malformed;
use super::foreign_text::acts;

/// The name of a profile, as it appears between `[profile ` and `]`.
///
/// Any text of 1 to 128 characters without control characters, brackets, or white space at either end: what the AWS CLI
/// accepts in a section header, but no invisible character, such as those that change the writing direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileName(String);

impl ProfileName {
    /// The longest name accepted, in characters: it also becomes a file name in some keystores.
    pub const MAX_CHARS: usize = 128;

    /// # Errors
    /// When the text is empty, too long, or not allowed in a section header.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::because("a profile name cannot be empty"));
        }
        if text.trim() != text {
            return Err(Malformed::because("a profile name cannot start or end with white space"));
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(Malformed::because(format!("a profile name has at most {} characters", Self::MAX_CHARS)));
        }
        if text.chars().any(|c| c.is_control() || matches!(c, '[' | ']' | '"' | '\'' | '\\')) {
            return Err(Malformed::because("a profile name cannot hold brackets, quotes, backslashes or control characters"));
        }
        // Security: they do not show, so the name would look like another one.
        if let Some(c) = text.chars().find(|c| acts(*c)) {
            return Err(Malformed::because(format!("a profile name cannot contain an invisible character (U+{:04X})", u32::from(c))));
        }
        if text.starts_with('-') {
            return Err(Malformed::because("a profile name cannot start with a dash"));
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_as_it_is() {
        // Those that change the writing direction, join or separate letters, mark the byte order, and other invisible ones.
        for c in ['\u{202e}', '\u{2066}', '\u{200e}', '\u{200b}', '\u{200d}', '\u{2028}', '\u{feff}', '\u{2063}'] {
            let fault = ProfileName::parse(&format!("pro{c}d")).unwrap_err().to_string();
            assert!(fault.contains(&format!("U+{:04X}", u32::from(c))), "{fault}");
        }
        for name in ["prod", "prod-eu", "a b", "größe", "本番", "a/b.c@d+e"] {
            assert_eq!(crate::model::fit(ProfileName::parse(name).unwrap().as_str()), name);
        }
    }
}
