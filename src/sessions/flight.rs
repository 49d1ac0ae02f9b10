//! One lock file per MFA device and per group of sessions, with the device's ledger inside its lock file. Never waits for a lock that the
//! file system does not have.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::model::{MfaSerial, TokenCode};
use crate::os::clock;
use crate::os::dirs::Directories;
use crate::os::files;
use crate::plan::{Base, SessionKey};
use crate::ports::{DeviceGuard, Sent, SessionGuard, SingleFlight};

use super::ledger::Ledger;

/// The locks of one user, in the state folder.
pub struct FileLocks {
    folder: PathBuf,
}

impl FileLocks {
    #[must_use]
    pub fn new(directories: &Directories) -> Self {
        Self { folder: directories.state.join("locks") }
    }

    fn open(&self, name: &str) -> Option<File> {
        files::open_lock_file(&self.folder.join(name))
            .inspect_err(|error| tracing::debug!(%error, "there is no place for lock files: processes do not wait for each other"))
            .ok()
    }
}

impl SingleFlight for FileLocks {
    fn device(&self, serial: &MfaSerial, waiting: &dyn Fn()) -> Box<dyn DeviceGuard> {
        let file = self.open(&format!("device-{}", hash(&[serial.as_str()]))).inspect(|file| acquire(file, waiting));
        let mut text = Vec::new();
        if let Some(mut file) = file.as_ref() {
            // A ledger that cannot be read is an empty one.
            let _ = file.read_to_end(&mut text);
        }
        Box::new(Device { serial: serial.clone(), file, ledger: Ledger::read(&text) })
    }

    fn session(&self, key: &SessionKey) -> Box<dyn SessionGuard> {
        // A fixed number of files, so that they do not pile up: two sessions that share one only wait for each other.
        let file = self.open(&format!("session-{}", &key.as_str()[..2])).inspect(|file| acquire(file, &|| ()));
        Box::new(Session { _file: file })
    }

    fn source(&self, base: &Base) -> Box<dyn SessionGuard> {
        let (kind, text) = match base {
            Base::StoredKey { name, .. } => ("key", name.as_str()),
            Base::CredentialProcess { command, .. } | Base::WebIdentityProcess { command, .. } => ("process", command.as_str()),
            Base::WebIdentityFile { path, .. } => ("file", path.as_str()),
            Base::AwsCli { profile, .. } => ("aws-cli", profile.as_str()),
        };
        // One file per source, never one for several: a source that is this program again may wait for the lock of its own source.
        let file = self.open(&format!("source-{}", hash(&[kind, text]))).inspect(|file| acquire(file, &|| ()));
        Box::new(Session { _file: file })
    }
}

/// The parts as a part of a file's name.
fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().iter().take(16).fold(String::with_capacity(32), |mut name, byte| {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn acquire(file: &File, waiting: &dyn Fn()) {
    match file.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            waiting();
            if let Err(error) = file.lock() {
                tracing::debug!(%error, "the lock cannot be waited for");
            }
        }
        Err(std::fs::TryLockError::Error(error)) => tracing::debug!(%error, "this file system has no locks"),
    }
}

struct Session {
    _file: Option<File>,
}

impl SessionGuard for Session {}

struct Device {
    serial: MfaSerial,
    file: Option<File>,
    ledger: Ledger,
}

impl DeviceGuard for Device {
    fn last_spent_step(&self) -> Option<u64> {
        self.ledger.last_spent_step()
    }

    fn sent_before(&self, code: &TokenCode) -> Option<Sent> {
        let step = u64::try_from(clock::now().as_unix() / 30).unwrap_or(0);
        self.ledger.sent_before(&self.serial, code, step)
    }

    fn record(&mut self, code: &TokenCode, step: u64, what: Sent) {
        self.ledger.record(&self.serial, code, step, what);
        let Some(mut file) = self.file.as_ref() else { return };
        // Written in place: the lock is on this very file, and a torn ledger is read as an empty one.
        let text = self.ledger.write();
        let written = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(&text))
            .and_then(|()| file.set_len(u64::try_from(text.len()).unwrap_or(0)));
        if let Err(error) = written {
            tracing::debug!(%error, "the code ledger could not be written");
        }
    }
}
