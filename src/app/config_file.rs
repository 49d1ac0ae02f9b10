//! Changes the AWS config file: read anew and under a lock, since another run may change it too, and written whole. Never changes a byte
//! that the change itself does not.

use crate::config::SourceFile;
use crate::os::{dirs, files};

use super::aws_files::AwsFile;
use super::{Context, Failure};

/// Writes what `change` makes of the file; whether that is anything new. `change` may be asked twice.
///
/// # Errors
/// When it cannot be read, changed or written; the old content is then still there.
pub fn change(context: &Context, mut change: impl FnMut(&[u8]) -> Result<Vec<u8>, Failure>) -> Result<bool, Failure> {
    let path = AwsFile::Config.path(&context.env)?;
    let read = || -> Result<Vec<u8>, Failure> {
        let before = files::read_optional(&path)?.unwrap_or_default();
        Ok(SourceFile::new(dirs::with_tilde(&path), before)?.bytes)
    };
    // Where there is nothing to write, no folder is made for a lock either.
    let before = read()?;
    if change(&before)? == before {
        return Ok(false);
    }
    // Where there is no place for locks, the change is made all the same.
    let _lock = files::lock(&context.directories.locks().join("aws-config"));
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
