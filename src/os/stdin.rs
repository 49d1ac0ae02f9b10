//! Reads a text that was piped into this program, or typed. Never reads a secret: `hidden` does.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use super::files::FileError;

/// More than any error text has, in bytes.
const MOST: u64 = 1024 * 1024;

/// Whether a person would have to type.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// The text to its end, and no more than the first mebibyte of it.
///
/// # Errors
/// When it cannot be read.
pub fn read_all() -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    match io::stdin().lock().take(MOST).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(FileError::new("read", Path::new("-"), &error)),
    }
}
