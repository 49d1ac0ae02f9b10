//! Writes to stdout and stderr. Never decides what is said.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use crate::os::{dirs, files};

use super::Failure;

/// Writes data to stdout, whole.
///
/// # Errors
/// When stdout is closed or full: then the data did not arrive, and the run has failed.
pub fn data(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| unwritten(&error))
}

/// Data that did not arrive.
#[must_use]
pub fn unwritten(error: &io::Error) -> Failure {
    Failure::new(format!("cannot write to stdout: {}", files::reason(error)))
}

/// Tells the person something that is no error.
pub fn note(message: &str) {
    // Where stderr is gone there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "vault: {message}");
}

/// Tells the person of something that went wrong and did not stop the run.
pub fn warn(message: &str) {
    let _ = writeln!(io::stderr().lock(), "vault: warning: {message}");
}

/// Writes the failure with its place and hints, each hint's commands under the name that this program was started by.
pub fn report(failure: &Failure, program: &str) {
    let mut text = format!("vault: {}\n", failure.message);
    if let Some(origin) = &failure.origin {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  --> {origin}");
    }
    for hint in &failure.hints {
        let _ = writeln!(text, "hint: {hint}");
    }
    if program != "vault" {
        text = text.replace("`vault ", &format!("`{program} "));
    }
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The path as a person would write it: `~` for their home.
#[must_use]
pub fn with_tilde(path: &Path) -> std::path::PathBuf {
    match dirs::home().and_then(|home| path.strip_prefix(&home).map(Path::to_owned).ok()) {
        Some(rest) => Path::new("~").join(rest),
        None => path.to_owned(),
    }
}
