//! Decides what may be the name of a profile. Never looks a name up.

use std::fmt;

use super::Malformed;

/// The name of a profile, as it stands between `[profile ` and `]`.
///
/// Any text of 1 to 128 characters without control characters, brackets, or white space at either end: what the AWS CLI
/// accepts in a section header.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileName(String);

impl ProfileName {
    /// The longest name accepted, in characters: it also becomes a file name in some keystores.
    pub const MAX_CHARS: usize = 128;

    /// # Errors
    /// When the text is empty, too long, or could not stand in a section header.
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
