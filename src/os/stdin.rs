//! Reads a text that was piped into this program, or typed. Never reads a secret: `hidden` does.

use std::io::{self, Read as _};
use std::path::Path;

use super::files::FileError;

/// Reads stdin to its end.
///
/// # Errors
/// If it cannot be read, or is longer than this many mebibytes.
pub fn read_all(most_mebibytes: u64) -> Result<Vec<u8>, FileError> {
    let most = most_mebibytes * 1024 * 1024;
    let failed = |error: &io::Error| FileError::new("read", Path::new("-"), error);
    let mut bytes = Vec::new();
    // One byte more shows that there is more.
    io::stdin().lock().take(most + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(failed(&io::Error::other(format!("it has more than {most_mebibytes} MiB"))));
    }
    Ok(bytes)
}
