//! Who may read and write a file, and how that is narrowed. Never widens it.

use std::path::Path;

use super::FileError;

/// What the system says of a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modes {
    pub mode: u32,
    pub is_mine: bool,
}

/// What the system says of it, links followed; `None` if there is nothing, or if the system has no modes.
#[must_use]
#[cfg(unix)]
pub fn modes(path: &Path) -> Option<Modes> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    let user = rustix::process::geteuid().as_raw();
    Some(Modes { mode: metadata.mode() & 0o7777, is_mine: metadata.uid() == user })
}

/// There are no modes here.
#[must_use]
#[cfg(not(unix))]
pub fn modes(_path: &Path) -> Option<Modes> {
    None
}

/// Takes rights away: those that are not in `mode`.
///
/// # Errors
/// When the system does not do it.
#[cfg(unix)]
pub fn narrow(path: &Path, mode: u32) -> Result<(), FileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |error: &std::io::Error| FileError::new("change the mode of", path, error);
    let metadata = std::fs::metadata(path).map_err(|error| failed(&error))?;
    let narrower = metadata.permissions().mode() & mode;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(narrower)).map_err(|error| failed(&error))
}

/// There is nothing to take away.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn narrow(_path: &Path, _mode: u32) -> Result<(), FileError> {
    Ok(())
}
