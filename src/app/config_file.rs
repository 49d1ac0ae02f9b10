//! Changes the AWS config file: reads it again under a lock, because another run may change it too, and writes it whole. Never changes a byte
//! that is not part of the change.

use crate::config::SourceFile;
use crate::os::files::FileLock;
use crate::os::{dirs, files};

use super::aws_files::AwsFile;
use super::{Context, Failure};

/// Keeps other runs from changing the file, as long as it is held. `None` if there is no place for locks: the change is then made anyway.
#[must_use]
pub fn lock(context: &Context) -> Option<FileLock> {
    files::lock(&context.directories.locks().join("aws-config"), "another vault to finish changing the config file").ok()
}

/// Writes what `change` makes of the file, and returns whether that differs. May call `change` twice.
///
/// # Errors
/// When it cannot be read, changed or written; the old content is then still there.
pub fn change(context: &Context, mut change: impl FnMut(&[u8]) -> Result<Vec<u8>, Failure>) -> Result<bool, Failure> {
    let path = AwsFile::Config.path(&context.env)?;
    let read = || -> Result<Vec<u8>, Failure> {
        let before = files::read_optional(&path)?.unwrap_or_default();
        Ok(SourceFile::new(dirs::with_tilde(&path), before)?.bytes)
    };
    // If there is nothing to write, do not create a folder for a lock either.
    let before = read()?;
    if change(&before)? == before {
        return Ok(false);
    }
    let _lock = lock(context);
    let before = read()?;
    let after = change(&before)?;
    if after == before {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        files::create_private_directory(folder)?;
    }
    files::rewrite(&path, &after)?;
    Ok(true)
}
