//! Reads and writes files: the user's files unchanged, and ours only if nobody else can change them. Never leaves half a file, and
//! never lets more users read one.

#![expect(clippy::disallowed_methods, reason = "the one place that reads and writes files")]

mod held;
mod leftovers;
mod lock;
mod modes;
mod owner;
mod read;
mod write;

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub use held::{HeldLock, LockHolder, held_locks};
pub use leftovers::{is_abandoned, is_temporary};
pub use lock::{FileLock, lock, open_lock_file, try_lock, uninterrupted};
pub use modes::{Modes, modes, narrow};
pub use owner::Cure;
pub use read::{read, read_optional, read_private, read_settings};
pub use write::{rewrite, write_disposable, write_new_private, write_private, write_public};

use crate::model::Timestamp;

use super::dirs;

/// Which action failed on which file or directory, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {reason}", crate::model::shown(path))]
pub struct FileError {
    pub action: &'static str,
    pub path: PathBuf,
    pub kind: ErrorKind,
    pub reason: String,
    /// The command that fixes it, if known.
    pub cure: Option<Cure>,
}

impl FileError {
    #[must_use]
    pub fn new(action: &'static str, path: &Path, error: &io::Error) -> Self {
        let kind = error.kind();
        let cure = if kind == ErrorKind::PermissionDenied { owner::behind_denial(path) } else { None };
        Self { action, path: path.to_owned(), kind, reason: reason(error), cure }
    }

    /// It exists, but is the wrong kind of file.
    fn unfit(action: &'static str, path: &Path, reason: impl Into<String>) -> Self {
        Self { action, path: path.to_owned(), kind: ErrorKind::InvalidData, reason: reason.into(), cure: None }
    }

    fn of(action: &'static str, path: &Path, fault: owner::Fault) -> Self {
        Self { action, path: path.to_owned(), kind: ErrorKind::PermissionDenied, reason: fault.reason, cure: Some(fault.cure) }
    }
}

/// The system's message, as a clause and without the number after it.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => return "it is a directory".to_owned(),
        ErrorKind::NotADirectory => return "a part of the path is a file, not a directory".to_owned(),
        _ => {}
    }
    let text = error.to_string();
    let mut chars = without_number(&text).chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Only the system's message: the library adds the number, and wrappers add more after that.
#[must_use]
pub fn without_number(text: &str) -> &str {
    text.split(" (os error").next().unwrap_or(text)
}

/// Creates the directory and missing parents, accessible only to the user. An existing one stays unchanged.
///
/// # Errors
/// When it does not exist afterwards.
pub fn create_private_directory(path: &Path) -> Result<(), FileError> {
    let failed = |error: &io::Error| FileError::new("create the directory", path, error);
    if path.is_dir() {
        return Ok(());
    }
    let missing: Vec<_> = path.ancestors().take_while(|part| !part.as_os_str().is_empty() && !exists(part)).collect();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| failed(&error))?;
    missing.iter().rev().for_each(|part| owner::hand_down(part));
    Ok(())
}

/// The path with every link followed; `None` where it leads nowhere.
#[must_use]
pub fn resolved(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// When the file was last written, where the system says that.
#[must_use]
pub fn modified(path: &Path) -> Option<Timestamp> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Timestamp::from_unix)
}

/// Creates one of our folders if it is missing, and refuses one that others can change.
///
/// # Errors
/// When it does not exist afterwards, or must not be used.
pub fn use_private_directory(path: &Path) -> Result<(), FileError> {
    create_private_directory(path)?;
    check_folders(&path.join("any"))
}

/// Refuses one of our files if others can change a folder above it: they may have put the file there.
///
/// # Errors
/// When one of the folders cannot be checked, belongs to somebody else, or is writable by others.
fn check_folders(path: &Path) -> Result<(), FileError> {
    for folder in dirs::ours(path) {
        let metadata = fs::metadata(folder).map_err(|error| FileError::new("use", folder, &error))?;
        owner::check(folder, &metadata).map_err(|fault| FileError::of("use", folder, fault))?;
    }
    Ok(())
}

/// Removes the file. `false` if there was none.
///
/// # Errors
/// When it is still there.
pub fn remove(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::new("remove", path, &error)),
    }
}

/// Renames the file in its own directory, replacing one that may have that name.
///
/// # Errors
/// When it still has its old name.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(|error| FileError::new("rename", from, &error))
}

/// The Unicode names in a directory, in order. A missing directory is empty.
///
/// # Errors
/// When it exists and cannot be listed.
pub fn names_in(directory: &Path) -> Result<Vec<String>, FileError> {
    let failed = |error: &io::Error| FileError::new("list", directory, error);
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Whether anything has this name. Something that cannot be checked counts as existing.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// Changes when a file is replaced: its time, and its inode number if the system has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    written: Option<std::time::SystemTime>,
    number: u64,
}

/// The stamp of the file; `None` if there is no file.
#[must_use]
pub fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let number = 0;
    Some(Stamp { written: metadata.modified().ok(), number })
}

/// Whether there is a directory of this name.
#[must_use]
pub fn is_directory(path: &Path) -> bool {
    path.is_dir()
}

/// What is at this name instead of a file, in words; `None` for a file, for nothing, and for what cannot be checked. Links are followed.
#[must_use]
pub fn instead_of_a_file(path: &Path) -> Option<&'static str> {
    #[cfg(unix)]
    use std::os::unix::fs::FileTypeExt as _;
    let kind = fs::metadata(path).ok()?.file_type();
    match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => Some("a folder"),
        #[cfg(unix)]
        () if kind.is_fifo() => Some("a named pipe"),
        #[cfg(unix)]
        () if kind.is_socket() => Some("a socket"),
        () => Some("a device"),
    }
}

/// Checks that this process may open this many more files. It does not depend on a file that may be unreadable.
///
/// # Errors
/// When it may not.
pub fn room_for(files: usize) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let (reader, _writer) = io::pipe()?;
    (2..files).map(|_| reader.try_clone()).collect::<io::Result<Vec<_>>>().map(drop)
}

/// Whether the file's group or everyone may read, write or run it. `false` if that is not known,
/// as for a link, whose mode means nothing.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    let open =
        |metadata: fs::Metadata| !metadata.is_symlink() && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let open = |_| false;
    fs::symlink_metadata(path).is_ok_and(open)
}

/// Whether the file has another name: what is written in one step is under this name alone.
#[must_use]
pub fn has_other_names(path: &Path) -> bool {
    #[cfg(unix)]
    let several = |metadata: fs::Metadata| std::os::unix::fs::MetadataExt::nlink(&metadata) > 1;
    #[cfg(not(unix))]
    let several = |_| false;
    fs::metadata(path).is_ok_and(several)
}

/// Creates a folder for public files.
///
/// # Errors
/// When it is not there and cannot be made.
pub fn create_directory(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|error| FileError::new("create", path, &error))
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
