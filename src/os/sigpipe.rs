//! Starts the user's command with SIGPIPE as this process found it: ignored, as systemd has it for services, or not; and ends this process
//! by it when its own output is unread. Never starts helpers, which have the system's default.
//!
//! Rust's runtime ignores SIGPIPE before `main`, so that only what runs earlier can tell; and `Command` takes the default for what it starts.

use std::io;
use std::process::Command;

/// Replaces this process with the command. Returns why it could not.
pub(super) fn exec(command: &mut Command) -> io::Error {
    use std::os::unix::process::CommandExt as _;
    #[cfg(target_os = "linux")]
    if linux::is_ignored() {
        return linux::exec(command);
    }
    command.exec()
}

/// Starts the command.
pub(super) fn spawn(command: &mut Command) -> io::Result<rustix::process::Pid> {
    #[cfg(target_os = "linux")]
    if linux::is_ignored() {
        return linux::spawn(command);
    }
    command.spawn().map(|child| rustix::process::Pid::from_child(&child))
}

/// Performs the signal's default action, as for a program that Rust's runtime did not keep from it. Returns `false` if this process was started
/// with the signal ignored, and `true` if it cannot end by a signal.
pub(super) fn heed() -> bool {
    #[cfg(target_os = "linux")]
    if linux::is_ignored() {
        return false;
    }
    // The first process of a container cannot die by a signal.
    if !rustix::process::getpid().is_init() {
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGPIPE);
    }
    true
}

#[cfg(target_os = "linux")]
pub use linux::note;

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::{CStr, CString, OsStr};
    use std::io;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawnp};
    use nix::unistd::execvpe;
    use rustix::process::{Pid, Signal};
    use zeroize::Zeroizing;

    use crate::os::signal_masks;

    static IGNORED: AtomicBool = AtomicBool::new(false);

    /// Notes whether this process was started with SIGPIPE ignored. To be called before `main`, and as good as never after it.
    pub fn note() {
        let is_ignored = signal_masks::ignored().is_some_and(|mask| mask & (1 << (Signal::PIPE.as_raw() - 1)) != 0);
        IGNORED.store(is_ignored, Ordering::Relaxed);
    }

    pub(super) fn is_ignored() -> bool {
        IGNORED.load(Ordering::Relaxed)
    }

    pub(super) fn exec(command: &Command) -> io::Error {
        match Image::of(command) {
            Ok(image) => match execvpe(&image.arguments[0], &image.arguments, &image.variables) {
                Ok(never) => match never {},
                Err(error) => error.into(),
            },
            Err(error) => error,
        }
    }

    pub(super) fn spawn(command: &Command) -> io::Result<Pid> {
        let image = Image::of(command)?;
        let (actions, attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
        let pid = posix_spawnp(&image.arguments[0], &actions, &attributes, &image.arguments, &image.variables)?;
        Pid::from_raw(pid.as_raw()).ok_or_else(|| io::ErrorKind::Other.into())
    }

    /// What the kernel starts: the program and its arguments, and its variables, some of which are secret.
    struct Image {
        arguments: Vec<CString>,
        variables: Vec<Variable>,
    }

    impl Image {
        /// Of a command whose environment is named whole, as all of ours are.
        fn of(command: &Command) -> io::Result<Self> {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            let arguments = words.map(|word| Ok(CString::new(word.as_bytes())?)).collect::<io::Result<_>>()?;
            let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
            let variables = set.map(|(name, value)| Variable::new(name, value)).collect::<io::Result<_>>()?;
            Ok(Self { arguments, variables })
        }
    }

    /// `NAME=VALUE` and a NUL, wiped at the end.
    struct Variable(Zeroizing<Vec<u8>>);

    impl Variable {
        fn new(name: &OsStr, value: &OsStr) -> io::Result<Self> {
            // Of the size that it needs: one that grows would leave a copy.
            let mut text = Zeroizing::new(Vec::with_capacity(name.len() + value.len() + 2));
            for part in [name.as_bytes(), b"=", value.as_bytes(), b"\0"] {
                text.extend_from_slice(part);
            }
            CStr::from_bytes_with_nul(&text).map_err(|_| io::ErrorKind::InvalidInput)?;
            Ok(Self(text))
        }
    }

    impl AsRef<CStr> for Variable {
        fn as_ref(&self) -> &CStr {
            CStr::from_bytes_with_nul(&self.0).expect("it was looked at when it was made")
        }
    }
}
