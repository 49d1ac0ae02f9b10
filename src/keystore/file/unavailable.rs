//! The failure of a file or a folder of the keystore, with the cure where one is known. Never hides what the system said.

use crate::model::Backend;
use crate::os::files::FileError;
use crate::ports::KeyStoreError;

pub(super) fn unavailable(error: &FileError) -> KeyStoreError {
    match &error.cure {
        Some(cure) => KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() },
        None => KeyStoreError::Unavailable { backend: Backend::File, reason: error.to_string() },
    }
}
