//! Locks between processes. Never follows a link to a lock file, and never waits for a lock that the file system does not have.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::owner;
use super::read::{guard, not_followed};
use super::{FileError, check_folders, create_private_directory};
use crate::os::{file_limit, waiting};

/// Held while one process changes something shared. Dropping it, or dying, lets the next one in.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "the lock is the open file")] Option<File>);

/// Opens a lock file, and creates it and its folder if they are missing. The caller locks it.
///
/// # Errors
/// When the lock file cannot be created, is a link, or others can change it.
// Security: a lock file may be written to. Through a link, or a second name, that would change another file of the user.
pub fn open_lock_file(path: &Path) -> Result<File, FileError> {
    file_limit::is_an_error();
    if let Some(parent) = path.parent() {
        create_private_directory(parent)?;
    }
    check_folders(path)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    guard(&mut options, false);
    let file = options.open(path).map_err(|error| not_followed("lock", path, &error))?;
    let metadata = file.metadata().map_err(|error| FileError::new("lock", path, &error))?;
    if cfg!(unix) && !metadata.is_file() {
        return Err(FileError::unfit("lock", path, "it is not a regular file"));
    }
    owner::check(path, &metadata).map_err(|fault| FileError::of("lock", path, fault))?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 {
        let fault = owner::Fault { reason: "it has another hard link".to_owned(), cure: owner::Cure::Remove(path.to_owned()) };
        return Err(FileError::of("lock", path, fault));
    }
    Ok(file)
}

/// Waits until no other process holds the lock; `holder` names such a process, as in "waiting for …". On a file system without locks, it
/// guards nothing.
///
/// # Errors
/// As for [`open_lock_file`].
pub fn lock(path: &Path, holder: &str) -> Result<FileLock, FileError> {
    let file = open_lock_file(path)?;
    match waiting::for_lock(&file, holder) {
        Ok(()) => Ok(FileLock(Some(file))),
        Err(error) if has_no_locks(&error) => Ok(FileLock(None)),
        Err(error) => Err(FileError::new("lock", path, &error)),
    }
}

/// Takes the lock if no other process holds it.
///
/// # Errors
/// As for [`open_lock_file`].
pub fn try_lock(path: &Path) -> Result<Option<FileLock>, FileError> {
    let file = open_lock_file(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(FileLock(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) if has_no_locks(&error) => Ok(Some(FileLock(None))),
        Err(TryLockError::Error(error)) => Err(FileError::new("lock", path, &error)),
    }
}

/// Waits for a lock in spite of signals. A signal that this process handles, such as a change of the window's size, ends the call but not the
/// need for the lock.
///
/// # Errors
/// Any other error.
pub fn uninterrupted(mut wait: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match wait() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Whether the file system has no locks at all: NFS reports `ENOLCK` if no lock daemon runs.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    let no_daemon = error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
    #[cfg(not(unix))]
    let no_daemon = false;
    no_daemon || error.kind() == ErrorKind::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signals_are_waited_through() {
        let mut outcomes = vec![Ok(()), Err(ErrorKind::Interrupted), Err(ErrorKind::Interrupted)];
        assert!(uninterrupted(|| outcomes.pop().expect("it is got by then").map_err(io::Error::from)).is_ok());
        assert!(outcomes.is_empty());
        assert_eq!(uninterrupted(|| Err(ErrorKind::Unsupported.into())).unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
