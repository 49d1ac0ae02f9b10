//! The failure of a file or a folder of the keystore, with a cure if one is known. Never hides the system's message.

use std::path::Path;

use crate::keystore::place::check_place;
use crate::model::Backend;
use crate::os::files::FileError;
use crate::ports::KeyStoreError;

pub(super) fn unavailable(error: &FileError) -> KeyStoreError {
    match &error.cure {
        Some(cure) => KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() },
        None => KeyStoreError::Unavailable { backend: Backend::File, reason: error.to_string() },
    }
}

/// The same for a failure with the file at `path`, where something else may be.
pub(super) fn unusable(path: &Path, error: &FileError) -> KeyStoreError {
    match check_place(Backend::File, path) {
        Err(obstructed) if error.cure.is_none() => obstructed,
        _ => unavailable(error),
    }
}
