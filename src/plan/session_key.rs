//! The name of a cached session. Never decides what is hashed into it.

use std::fmt;

/// The name under which a session is cached: SHA-256 over the canonical form of the whole request that makes it, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(String);

impl SessionKey {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses a key from a file name; `None` if the text is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))).then(|| Self(text.to_owned()))
    }

    /// The key for this digest.
    pub(super) fn of_digest(digest: &[u8]) -> Self {
        Self(hex::encode(digest))
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
