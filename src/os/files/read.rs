//! Reads whole files, only regular ones and up to a size limit. Never waits for a file, as opening a named pipe would.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::owner::{self, Cure};
use super::write::links;
use super::{FileError, check_folders};
use crate::os::dirs;

/// The largest user file to read, in bytes: a config of a hundred thousand profiles has half of that.
const MOST: usize = 64 * 1024 * 1024;

/// The largest of our files to read, in bytes.
const MOST_OF_OURS: usize = 16 * 1024 * 1024;

/// A user's file: links are followed, and `/dev/null` is empty.
///
/// # Errors
/// When the file cannot be read, is missing, is not a regular file, or is too large.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |error: &io::Error| FileError::new("read", path, error);
    let (file, metadata) = open(path, true).map_err(|error| failed(&error))?;
    if is_null_device(&metadata) {
        return Ok(Vec::new());
    }
    content(path, file, &metadata, MOST)
}

/// The content; `None` if there is no such file.
///
/// # Errors
/// When something exists and cannot be read: an unreadable file is not a missing one.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    present(read(path))
}

/// One of our files; `None` if it does not exist.
///
/// # Errors
/// As for [`read_optional`], and if the file or one of our folders above it is a link, belongs to somebody else, or is writable by
/// others.
pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let read = || {
        let (file, metadata) = open(path, false).map_err(|error| not_followed("read", path, &error))?;
        let content = content(path, file, &metadata, MOST_OF_OURS)?;
        owner::check(path, &metadata).map_err(|fault| FileError::of("read", path, fault))?;
        check_folders(path)?;
        Ok(content)
    };
    present(read())
}

/// One of our files that the user writes; `None` if it does not exist. It may be a link, for example into a dotfiles repository.
///
/// # Errors
/// As for [`read_optional`], and if the file, one of our folders above it, or a folder through which a link leads belongs to another
/// user than root or this one, or is writable by others.
// Security: anybody who can change, remove or replace the file decides what is protected.
pub fn read_settings(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let read = || {
        // Before the file, which others may have removed.
        for folder in dirs::ours(path) {
            check_folder(folder, owner::check_settings)?;
        }
        let opened = open(path, false).map_err(|error| not_followed("read", path, &error));
        let (place, (file, metadata)) = match opened {
            Err(FileError { cure: Some(Cure::Remove(_)), .. }) => {
                let end = passed(path)?;
                let opened = open(&end, false).map_err(|error| not_followed("read", &end, &error))?;
                (end, opened)
            }
            opened => (path.to_owned(), opened?),
        };
        if is_null_device(&metadata) {
            return Ok(Vec::new());
        }
        let content = content(&place, file, &metadata, MOST_OF_OURS)?;
        owner::check_settings(&place, &metadata).map_err(|fault| FileError::of("read", &place, fault))?;
        Ok(content)
    };
    present(read())
}

/// Where the link at `path` leads, if nobody else can redirect it.
fn passed(path: &Path) -> Result<PathBuf, FileError> {
    let targets = links("read", path)?;
    for target in &targets {
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        check_folder(folder, owner::check_passage)?;
        let metadata = std::fs::symlink_metadata(target).map_err(|error| FileError::new("read", target, &error))?;
        if metadata.is_symlink() {
            owner::check_link(target, &metadata).map_err(|fault| FileError::of("read", target, fault))?;
        }
    }
    Ok(targets.last().map_or(path, PathBuf::as_path).to_owned())
}

fn check_folder(folder: &Path, check: fn(&Path, &Metadata) -> Result<(), owner::Fault>) -> Result<(), FileError> {
    let metadata = std::fs::metadata(folder).map_err(|error| FileError::new("use", folder, &error))?;
    check(folder, &metadata).map_err(|fault| FileError::of("use", folder, fault))
}

fn present(content: Result<Vec<u8>, FileError>) -> Result<Option<Vec<u8>>, FileError> {
    match content {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn open(path: &Path, follow: bool) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    guard(&mut options, follow);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

/// Keeps opening from waiting for the other end of a pipe, and from making a terminal the controlling one.
#[cfg(unix)]
pub(super) fn guard(options: &mut OpenOptions, follow: bool) {
    use rustix::fs::OFlags;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if !follow {
        flags |= OFlags::NOFOLLOW;
    }
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
}

#[cfg(not(unix))]
pub(super) fn guard(_options: &mut OpenOptions, _follow: bool) {}

/// The failure to open one of our files, perhaps because it is a link.
pub(super) fn not_followed(action: &'static str, path: &Path, error: &io::Error) -> FileError {
    #[cfg(unix)]
    let is_link = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    #[cfg(not(unix))]
    let is_link = false;
    if is_link {
        FileError::of(action, path, owner::Fault { reason: "it is a symbolic link".to_owned(), cure: Cure::Remove(path.to_owned()) })
    } else {
        FileError::new(action, path, error)
    }
}

/// Whether it is the null device, which people use to say "no file".
#[cfg(unix)]
fn is_null_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    metadata.file_type().is_char_device() && std::fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == metadata.rdev())
}

#[cfg(not(unix))]
fn is_null_device(_metadata: &Metadata) -> bool {
    false
}

fn content(path: &Path, mut file: File, metadata: &Metadata, most: usize) -> Result<Vec<u8>, FileError> {
    if metadata.is_dir() {
        return Err(FileError::new("read", path, &ErrorKind::IsADirectory.into()));
    }
    if cfg!(unix) && !metadata.is_file() {
        return Err(FileError::unfit("read", path, "it is not a regular file"));
    }
    let too_large = || FileError::unfit("read", path, format!("it is larger than {} MiB", most / 1024 / 1024));
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > most {
        return Err(too_large());
    }
    // One byte more, so that the end is found without reallocating. Files in `/proc` are larger than their stated size.
    let mut content = vec![0; size + 1];
    let mut length = 0;
    loop {
        if length == content.len() {
            if length > most {
                return Err(too_large());
            }
            content.resize((2 * length).max(4096).min(most + 1), 0);
        }
        match file.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::new("read", path, &error)),
        }
    }
    content.truncate(length);
    Ok(content)
}
