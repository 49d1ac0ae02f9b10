//! Reads and writes files so that a crash leaves the old or the new content, never half of one. Never widens who may read a file.

#![expect(clippy::disallowed_methods, reason = "the one place that reads and writes files")]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tempfile::NamedTempFile;

use crate::model::Timestamp;

/// As many symbolic links as Linux itself follows.
const MAX_LINKS: usize = 40;

/// How the name of a file begins that is being written.
const TEMPORARY: &str = ".vault-";

/// No write takes as long as this, in seconds: a temporary file of that age is of a run that was killed.
const ABANDONED_AFTER: i64 = 3_600;

/// What could not be done with which file or directory, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {reason}", path.display())]
pub struct FileError {
    pub action: &'static str,
    pub path: PathBuf,
    pub kind: ErrorKind,
    pub reason: String,
}

impl FileError {
    #[must_use]
    pub fn new(action: &'static str, path: &Path, error: &io::Error) -> Self {
        Self { action, path: path.to_owned(), kind: error.kind(), reason: reason(error) }
    }
}

/// The system's words, as a clause and without the number behind them.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => return "it is a directory".to_owned(),
        ErrorKind::NotADirectory => return "a part of the path is a file, not a directory".to_owned(),
        _ => {}
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Makes the directory, and those above it that are missing, open to the user alone. One that is there stays as it is.
///
/// # Errors
/// When it is not there afterwards.
pub fn create_private_directory(path: &Path) -> Result<(), FileError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| FileError::new("create the directory", path, &error))
}

/// # Errors
/// When the file cannot be read, is missing, or is a directory.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|error| FileError::new("read", path, &error))
}

/// The content; `None` where there is no such file.
///
/// # Errors
/// When something is there and cannot be read: an unreadable file is not an absent one.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the file in one step. A new file is 0600; an existing one keeps its mode, and a symbolic link stays one.
///
/// # Errors
/// When the new content is not safely on the disk; the old content is then still there.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let target = follow(path)?;
    let failed = |error: &io::Error| FileError::new("write", path, error);
    let temporary = prepare(&target, content).map_err(|error| failed(&error))?;
    match fs::metadata(&target) {
        Ok(old) => temporary.as_file().set_permissions(old.permissions()).map_err(|error| failed(&error))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&error)),
    }
    temporary.persist(&target).map_err(|error| failed(&error.error))?;
    sync_directory_of(&target);
    Ok(())
}

/// Writes a file that must not be there yet, 0600. `false` where one is there, which is left alone.
///
/// # Errors
/// When the content is not safely on the disk.
pub fn write_new_private(path: &Path, content: &[u8]) -> Result<bool, FileError> {
    let temporary = prepare(path, content).map_err(|error| FileError::new("write", path, &error))?;
    match temporary.persist_noclobber(path) {
        Ok(_) => {
            sync_directory_of(path);
            Ok(true)
        }
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(FileError::new("write", path, &error.error)),
    }
}

/// Removes the file. `false` where there was none.
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

/// Gives the file another name in its own directory, in place of one that may have that name.
///
/// # Errors
/// When it still has its old name.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(|error| FileError::new("rename", from, &error))
}

/// The names in a directory that are Unicode, in order. A directory that is not there is an empty one.
///
/// # Errors
/// When it is there and cannot be listed.
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

/// Whether anything has this name. What cannot be looked at counts as there.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// Whether there is a directory of this name.
#[must_use]
pub fn is_directory(path: &Path) -> bool {
    path.is_dir()
}

/// Whether the file is what a run that was killed left of a write. `false` where that cannot be told.
#[must_use]
pub fn is_abandoned(path: &Path, now: Timestamp) -> bool {
    let is_temporary = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()));
    let written = || Some(fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs());
    let age = || Some(now.as_unix().saturating_sub(i64::try_from(written()?).ok()?));
    is_temporary && age().is_some_and(|age| age > ABANDONED_AFTER)
}

/// Whether the file's group or everyone may read, write or run it. `false` where that cannot be told.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    let open = |metadata: fs::Metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let open = |_| false;
    fs::metadata(path).is_ok_and(open)
}

/// Held while one process changes what several may change. Dropping it, or dying, lets the next one in.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "the lock is the open file")] Option<File>);

/// Opens a lock file, and makes it and its folder where they are missing. The caller locks it.
///
/// # Errors
/// When the lock file cannot be made.
pub fn open_lock_file(path: &Path) -> Result<File, FileError> {
    if let Some(parent) = path.parent() {
        create_private_directory(parent)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| FileError::new("lock", path, &error))
}

/// Waits until no other process holds the lock. Where the file system has no locks, it guards nothing.
///
/// # Errors
/// When the lock file cannot be made.
pub fn lock(path: &Path) -> Result<FileLock, FileError> {
    let file = open_lock_file(path)?;
    loop {
        match file.lock() {
            Ok(()) => return Ok(FileLock(Some(file))),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if has_no_locks(&error) => return Ok(FileLock(None)),
            Err(error) => return Err(FileError::new("lock", path, &error)),
        }
    }
}

/// Whether the file system says that it has no locks at all: `ENOLCK` is NFS's word for it, where no lock daemon runs.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    let no_daemon = error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error());
    #[cfg(not(unix))]
    let no_daemon = false;
    no_daemon || error.kind() == ErrorKind::Unsupported
}

/// Writes a private file that can be made anew at any time: whole or not at all, but without waiting for the disk.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_disposable(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |error: &io::Error| FileError::new("write", path, error);
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(directory).map_err(|error| failed(&error))?;
    temporary.write_all(content).map_err(|error| failed(&error))?;
    temporary.persist(path).map(drop).map_err(|error| failed(&error.error))
}

/// Makes a folder that holds nothing private.
///
/// # Errors
/// When it is not there and cannot be made.
pub fn create_directory(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|error| FileError::new("create", path, &error))
}

/// Writes a file that anyone may read, such as a manual page.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_public(path: &Path, content: &[u8]) -> Result<(), FileError> {
    fs::write(path, content).map_err(|error| FileError::new("write", path, &error))
}

/// Where a write to `path` ends up. A link whose target is missing leads to that target.
fn follow(path: &Path) -> Result<PathBuf, FileError> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().map_or(next.clone(), |parent| parent.join(&next)),
            // Not a link, or not there at all: the write itself says what else may be wrong.
            Err(_) => return Ok(target),
        }
    }
    let error = io::Error::other("too many levels of symbolic links");
    Err(FileError::new("write", path, &error))
}

/// The whole content, on the disk, under a temporary name in the directory of `target`.
// Security: `tempfile` creates with 0600, so that the content is never open to others, not even for a moment.
fn prepare(target: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(directory)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Makes the new name itself survive a power cut. Not every file system can, and the content is in place already.
fn sync_directory_of(path: &Path) {
    if cfg!(unix)
        && let Some(parent) = path.parent()
        && let Ok(directory) = File::open(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })
    {
        let _ = directory.sync_all();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_files_and_directories_are_private() {
        let world = tempfile::tempdir().unwrap();
        let directory = world.path().join("a/b");
        create_private_directory(&directory).unwrap();
        create_private_directory(&directory).unwrap();
        write_private(&directory.join("f"), b"1").unwrap();
        assert_eq!((mode(&world.path().join("a")), mode(&directory), mode(&directory.join("f"))), (0o700, 0o700, 0o600));
        assert_eq!(names_in(&directory).unwrap(), ["f"]);
    }

    #[test]
    fn a_link_and_a_mode_stay() {
        let world = tempfile::tempdir().unwrap();
        let (real, link) = (world.path().join("real"), world.path().join("link"));
        symlink("real", &link).unwrap();
        write_private(&link, b"1").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&link, b"2").unwrap();
        assert_eq!((read(&real).unwrap(), mode(&real)), (b"2".to_vec(), 0o644));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink() && is_open_to_others(&link));

        symlink("circle", world.path().join("circle")).unwrap();
        assert!(write_private(&world.path().join("circle"), b"").unwrap_err().reason.contains("too many"));
    }

    #[test]
    fn an_unreadable_file_is_not_an_absent_one() {
        let world = tempfile::tempdir().unwrap();
        assert!(read_optional(&world.path().join("none")).unwrap().is_none());
        let error = read_optional(world.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read `{}`: it is a directory", world.path().display()));
        write_private(&world.path().join("f"), b"").unwrap();
        assert!(read_optional(&world.path().join("f/g")).is_err());
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("f");
        assert!(write_new_private(&path, b"1").unwrap());
        assert!(!write_new_private(&path, b"2").unwrap());
        assert_eq!(read(&path).unwrap(), b"1");
        assert!(remove(&path).unwrap() && !remove(&path).unwrap());
    }
}
