//! An error in a file: a cause, a place and a cure. Never quotes the text of a setting, which may be a secret.

use crate::model::Origin;

/// Something in a user's file that cannot be read as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// A lower-case clause with names in backticks.
    pub message: String,
    pub origin: Option<Origin>,
    /// What to do about it, in the imperative.
    pub hint: Option<String>,
}

impl ConfigError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), origin: None, hint: None }
    }

    pub(super) fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
