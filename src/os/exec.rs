//! Becomes a command, where the platform can; elsewhere it runs the command and waits. Returns only if the
//! command could not be started; callers wipe their secrets before.

use std::process::Command;

#[cfg(not(unix))]
use super::child;
#[cfg(unix)]
use super::{process, sigpipe};

/// Runs the command in place of this process.
///
/// # Errors
/// Why it could not be started; on Unix there is no other way to return.
#[cfg(unix)]
pub fn become_command(mut command: Command) -> std::io::Result<u8> {
    // What this process was kept from for its own secrets' sake, the command may do again: the flag ends with the program image.
    Err(process::with_original_limits(|| sigpipe::exec(&mut command)))
}

/// Runs the command and waits for it: there is no replacing a process here.
///
/// # Errors
/// Why it could not be started.
#[cfg(not(unix))]
pub fn become_command(command: Command) -> std::io::Result<u8> {
    child::wait(command).map(child::Ending::pass_on)
}
