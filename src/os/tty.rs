//! Says which terminal this process talks to. Never reads from it or writes to it.

use std::path::PathBuf;

/// The device file of the terminal on stdin, stderr or stdout, whichever is one. `/dev/tty` is no answer: programs such as
/// `gpg-agent` hand the name to another process, for which it would mean another terminal.
#[cfg(unix)]
#[must_use]
pub fn device() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let name = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .or_else(|_| rustix::termios::ttyname(std::io::stderr(), Vec::new()))
        .or_else(|_| rustix::termios::ttyname(std::io::stdout(), Vec::new()))
        .ok()?;
    Some(PathBuf::from(std::ffi::OsString::from_vec(name.into_bytes())))
}

/// The device file of the terminal, where the platform has such names.
#[cfg(not(unix))]
#[must_use]
pub fn device() -> Option<PathBuf> {
    None
}
