//! Remembers that sessions were dropped, so that a call that began before does not cache its own. Never says which sessions they were.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::os::dirs::Directories;
use crate::os::files::{self, Stamp};

/// Empty files, rewritten each time that sessions are dropped: one for all sessions, and one for each base.
pub(super) struct Drops {
    state: PathBuf,
}

/// When sessions were last dropped, at one moment of a run.
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

    /// The state now, for a run whose sessions start from this base.
    pub(super) fn seen(&self, base: &str) -> Seen {
        Seen { all: files::stamp(&self.file(None)), of_base: files::stamp(&self.file(Some(base))) }
    }

    /// Notes that sessions are about to be dropped. If that cannot be written, a session that is being made now may be cached.
    pub(super) fn note(&self, scope: Scope<'_>) {
        // Without this folder, no run that could make a session has begun.
        if !files::exists(&self.state) {
            return;
        }
        let noted = match scope {
            Scope::All => files::write_private(&self.file(None), b""),
            Scope::Bases(bases) => bases.iter().try_for_each(|base| files::write_private(&self.file(Some(base)), b"")),
        };
        if let Err(error) = noted {
            tracing::info!("other runs do not see that sessions are dropped: {error}");
        }
    }

    fn file(&self, base: Option<&str>) -> PathBuf {
        self.state.join(base.map_or_else(
            || "sessions-dropped".to_owned(),
            |base| format!("sessions-dropped-{}", hex::encode(&Sha256::digest(base.as_bytes())[..8])),
        ))
    }
}
