//! Writes files so that a crash leaves either the old or the new content. Never lets more users read a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{FileError, check_folders, leftovers, owner};
use crate::os::file_limit;

/// As many symbolic links as Linux itself follows.
const MAX_LINKS: usize = 40;

/// Replaces one of our files in one step, always with mode 0600. A link in its place is replaced, not followed.
///
/// # Errors
/// When the new content is not safely on disk (the old content is then still there), or when others can change one of our
/// folders.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    check_folders(path)?;
    let failed = |error: &io::Error| FileError::new("write", path, error);
    prepare(path, content).map_err(|error| failed(&error))?.persist(path).map_err(|error| failed(&error.error))?;
    settle(path, true);
    Ok(())
}

/// Writes one of our files that must not exist yet, with mode 0600. `false` if one exists, which is left alone.
///
/// # Errors
/// As for [`write_private`].
pub fn write_new_private(path: &Path, content: &[u8]) -> Result<bool, FileError> {
    check_folders(path)?;
    let temporary = prepare(path, content).map_err(|error| FileError::new("write", path, &error))?;
    match temporary.persist_noclobber(path) {
        Ok(_) => {
            settle(path, true);
            Ok(true)
        }
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(FileError::new("write", path, &error.error)),
    }
}

/// Writes one of our files that can be made again at any time: whole or not at all, but without waiting for the disk.
///
/// # Errors
/// When the folder cannot be written to, or others can change it.
pub fn write_disposable(path: &Path, content: &[u8]) -> Result<(), FileError> {
    check_folders(path)?;
    let failed = |error: &io::Error| FileError::new("write", path, error);
    file_limit::is_an_error();
    let mut temporary = leftovers::temporary_file().tempfile_in(folder_of(path)).map_err(|error| failed(&error))?;
    temporary.write_all(content).map_err(|error| failed(&error))?;
    temporary.persist(path).map(drop).map_err(|error| failed(&error.error))
}

/// Replaces a user's file in one step: it keeps its owner and mode, and a symbolic link stays one. A new file has mode 0600.
///
/// # Errors
/// When the new content is not safely on disk (the old content is then still there), or when it is not a regular file.
pub fn rewrite(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let target = follow(path)?;
    let failed = |error: &io::Error| FileError::new("write", path, error);
    let old = match fs::metadata(&target) {
        Ok(old) if old.is_file() => Some(old),
        Ok(old) if old.is_dir() => return Err(failed(&ErrorKind::IsADirectory.into())),
        // The new file would replace, for example, `/dev/null`.
        Ok(_) => return Err(FileError::unfit("write", path, "it is not a regular file")),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed(&error)),
    };
    let temporary = prepare(&target, content).map_err(|error| failed(&error))?;
    match &old {
        Some(old) => owner::keep(temporary.as_file(), old).map_err(|error| failed(&error))?,
        None => owner::hand_down(temporary.path()),
    }
    temporary.persist(&target).map_err(|error| failed(&error.error))?;
    settle(&target, false);
    Ok(())
}

/// Writes a file that anyone may read, such as a manual page.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_public(path: &Path, content: &[u8]) -> Result<(), FileError> {
    file_limit::is_an_error();
    fs::write(path, content).map_err(|error| FileError::new("write", path, &error))
}

/// The file that a write to `path` changes. A link to a missing target leads to that target.
fn follow(path: &Path) -> Result<PathBuf, FileError> {
    Ok(links("write", path)?.pop().unwrap_or_else(|| path.to_owned()))
}

/// The targets of the links that begin at `path`, one after the other.
pub(super) fn links(action: &'static str, path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut targets = Vec::new();
    while targets.len() < MAX_LINKS {
        let from = targets.last().map_or(path, PathBuf::as_path);
        match fs::read_link(from) {
            Ok(next) => targets.push(from.parent().map_or(next.clone(), |parent| parent.join(&next))),
            // Not a link, or missing: using the target reports any other problem.
            Err(_) => return Ok(targets),
        }
    }
    let error = io::Error::other("too many levels of symbolic links");
    Err(FileError::new(action, path, &error))
}

/// The whole content, on the disk, under a temporary name in the directory of `target`.
// Security: `tempfile` creates it with mode 0600, so others can never read the content, not even for a moment.
fn prepare(target: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    file_limit::is_an_error();
    let mut temporary = leftovers::temporary_file().tempfile_in(folder_of(target))?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Makes the new name survive a power failure, and removes what killed writes left. The content is already in place.
fn settle(path: &Path, ours: bool) {
    let folder = folder_of(path);
    // Not every file system can.
    if cfg!(unix)
        && let Ok(directory) = File::open(folder)
    {
        let _ = directory.sync_all();
    }
    leftovers::sweep(folder, ours);
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
