//! The failure of a file or a folder of the keystore, with a cure if one is known. Never hides the system's message.

use crate::model::Backend;
use crate::os::files::FileError;
use crate::ports::KeyStoreError;

pub(super) fn unavailable(error: &FileError) -> KeyStoreError {
    match &error.cure {
        Some(cure) => KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() },
        None => KeyStoreError::Unavailable { backend: Backend::File, reason: error.to_string() },
    }
}
