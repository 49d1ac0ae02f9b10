//! Remembers that sessions were dropped, so that a call that began before keeps none afterwards. Never says which sessions they were.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::os::dirs::Directories;
use crate::os::files::{self, FileError, Stamp};

/// Files of no content, written anew each time that sessions are dropped: one for all of them, one for those of each base.
pub(super) struct Drops {
    state: PathBuf,
}

/// When sessions were last dropped, as a run saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    all: Option<Stamp>,
    of_base: Option<Stamp>,
}

/// Whose sessions are dropped.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'s> {
    All,
    /// Of these bases, as labels name them.
    Bases(&'s [String]),
}

impl Drops {
    pub(super) fn new(directories: &Directories) -> Self {
        Self { state: directories.state.clone() }
    }

    /// As it is now, for a run whose sessions are of this base.
    pub(super) fn seen(&self, base: &str) -> Seen {
        Seen { all: files::stamp(&self.file(None)), of_base: files::stamp(&self.file(Some(base))) }
    }

    /// Notes that sessions are about to be dropped.
    pub(super) fn note(&self, scope: Scope<'_>) -> Result<(), FileError> {
        // Where there is no folder for it, no run that could make a session has begun.
        if !files::exists(&self.state) {
            return Ok(());
        }
        match scope {
            Scope::All => files::write_private(&self.file(None), b""),
            Scope::Bases(bases) => bases.iter().try_for_each(|base| files::write_private(&self.file(Some(base)), b"")),
        }
    }

    fn file(&self, base: Option<&str>) -> PathBuf {
        self.state.join(base.map_or_else(
            || "sessions-dropped".to_owned(),
            |base| format!("sessions-dropped-{}", hex::encode(&Sha256::digest(base.as_bytes())[..8])),
        ))
    }
}
