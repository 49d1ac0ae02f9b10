//! The failure of a keychain that is not there or does not answer. Never says so of one that is locked.

use crate::model::Backend;
use crate::ports::KeyStoreError;

pub(super) fn unavailable(reason: impl Into<String>) -> KeyStoreError {
    KeyStoreError::Unavailable { backend: Backend::Keychain, reason: reason.into() }
}
