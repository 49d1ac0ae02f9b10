//! Decides which text may be a region's name. Never asks whether AWS has such a region.

use std::fmt;

use super::Malformed;

/// The name of an AWS region: lower-case letters, digits and dashes, at most 63 characters, since it becomes part of a host name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

impl Region {
    /// # Errors
    /// When the text cannot be part of an endpoint's host name.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let shaped = !text.is_empty()
            && text.len() <= 63
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && !text.ends_with('-');
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::because(format!("`{}` is not a region name such as `us-east-1`", text.escape_debug())))
        }
    }

    pub(super) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
