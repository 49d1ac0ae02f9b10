//! The person's browser. Never decides what is opened.

use secrecy::SecretString;

/// What opens a page for the person.
pub trait Browser {
    /// Opens the page. A sign-in URL signs in anyone who has it, so it is a secret.
    ///
    /// # Errors
    /// See [`BrowserError`].
    fn open(&self, url: &SecretString) -> Result<(), BrowserError>;
}

/// Why no page was opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowserError {
    /// There is no screen, or nothing that opens pages on it.
    #[error("there is no browser here")]
    None,
    #[error("`{command}` {reason}")]
    Failed { command: String, reason: String },
}
