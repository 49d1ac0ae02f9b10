//! Starts the user's command with the credentials in its environment: on Unix in place of this process. Never prints, never waits on Unix.

use std::ffi::{OsStr, OsString};
use std::io;

use crate::os::env::Environment;
use crate::os::process;

use super::child_env::{REMOVED, Variable};

/// Runs the command. On Unix this process becomes the command: same pid, terminal, signals and exit status, and nothing is returned
/// but the reason why it could not start.
///
/// # Errors
/// `NotFound` where there is no such command, `PermissionDenied` where it is not executable, and whatever else the system says.
pub fn run(env: &Environment, program: &OsStr, arguments: &[OsString], variables: Vec<Variable>) -> io::Result<u8> {
    let mut command = process::helper(env, program);
    command.args(arguments);
    for name in REMOVED {
        command.env_remove(name);
    }
    for (name, value) in &variables {
        command.env(name, value.as_str());
    }
    drop(variables);
    process::become_command(command)
}
