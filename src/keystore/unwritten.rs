//! The warning about an index of stored keys that cannot be written. Never decides whether that matters.

use super::warned;
use crate::os::files::FileError;
use crate::ports::KeyStoreError;

/// Warns that the index is incomplete.
pub(super) fn warn_unwritten(error: &FileError) {
    warned::once("index", || tracing::warn!("the index of stored keys could not be written: {error}"));
}

pub(super) fn unwritable(error: FileError) -> KeyStoreError {
    if let Some(cure) = &error.cure {
        return KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() };
    }
    KeyStoreError::IndexNotWritten { reason: error.to_string(), path: error.path }
}
