//! Becomes a command, where the platform can; elsewhere it runs the command and waits. Returns only if the
//! command could not be started; callers wipe their secrets before.

use std::process::Command;

#[cfg(not(unix))]
use super::child;
#[cfg(unix)]
use super::{process, sigpipe};

/// Replaces this process with the command.
///
/// # Errors
/// Why it could not be started; on Unix there is no other way to return.
#[cfg(unix)]
pub fn become_command(mut command: Command) -> std::io::Result<u8> {
    // The command may do what this process was kept from to protect its secrets: the flag ends with the program image.
    Err(process::with_original_limits(|| sigpipe::exec(&mut command)))
}

/// Runs the command and waits for it: a process cannot be replaced here.
///
/// # Errors
/// Why it could not be started.
#[cfg(not(unix))]
pub fn become_command(command: Command) -> std::io::Result<u8> {
    child::wait(command).map(child::Ending::pass_on)
}
