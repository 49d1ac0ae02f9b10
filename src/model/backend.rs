//! Names the keystores. Never opens one.

use std::fmt;

use super::Malformed;

/// Which keystore holds long-term keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Backend {
    /// macOS Keychain, Windows Credential Manager, or Linux Secret Service.
    Keychain,
    /// One age-encrypted file per item.
    File,
    /// The user's password-store.
    Pass,
}

impl Backend {
    pub const ALL: [Self; 3] = [Self::Keychain, Self::File, Self::Pass];

    /// # Errors
    /// When the text names no keystore; the error lists them all.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::ALL
            .into_iter()
            .find(|backend| backend.as_str() == text)
            .ok_or_else(|| Malformed::because(format!("`{}` is not a keystore: `keychain`, `file`, `pass` or `auto`", text.escape_debug())))
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::File => "file",
            Self::Pass => "pass",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
