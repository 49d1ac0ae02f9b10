//! This process as the system sees it: its arguments, its status, its secrets in memory, the helper commands below it, and the command that
//! it becomes. None of them inherits our own variables; `outlet` decides what the user's own command gets besides.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};

use super::env::{Environment, UNDER_WAY};
#[cfg(target_os = "linux")]
use super::files;
use super::tty;

/// A command, such as `pass` or a dialog program, that inherits neither our own variables nor any that describe credentials.
// Security: a passphrase or a key in our environment never reaches a helper.
#[must_use]
pub fn helper(env: &Environment, program: impl AsRef<OsStr>) -> Command {
    with(env.for_helpers(), program)
}

/// The user's own command, before it has its arguments and the variables of this run. It inherits what a helper does: our
/// variables are set again for it, and it does not get those of other credentials.
#[must_use]
pub fn users_command(env: &Environment, program: impl AsRef<OsStr>) -> Command {
    with(env.for_helpers(), program)
}

#[expect(clippy::disallowed_methods, reason = "the one place that builds a command")]
fn with<'a>(variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(variables);
    command
}

/// A command line as the user wrote it, run by the platform's shell as a helper.
#[must_use]
pub fn shell(env: &Environment, line: &str) -> Command {
    shell_with(env.for_helpers(), line)
}

/// A profile's command line for `what` this run needs: a run of this program below that command refuses to ask for it again. It may
/// ask on the terminal by itself, and gets nothing else from our stdin.
#[must_use]
pub fn shell_for(env: &Environment, line: &str, what: &str) -> Command {
    let mut command = shell_with(env.for_commands_of_profiles(), line);
    command.env(UNDER_WAY, env.under_way_with(what)).stdin(tty::stdin_for_helpers());
    command
}

fn shell_with<'a>(variables: impl Iterator<Item = (&'a OsStr, &'a OsStr)>, line: &str) -> Command {
    let (program, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = with(variables, program);
    command.args([option, line]);
    command
}

/// The status that `vault` itself ends with.
#[must_use]
pub fn exit_code(status: u8) -> ExitCode {
    ExitCode::from(status)
}

/// Ends this process, whose stdout nobody reads any more, by the signal for that. Returns `false` if this process was started with the signal
/// ignored: then a program reports that it could not write. `true`: there is no such signal here.
#[must_use]
pub fn ends_unread() -> bool {
    #[cfg(unix)]
    return super::sigpipe::heed();
    #[cfg(not(unix))]
    true
}

/// Keeps the user's other processes from reading this one's memory, and the system from writing it to a core file, while it holds
/// secrets. A program that this process becomes or starts is not affected.
// Security: best effort; without such a flag, only this layer is missing.
pub fn forbid_dumps() {
    // The flag also prevents core files, and every `exec` clears it. A limit would be inherited.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    core_limit::lower();
}

/// Starts a program with the limits that this process was started with.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn with_original_limits<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Starts a program with the limits that this process was started with.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
pub(super) fn with_original_limits<T>(start: impl FnOnce() -> T) -> T {
    core_limit::restore();
    let started = start();
    core_limit::lower();
    started
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
mod core_limit {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    static ORIGINAL: OnceLock<Rlimit> = OnceLock::new();

    pub(super) fn lower() {
        let original = ORIGINAL.get_or_init(|| getrlimit(Resource::Core));
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: original.maximum });
    }

    pub(super) fn restore() {
        if let Some(original) = ORIGINAL.get() {
            let _ = setrlimit(Resource::Core, *original);
        }
    }
}

/// Ends a helper command: first so that it can restore a terminal, and after a second in any case.
pub fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    #[cfg(unix)]
    {
        let pid = rustix::process::Pid::from_child(child);
        // A shell does not pass the signal to its children.
        let below = descendants(pid);
        for pid in std::iter::once(pid).chain(below) {
            // If it has just ended, that is what we want.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        if ends_by_itself(child) {
            return;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Ends a helper command that has nothing left to do: unlike with [`end`], it first gets a second to end by itself.
pub fn end_when_done(child: &mut Child) {
    if !ends_by_itself(child) {
        end(child);
    }
}

/// Whether it ends within a second.
fn ends_by_itself(child: &mut Child) -> bool {
    for _ in 0..100 {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    false
}

/// Ends the helper commands that still run, such as a dialog whose answer nobody needs any more. Call this only if this process
/// has no other children. If the system does not list them, they are left alone.
pub fn end_helpers() {
    #[cfg(unix)]
    for pid in descendants(rustix::process::getpid()) {
        // If it has just ended, that is what we want.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

/// A process's children, and their children.
#[cfg(target_os = "linux")]
fn descendants(of: rustix::process::Pid) -> Vec<rustix::process::Pid> {
    let (mut found, mut next) = (Vec::new(), vec![of]);
    while let Some(pid) = next.pop() {
        let tasks = PathBuf::from(format!("/proc/{}/task", pid.as_raw_nonzero()));
        for thread in files::names_in(&tasks).unwrap_or_default() {
            let children = files::read_optional(&tasks.join(thread).join("children")).ok().flatten();
            let pids = children.as_deref().and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
            let pids = pids.split_whitespace().filter_map(|pid| rustix::process::Pid::from_raw(pid.parse().ok()?));
            let new: Vec<_> = pids.filter(|pid| !found.contains(pid)).collect();
            found.extend(&new);
            next.extend(new);
        }
    }
    found
}

/// The system does not list them.
#[cfg(all(unix, not(target_os = "linux")))]
fn descendants(_of: rustix::process::Pid) -> Vec<rustix::process::Pid> {
    Vec::new()
}

/// Ends a `pinentry` on this machine, which asks on behalf of gpg and is not our child. The number may belong to another machine, from
/// which gpg's agent is forwarded, so it counts only for a program of that name.
pub fn end_pinentry(pid: i32) {
    #[cfg(target_os = "linux")]
    if let Some(pid) = rustix::process::Pid::from_raw(pid)
        && let Ok(Some(name)) = files::read_optional(&PathBuf::from(format!("/proc/{}/comm", pid.as_raw_nonzero())))
        && name.starts_with(b"pinentry")
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        // It may restore the terminal before it ends.
        for _ in 0..50 {
            if rustix::process::test_kill_process(pid).is_err() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = pid;
}

/// The arguments of this process, its own name first.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the arguments")]
pub fn arguments() -> Vec<std::ffi::OsString> {
    std::env::args_os().collect()
}

/// Where a program of this name is found on the `PATH`.
#[must_use]
pub fn find(env: &Environment, program: &str) -> Option<PathBuf> {
    std::env::split_paths(env.os("PATH")?).map(|folder| folder.join(program)).find(|path| is_executable(path))
}

/// Everywhere on the `PATH` where a program of this name is, in its order.
#[must_use]
pub fn find_all(env: &Environment, program: &str) -> Vec<PathBuf> {
    let Some(path) = env.os("PATH") else { return Vec::new() };
    std::env::split_paths(path).map(|folder| folder.join(program)).filter(|path| is_executable(path)).collect()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// The lasting path of this program: the one that it was started by, since a package manager's link stays while
/// the file it points to moves with every version; else the path of its own file.
///
/// # Errors
/// When the system does not report it.
pub fn lasting_path(env: &Environment) -> std::io::Result<PathBuf> {
    let own = own_path()?;
    let file = own.canonicalize()?;
    let started = arguments().into_iter().next().map(PathBuf::from);
    let found = match &started {
        Some(path) if path.components().count() > 1 => Some(path.clone()),
        Some(name) => name.to_str().and_then(|name| find(env, name)),
        None => None,
    };
    let lasting = found.and_then(|path| std::path::absolute(path).ok()).filter(|path| path.canonicalize().is_ok_and(|real| real == file));
    Ok(lasting.unwrap_or(own))
}

/// Where this program's own file is.
///
/// # Errors
/// When the system does not report it.
pub fn own_path() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn memory_is_not_dumped_and_no_limit_is_left_to_a_child() {
        let limit = getrlimit(Resource::Core);
        super::forbid_dumps();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        let inherited = super::with_original_limits(|| getrlimit(Resource::Core));
        assert_eq!((inherited.current, inherited.maximum), (limit.current, limit.maximum));
    }
}
