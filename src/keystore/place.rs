//! The place of an item's file, where something else may be. Never changes what is there.

use std::path::Path;

use crate::model::Backend;
use crate::os::files;
use crate::ports::KeyStoreError;

/// Refuses a place where something other than a file is.
pub(super) fn check_place(backend: Backend, path: &Path) -> Result<(), KeyStoreError> {
    match files::instead_of_a_file(path) {
        Some(what) => Err(KeyStoreError::Obstructed { backend, what, path: path.to_owned() }),
        None => Ok(()),
    }
}
