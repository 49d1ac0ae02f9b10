//! Starts the user's command with the credentials, or the address of an endpoint, in its environment: on Unix, it replaces this process or runs
//! alongside it. Never prints, and never outlives the command.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::Command;

use crate::config::client_settings::REGION_VARIABLES;
use crate::os::child::{self, Ending, Inherited};
use crate::os::env::Environment;
use crate::os::{exec, process};

use super::child_env::Variable;

/// Runs the command. On Unix, this process becomes the command: same pid, terminal, signals and exit status, and nothing is returned
/// except the reason why it could not start.
///
/// # Errors
/// `NotFound` if there is no such command, `PermissionDenied` if it is not executable, and any other error of the system.
pub fn run(env: &Environment, program: &OsStr, arguments: &[OsString], variables: Vec<Variable>) -> io::Result<u8> {
    let command = command(env, program, arguments, &variables);
    drop(variables);
    exec::become_command(command)
}

/// Runs the command alongside this process until it ends.
///
/// # Errors
/// As [`run`].
pub fn run_alongside(
    env: &Environment,
    program: &OsStr,
    arguments: &[OsString],
    variables: Vec<Variable>,
    inherited: Inherited<'_>,
) -> io::Result<Ending> {
    let command = command(env, program, arguments, &variables);
    drop(variables);
    child::run(env, command, inherited)
}

fn command(env: &Environment, program: &OsStr, arguments: &[OsString], variables: &[Variable]) -> Command {
    let mut command = process::users_command(env, program);
    command.args(arguments);
    // If the plan has no region, no variable may set one.
    for name in REGION_VARIABLES {
        command.env_remove(name);
    }
    for (name, value) in variables {
        command.env(name, value.as_str());
    }
    command
}
