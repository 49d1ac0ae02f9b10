//! The lock files of one user. Never waits for a lock, and never fails a run if there can be none.

use std::cell::Cell;
use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::os::dirs::Directories;
use crate::os::files::{self, FileError};

/// The locks of one user, in the state folder.
pub struct FileLocks {
    pub(super) folder: PathBuf,
    /// Whether the user was told that there are none.
    said: Cell<bool>,
}

impl FileLocks {
    #[must_use]
    pub fn new(directories: &Directories) -> Self {
        Self { folder: directories.locks(), said: Cell::new(false) }
    }

    /// Without locks, programs that start together each ask for a code: that is worth a warning if the user can fix it.
    fn say_once(&self, error: &FileError) {
        let is_curable = error.cure.is_some() || error.kind == ErrorKind::InvalidData;
        if !is_curable || self.said.replace(true) {
            tracing::info!(%error, "there is no place for lock files: processes do not wait for each other");
            return;
        }
        let cure = error.cure.as_ref().map_or_else(String::new, |cure| format!("; {cure}"));
        tracing::warn!("programs that start together will each ask for a code: {error}{cure}");
    }

    pub(super) fn open(&self, name: &str) -> Option<File> {
        files::open_lock_file(&self.folder.join(name)).inspect_err(|error| self.say_once(error)).ok()
    }
}

/// The parts as part of a file name.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    hex::encode(&digest.finalize()[..16])
}
