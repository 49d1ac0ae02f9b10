//! The failure of a keychain that is missing or does not answer. Never used for a locked one.

use crate::model::Backend;
use crate::ports::KeyStoreError;

pub(super) fn unavailable(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::Unavailable { backend: Backend::Keychain, reason: reason.into() }
}
