//! Which terminal this process uses, and what it may do there. Never leaves a terminal changed.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::Stdio;

#[cfg(unix)]
use super::jobs::Group;

/// The device file of the terminal on stdin, stderr or stdout, else of the controlling terminal of this process.
/// Never `/dev/tty`: programs such as `gpg-agent` pass the name to another process, for which it would mean another terminal.
#[cfg(unix)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked which terminal they are")]
pub fn device() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let name = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .or_else(|_| rustix::termios::ttyname(std::io::stderr(), Vec::new()))
        .or_else(|_| rustix::termios::ttyname(std::io::stdout(), Vec::new()));
    name.map_or_else(|_| controlling(), |name| Some(PathBuf::from(std::ffi::OsString::from_vec(name.into_bytes()))))
}

/// The device file of the controlling terminal of this process, from the device number.
#[cfg(target_os = "linux")]
fn controlling() -> Option<PathBuf> {
    use rustix::fs::{FileType, major, minor, stat};
    // As the kernel encodes it in `stat` (proc(5)): the minor number is in two parts.
    let packed = u32::try_from(super::jobs::own_terminal()?).ok()?;
    let device = ((packed >> 8) & 0xfff, (packed & 0xff) | ((packed >> 12) & 0xf_ff00));
    // The pseudo-terminals (Linux's `devices.txt`); the names of others are in `/sys`, and containers may place either elsewhere.
    let pseudo = (136..144).contains(&device.0).then(|| PathBuf::from(format!("/dev/pts/{}", (device.0 - 136) * 256 + device.1)));
    let named = || {
        let link = rustix::fs::readlink(format!("/sys/dev/char/{}:{}", device.0, device.1), Vec::new()).ok()?;
        Some(PathBuf::from("/dev").join(link.to_str().ok()?.rsplit('/').next()?))
    };
    pseudo.or_else(named).filter(|path| {
        let is_it = |found: rustix::fs::Stat| {
            FileType::from_raw_mode(found.st_mode) == FileType::CharacterDevice && (major(found.st_rdev), minor(found.st_rdev)) == device
        };
        stat(path).is_ok_and(is_it)
    })
}

/// The system does not report it.
#[cfg(all(unix, not(target_os = "linux")))]
fn controlling() -> Option<PathBuf> {
    None
}

/// The device file of the terminal, if the platform has such names.
#[cfg(not(unix))]
#[must_use]
pub fn device() -> Option<PathBuf> {
    None
}

/// Whether a person reads stderr, as far as can be known.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked what it is")]
pub fn has_stderr() -> bool {
    io::stderr().is_terminal()
}

/// Whether a person types on stdin, as far as can be known.
#[must_use]
pub fn has_stdin() -> bool {
    io::stdin().is_terminal()
}

/// Whether a person reads stdout, as far as can be known.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked what it is")]
pub fn has_stdout() -> bool {
    io::stdout().is_terminal()
}

/// A number that distinguishes this process's terminal from others that are in use; `None` if it has no terminal.
#[cfg(target_os = "linux")]
#[must_use]
pub fn number() -> Option<u64> {
    // `/dev/tty` is the same file for every process, and stdin, stdout and stderr may be pipes.
    let number = super::jobs::own_terminal().and_then(|number| u32::try_from(number).ok()).filter(|number| *number != 0)?;
    // The terminals of each container are numbered from 0, in a file system that has a number of its own.
    let instance = rustix::fs::stat("/dev/pts").map_or(0, |folder| rustix::fs::minor(folder.st_dev));
    Some(unique(number, instance))
}

#[cfg(target_os = "linux")]
fn unique(number: u32, instance: u32) -> u64 {
    u64::from(instance) << 32 | u64::from(number)
}

/// A number that distinguishes this process's terminal from others that are in use; `None` if it has no terminal.
#[cfg(all(unix, not(target_os = "linux")))]
#[must_use]
pub fn number() -> Option<u64> {
    // A terminal controls one session. The remainder, so that files named after it do not accumulate.
    let session = super::jobs::own_session()?;
    u64::try_from(session % 509).ok().map(|number| number + 1)
}

/// A number that distinguishes this process's terminal from others that are in use; `None` if the platform has no such number.
#[cfg(not(unix))]
#[must_use]
pub fn number() -> Option<u64> {
    None
}

/// Whether this process, of any program, is in the foreground of our terminal. If that is unknown, it counts as such.
#[cfg(unix)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a terminal, whose errors nobody needs to see")]
pub fn is_in_foreground(pid: u32) -> bool {
    let group = || Group::of(rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?);
    let (Some(group), Ok(terminal)) = (group(), File::open("/dev/tty")) else { return true };
    Group::of_foreground(&terminal).is_none_or(|foreground| foreground == group)
}

/// Whether this process, of any program, is stopped, as by Ctrl-Z: it does nothing until somebody continues it. `None` if the system does not
/// report it.
#[cfg(unix)]
#[must_use]
pub fn is_stopped(pid: u32) -> Option<bool> {
    super::jobs::is_stopped(pid)
}

/// Nothing stops a process here.
#[cfg(not(unix))]
#[must_use]
pub fn is_stopped(_pid: u32) -> Option<bool> {
    Some(false)
}

/// A console has no background.
#[cfg(not(unix))]
#[must_use]
pub fn is_in_foreground(_pid: u32) -> bool {
    true
}

/// Writes to the terminal, or changes its settings, as the parent of a command that may be a background job: if the
/// terminal stops jobs for that (`stty tostop`), a message of this process must not stop the command.
pub fn undisturbed<T>(act: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    let _blocked = alongside::Blocked::here();
    act()
}

/// The next program that reads from the terminal must not read and show a half-typed answer: a shell would also run it, and keep it
/// in its history.
// Security: it may be the beginning of a secret.
#[cfg(unix)]
pub(super) fn forget_what_is_typed(terminal: &File) {
    if is_ours_to_read(terminal) {
        let _ = undisturbed(|| rustix::termios::tcflush(terminal, rustix::termios::QueueSelector::IFlush));
    }
}

/// A console hands nothing on that is not a line.
#[cfg(not(unix))]
pub(super) fn forget_what_is_typed(_terminal: &File) {}

/// The settings of the terminal, which a helper command may change and, if it is ended, not restore. They are restored
/// when this is dropped, but not alongside a command, which may have changed them since.
pub struct Kept {
    #[cfg(unix)]
    before: Option<(File, rustix::termios::Termios)>,
}

impl Kept {
    #[must_use]
    pub fn now() -> Self {
        #[cfg(unix)]
        return Self { before: alongside::settings() };
        #[cfg(not(unix))]
        Self {}
    }

    /// Discards what is typed: call this if a signal ends a helper command that may have been asking for it.
    pub fn forget_what_is_typed(&self) {
        #[cfg(unix)]
        if let Some((terminal, _)) = &self.before {
            forget_what_is_typed(terminal);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some((terminal, before)) = &self.before {
            alongside::put_back(terminal, before);
        }
    }
}

/// Call this in a run that stays alongside a command from now on. Before that, this process can be stopped like any other.
pub fn stays_alongside_a_command() {
    #[cfg(unix)]
    alongside::BEGUN.store(true, std::sync::atomic::Ordering::SeqCst);
}

/// The stdin of a helper command that may ask the user by itself: the terminal, if it is ours. Anything else is data for the
/// command that the user wants to run, or, alongside that command, its keyboard input.
#[must_use]
pub fn stdin_for_helpers() -> Stdio {
    if has_stdin() && !is_alongside_a_command() { Stdio::inherit() } else { Stdio::null() }
}

/// Whether this run stays alongside a command.
#[must_use]
pub fn is_alongside_a_command() -> bool {
    #[cfg(unix)]
    return alongside::BEGUN.load(std::sync::atomic::Ordering::SeqCst);
    #[cfg(not(unix))]
    false
}

#[cfg(unix)]
mod alongside {
    use std::sync::atomic::{AtomicBool, Ordering};

    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    pub(super) static BEGUN: AtomicBool = AtomicBool::new(false);

    /// Restores the flags for lines, echo and signals, if they were changed.
    pub(super) fn put_back(terminal: &std::fs::File, before: &rustix::termios::Termios) {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let which = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        let is_changed = |now: rustix::termios::Termios| (before.local_modes & which) != (now.local_modes & which);
        if tcgetattr(terminal).is_ok_and(is_changed) && super::is_ours_to_read(terminal) {
            let _ = super::undisturbed(|| tcsetattr(terminal, OptionalActions::Now, before));
        }
    }

    /// The terminal and its settings; `None` alongside a command.
    #[expect(clippy::disallowed_methods, reason = "a terminal, whose errors nobody needs to see")]
    pub(super) fn settings() -> Option<(std::fs::File, rustix::termios::Termios)> {
        if BEGUN.load(Ordering::SeqCst) {
            return None;
        }
        let terminal = std::fs::File::open("/dev/tty").ok()?;
        let settings = rustix::termios::tcgetattr(&terminal).ok()?;
        Some((terminal, settings))
    }

    /// As long as this lives, the terminal does not stop this thread for writing to it. The signal is blocked, not ignored, and no longer than
    /// needed: a program that is started meanwhile would inherit either.
    pub(super) struct Blocked(Option<SigSet>);

    impl Blocked {
        pub(super) fn here() -> Self {
            let block = || SigSet::from(Signal::SIGTTOU).thread_swap_mask(SigmaskHow::SIG_BLOCK).ok();
            Self(BEGUN.load(Ordering::SeqCst).then(block).flatten())
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            let _ = self.0.map(|before| before.thread_set_mask());
        }
    }
}

/// Whether this process may read from its controlling terminal. In the background, it would be stopped.
#[cfg(unix)]
#[must_use]
pub fn is_ours_to_read(terminal: &File) -> bool {
    // A terminal that does not report this cannot stop us either.
    Group::of_foreground(terminal).is_none_or(|foreground| foreground == Group::own())
}

/// A console has no background.
#[cfg(not(unix))]
#[must_use]
pub fn is_ours_to_read(_terminal: &File) -> bool {
    true
}

/// Whether no other program can be in the job of this process: it leads the job, so none started it there, and its input and output are the
/// terminal, so it is no part of a pipeline, whose pager may read the keys.
#[must_use]
pub fn is_alone() -> bool {
    #[cfg(unix)]
    return Group::own().as_pid() == Some(rustix::process::getpid()) && has_stdin() && has_stdout() && has_stderr();
    // There are no jobs.
    #[cfg(not(unix))]
    false
}

/// Whether the path is a terminal that this process may use. Opening it does not make it a controlling terminal.
#[cfg(unix)]
#[must_use]
pub fn is_terminal(path: &std::path::Path) -> bool {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).is_ok_and(rustix::termios::isatty)
}

/// The platform has no such paths.
#[cfg(not(unix))]
#[must_use]
pub fn is_terminal(_path: &std::path::Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::unique;

    #[test]
    fn terminals_of_one_number_in_two_containers_are_two_terminals() {
        let numbers = [(0x8800, 24), (0x8800, 25), (0x8801, 24), (0x8800, 0)].map(|(number, instance)| unique(number, instance));
        for (index, number) in numbers.iter().enumerate() {
            assert!(!numbers[..index].contains(number), "{numbers:x?}");
        }
    }
}
