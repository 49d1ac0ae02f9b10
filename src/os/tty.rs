//! Which terminal this process talks to, and a line read from it that is not shown. Never leaves a terminal other than it was.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::Stdio;

use secrecy::SecretSlice;

#[cfg(unix)]
use super::jobs::Group;
use super::shared_tty::{Manner, Unread};

/// The device file of the terminal on stdin, stderr or stdout, whichever is one. `/dev/tty` is no answer: programs such as
/// `gpg-agent` hand the name to another process, for which it would mean another terminal.
#[cfg(unix)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked which terminal they are")]
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

/// A number that tells the terminal of this process from others that are in use; none where it has no terminal.
#[cfg(target_os = "linux")]
#[must_use]
pub fn number() -> Option<u64> {
    // `/dev/tty` is the same file for every process, and stdin, stdout and stderr may be pipes.
    super::jobs::own_terminal().and_then(|number| u64::try_from(number).ok()).filter(|number| *number != 0)
}

/// A number that tells the terminal of this process from others that are in use; none where it has no terminal.
#[cfg(all(unix, not(target_os = "linux")))]
#[must_use]
pub fn number() -> Option<u64> {
    // A terminal controls one session. The remainder, so that files that are named after it do not pile up.
    let session = super::jobs::own_session()?;
    u64::try_from(session % 509).ok().map(|number| number + 1)
}

/// A number that tells the terminal of this process from others that are in use; none where the platform has no such thing.
#[cfg(not(unix))]
#[must_use]
pub fn number() -> Option<u64> {
    None
}

/// Whether this process, of any program, is in the foreground of our terminal. What cannot be known counts as such.
#[cfg(unix)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a terminal, of which no error is told")]
pub fn is_in_foreground(pid: u32) -> bool {
    let group = || Group::of(rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?);
    let (Some(group), Ok(terminal)) = (group(), File::open("/dev/tty")) else { return true };
    Group::of_foreground(&terminal).is_none_or(|foreground| foreground == group)
}

/// A console has no background.
#[cfg(not(unix))]
#[must_use]
pub fn is_in_foreground(_pid: u32) -> bool {
    true
}

/// Writes to the terminal, or changes its settings, as the parent of a command that may have become a job in the background: where the
/// terminal stops jobs for that (`stty tostop`), a message of this process must not stop the command.
pub fn undisturbed<T>(act: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    let _blocked = beside::Blocked::here();
    act()
}

/// To be called by whoever stays beside a command from now on. Before that, this process is stopped as any other is.
pub fn stays_beside_a_command() {
    #[cfg(unix)]
    beside::BEGUN.store(true, std::sync::atomic::Ordering::SeqCst);
}

/// The stdin of a helper command that may ask the person by itself: the terminal, where that is ours. Anything else there is the data of the
/// command that the person really wants to run, and beside that command its keys.
#[must_use]
pub fn stdin_for_helpers() -> Stdio {
    #[cfg(unix)]
    let beside_a_command = beside::BEGUN.load(std::sync::atomic::Ordering::SeqCst);
    #[cfg(not(unix))]
    let beside_a_command = false;
    if io::stdin().is_terminal() && !beside_a_command { Stdio::inherit() } else { Stdio::null() }
}

#[cfg(unix)]
mod beside {
    use std::sync::atomic::{AtomicBool, Ordering};

    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    pub(super) static BEGUN: AtomicBool = AtomicBool::new(false);

    /// As long as this lives, the terminal does not stop what this thread does to it. Blocked rather than ignored, and no longer than
    /// that: a program that is started meanwhile would inherit either.
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

/// Reads a line that is not shown while it is typed; `None` at the end of input. `ask` writes the question, once nothing is shown any
/// more, and again when the person comes back from a stop. Whatever signal ends or stops this process does so once the terminal is as it
/// was.
///
/// # Errors
/// See [`Unread`]; a line longer than terminals take is a failure.
#[cfg(unix)]
pub fn hidden_line(terminal: &File, manner: Manner<'_>, ask: impl Fn() -> io::Result<()>) -> Result<Option<SecretSlice<u8>>, Unread> {
    hidden::line(terminal, manner, ask)
}

/// Reads a line that is not shown while it is typed; `None` at the end of input and on Ctrl-C.
///
/// # Errors
/// Those of the console.
#[cfg(not(unix))]
pub fn hidden_line(_terminal: &File, _manner: Manner<'_>, ask: impl Fn() -> io::Result<()>) -> Result<Option<SecretSlice<u8>>, Unread> {
    ask()?;
    match rpassword::read_password() {
        Ok(line) => Ok(Some(SecretSlice::from(line.into_bytes()))),
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Has the terminal show what is typed if another thread of this process is just reading a hidden line: to be called before this process
/// ends, which would leave the terminal as it is.
pub fn show_again() {
    #[cfg(unix)]
    hidden::show_again();
}

#[cfg(unix)]
mod hidden {
    use std::fs::File;
    use std::io;
    use std::sync::{Mutex, Once, PoisonError};

    use rustix::process::{Signal, kill_current_process_group};
    use rustix::termios::{LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr};
    use secrecy::SecretSlice;
    use zeroize::Zeroizing;

    use super::super::interrupts::{Interrupt, Interrupts};
    use super::super::shared_tty::{LONGEST, Manner, SharedTty, Unread};
    use super::undisturbed;
    use crate::os::panics;

    /// The terminal that shows nothing now, and how it was before.
    static HIDDEN: Mutex<Option<(File, Termios)>> = Mutex::new(None);
    static BEFORE_PANICS: Once = Once::new();

    pub(super) fn show_again() {
        if let Some((terminal, original)) = &*HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) {
            forget_what_is_typed(terminal);
            let _ = tcsetattr(terminal, OptionalActions::Now, original);
        }
    }

    /// A half-typed answer must not be read, and shown, by the program that reads from the terminal next: a shell would also run it, and keep it
    /// in its history.
    // Security: it is the beginning of a secret.
    fn forget_what_is_typed(terminal: &File) {
        if super::is_ours_to_read(terminal) {
            let _ = undisturbed(|| tcflush(terminal, QueueSelector::IFlush));
        }
    }

    /// Why there is no more to read.
    enum End {
        Line,
        Input,
        Interrupt,
        Suspend,
        Signal(Interrupt),
    }

    pub(super) fn line(terminal: &File, manner: Manner<'_>, ask: impl Fn() -> io::Result<()>) -> Result<Option<SecretSlice<u8>>, Unread> {
        // A panic drops no `Mode`. Nothing panics while it holds the lock that this takes.
        BEFORE_PANICS.call_once(|| panics::end_after(show_again));
        loop {
            // Before the terminal is changed, so that no signal ends this process in between.
            let signals = Interrupts::noticed_with_stops();
            let mut mode = Mode::start(terminal)?;
            ask()?;
            let mut buffer = Zeroizing::new([0; LONGEST]);
            let (length, end) = mode.read(SharedTty::new(terminal, manner, false), &signals, &mut *buffer)?;
            mode.answered = matches!(end, End::Line);
            drop(mode);
            match signals.over().map_or(end, End::Signal) {
                // The copy is of the exact size, so that boxing it moves nothing.
                End::Line => return Ok(Some(SecretSlice::from(buffer[..length].to_vec()))),
                End::Input => return Ok(None),
                End::Interrupt => {
                    // As the terminal does it: whoever shares the foreground with this process is interrupted too.
                    kill_current_process_group(Signal::INT).map_err(io::Error::from)?;
                    // Only a process that was told to ignore the signal is still here.
                    return Ok(None);
                }
                End::Suspend => kill_current_process_group(Signal::TSTP).map_err(io::Error::from)?,
                End::Signal(signal) => {
                    signal.heed();
                    if !signal.is_stop() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// A terminal that shows nothing and raises no signal. It is as it was when this is dropped.
    ///
    /// The keys for interrupt and suspend end the line instead: a signal from the driver would end or stop this process while nothing is
    /// shown, and leave the shell that comes next like that.
    struct Mode<'a> {
        terminal: &'a File,
        original: Termios,
        interrupt: u8,
        suspend: u8,
        /// Whether the line was read to its end: what is typed by then is for others.
        answered: bool,
    }

    impl<'a> Mode<'a> {
        fn start(terminal: &'a File) -> io::Result<Self> {
            let original = tcgetattr(terminal)?;
            let (interrupt, suspend) = (original.special_codes[SpecialCodeIndex::VINTR], original.special_codes[SpecialCodeIndex::VSUSP]);
            let mut hidden = original.clone();
            hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG);
            hidden.local_modes.insert(LocalModes::ICANON);
            hidden.special_codes[SpecialCodeIndex::VEOL] = interrupt;
            hidden.special_codes[SpecialCodeIndex::VEOL2] = suspend;
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) = terminal.try_clone().ok().map(|terminal| (terminal, original.clone()));
            let mode = Self { terminal, original, interrupt, suspend, answered: false };
            tcsetattr(terminal, OptionalActions::Now, &hidden)?;
            Ok(mode)
        }

        /// Reads up to the end of the line, whose last byte is left out of the length.
        fn read(&self, mut from: SharedTty<'_>, signals: &Interrupts, buffer: &mut [u8]) -> Result<(usize, End), Unread> {
            let mut length = 0;
            loop {
                let read = match from.read(&mut buffer[length..], || signals.seen().is_some()) {
                    Err(Unread::Failed(error)) if error.kind() == io::ErrorKind::Interrupted => match signals.seen() {
                        Some(signal) => return Ok((0, End::Signal(signal))),
                        None => continue,
                    },
                    read => read?,
                };
                length += read;
                let end = match buffer[..length].last() {
                    _ if read == 0 => End::Input,
                    Some(b'\n') => End::Line,
                    Some(&key) if is_key(key, self.interrupt) => End::Interrupt,
                    Some(&key) if is_key(key, self.suspend) => End::Suspend,
                    _ if length == buffer.len() => {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long").into());
                    }
                    // Ctrl-D behind some text hands over what there is, and the line goes on.
                    _ => continue,
                };
                return Ok((length.saturating_sub(1), end));
            }
        }
    }

    impl Drop for Mode<'_> {
        fn drop(&mut self) {
            if !self.answered {
                forget_what_is_typed(self.terminal);
            }
            // A command beside this process that has given the terminal a mode of its own meanwhile must find it so. What it puts back
            // in the end may be this one, so that what was before stays known.
            if tcgetattr(self.terminal).is_ok_and(|now| !now.local_modes.contains(LocalModes::ICANON)) {
                return;
            }
            let _ = undisturbed(|| tcsetattr(self.terminal, OptionalActions::Now, &self.original));
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Whether this is the key, where the terminal has one for it: 0, and 255 on some systems, say that it has none.
    fn is_key(byte: u8, key: u8) -> bool {
        byte == key && !matches!(key, 0 | 255)
    }
}

/// Whether this process may read from its controlling terminal. One in the background would be stopped for trying.
#[cfg(unix)]
#[must_use]
pub fn is_ours_to_read(terminal: &File) -> bool {
    // A terminal that does not tell is one that cannot stop us either.
    Group::of_foreground(terminal).is_none_or(|foreground| foreground == Group::own())
}

/// A console has no background.
#[cfg(not(unix))]
#[must_use]
pub fn is_ours_to_read(_terminal: &File) -> bool {
    true
}

/// Whether the path is that of a terminal that this process may use. Opening it makes it nobody's controlling terminal.
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
