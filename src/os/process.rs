//! Starts helper commands with an environment cleaned of our own variables. Never runs the user's own command: that is the outlet's.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};

use super::env::Environment;

/// A helper command, such as `pass` or an `mfa_process`, that inherits everything but our own variables.
// Security: a passphrase given to us in the environment never reaches a helper.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that builds a helper command")]
pub fn helper(env: &Environment, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(env.inheritable());
    command
}

/// A command line as the user wrote it in a config file, run by the platform's shell.
#[must_use]
pub fn shell(env: &Environment, line: &str) -> Command {
    if cfg!(windows) {
        let mut command = helper(env, "cmd");
        command.args(["/C", line]);
        command
    } else {
        let mut command = helper(env, "sh");
        command.args(["-c", line]);
        command
    }
}

/// The status that `vault` itself ends with.
#[must_use]
pub fn exit_code(status: u8) -> ExitCode {
    ExitCode::from(status)
}

/// Runs the command in place of this process.
///
/// # Errors
/// Why it could not be started; on Unix there is no other way to return.
#[cfg(unix)]
pub fn become_command(mut command: Command) -> std::io::Result<u8> {
    use std::os::unix::process::CommandExt as _;
    // What this process was kept from for its own secrets' sake, the command may do again: the flag ends with the program image.
    Err(command.exec())
}

/// Runs the command and waits for it: there is no replacing a process here.
///
/// # Errors
/// Why it could not be started.
#[cfg(not(unix))]
pub fn become_command(mut command: Command) -> std::io::Result<u8> {
    // Ctrl-C goes to every process of the console; the child decides what it means.
    let status = command.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or(1))
}

/// Keeps other processes of the user from reading this one's memory, and the system from writing it to a core file, while it holds
/// secrets. `exec` undoes it, so that the command that follows is as it always was.
// Security: best effort; where the system has no such flag, nothing is lost but this layer.
pub fn forbid_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    #[cfg(unix)]
    let _ = rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit { current: Some(0), maximum: rustix::process::getrlimit(rustix::process::Resource::Core).maximum },
    );
}

/// The arguments of this process, its own name first.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the arguments")]
pub fn arguments() -> Vec<std::ffi::OsString> {
    std::env::args_os().collect()
}

/// Where this program's own file is.
///
/// # Errors
/// When the system does not tell.
pub fn own_path() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}
