//! Reads whole files, of a bounded size and regular ones only. Never waits for a file, as opening a named pipe would.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::owner::{self, Cure};
use super::{FileError, check_folders};

/// The largest file of the user's that is read, in bytes: a config of a hundred thousand profiles has half of that.
const MOST: usize = 64 * 1024 * 1024;

/// The largest file of ours that is read, in bytes.
const MOST_OF_OURS: usize = 16 * 1024 * 1024;

/// The user's own file: a link is followed, and `/dev/null` is an empty one.
///
/// # Errors
/// When the file cannot be read, is missing, is no regular file, or is larger than any that makes sense.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |error: &io::Error| FileError::new("read", path, error);
    let (file, metadata) = open(path, true).map_err(|error| failed(&error))?;
    if is_null_device(&metadata) {
        return Ok(Vec::new());
    }
    content(path, file, &metadata, MOST)
}

/// The content; `None` where there is no such file.
///
/// # Errors
/// When something is there and cannot be read: an unreadable file is not an absent one.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    present(read(path))
}

/// A file of ours; `None` where there is none.
///
/// # Errors
/// As for [`read_optional`], and where the file or a folder of ours that it is in is a link, belongs to somebody else, or can be written by
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

/// Has opening not wait for the other end of a pipe, and not take a terminal for the one of this process.
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

/// The failure to open a file of ours, which may be that it is a link.
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

/// Whether it is what people name in place of a file that they do not want to be read.
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
    // One byte more, so that the end is found without another piece of memory. Files of `/proc` are larger than they say.
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
