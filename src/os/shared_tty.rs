//! Reads from a terminal that other programs use too: a command that runs at the same time, or a full-screen program that started this
//! one. Never reads while such a program reads the keys in its own mode, and never waits without end alongside a command.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::interrupts::{Continued, Interrupts};
use super::{panics, tty};

/// The longest line that a terminal returns.
pub(super) const LONGEST: usize = 4096;
/// How long to wait for a person alongside a command, which keeps running.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often to check the terminal alongside a command. A command that waits for a line gets it first: it is woken at once.
const LOOK_ALONGSIDE: Duration = Duration::from_millis(100);
/// How often to check it otherwise: nobody notices such a delay.
const LOOK: Duration = Duration::from_millis(20);

/// How to read from the terminal.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Whether a command runs alongside this process and owns the terminal.
    pub alongside_a_command: bool,
    /// Whether nobody waits for the answer any more.
    pub over: &'a dyn Fn() -> bool,
    /// Whether the caller notices signals, as one that has more to restore must: then `over` also says whether one came.
    pub caller_heeds_signals: bool,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("nobody answered in time")]
    TimedOut,
    /// Another program has taken over the keyboard, or this process is in the background of the terminal.
    #[error("another program has taken over the terminal")]
    Taken,
    /// Nobody waits for the answer any more.
    #[error("the answer is no longer needed")]
    Over,
    /// A signal came that does not end this process, such as that of Ctrl-C alongside a command.
    #[error("it was interrupted")]
    Interrupted,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// A terminal to read from, opened by [`open`].
pub(super) struct SharedTty<'a> {
    terminal: &'a File,
    manner: Manner<'a>,
    until: Option<Instant>,
    /// Whether echo is on.
    shown: bool,
}

/// Opens it so that reading never blocks. This does not affect other programs, which opened it separately.
///
/// # Errors
/// When this process has no terminal.
#[expect(clippy::disallowed_methods, reason = "a terminal, of which the caller tells errors")]
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    // A console has only one mode.
    #[cfg(not(unix))]
    options.write(true);
    options.open(path)
}

/// Whether the terminal reads lines with echo: no program reads keys itself, as an editor or a shell's prompt does, or has turned echo off.
#[must_use]
pub fn is_at_rest(terminal: &File) -> bool {
    has_modes(terminal, true)
}

/// Whether the terminal reads lines: no program reads keys itself.
#[must_use]
pub fn makes_lines(terminal: &File) -> bool {
    has_modes(terminal, false)
}

#[cfg(unix)]
fn has_modes(terminal: &File, shown: bool) -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    let wanted = if shown { LocalModes::ICANON | LocalModes::ECHO } else { LocalModes::ICANON };
    tcgetattr(terminal).is_ok_and(|settings| settings.local_modes.contains(wanted))
}

#[cfg(not(unix))]
fn has_modes(_terminal: &File, _shown: bool) -> bool {
    true
}

/// The terminal of an open prompt whose answer is shown.
static OPEN: Mutex<Option<File>> = Mutex::new(None);
static BEFORE_PANICS: Once = Once::new();

/// As long as this lives, a prompt is open.
struct Open;

impl Open {
    fn on(terminal: &File) -> Self {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = terminal.try_clone().ok();
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Discards what is typed at a prompt that is still open: call this before this process ends.
pub fn forget_half_typed() {
    if let Some(terminal) = &*OPEN.lock().unwrap_or_else(PoisonError::into_inner) {
        tty::forget_what_is_typed(terminal);
    }
}

/// Reads a line with echo, and appends it to `line`; returns how many bytes it had, none at the end of input. `ask` writes the question, and
/// again after a stop: the shell has written below it since. Without an answer, what was typed is discarded; only then does a signal that
/// ends or stops this process take effect. One that is for the command alongside ends the prompt: Ctrl-C clears what is typed, and nobody
/// would see that the prompt is still open.
///
/// # Errors
/// See [`Unread`].
pub fn shown_line(terminal: &File, manner: Manner<'_>, line: &mut String, ask: impl Fn() -> io::Result<()>) -> Result<usize, Unread> {
    BEFORE_PANICS.call_once(|| panics::end_after(forget_half_typed));
    let mut question = Question { ask, is_due: true, continued: Continued::noticed() };
    loop {
        // Before the question: a person may press Ctrl-C as soon as they see it.
        let signals = (!manner.caller_heeds_signals).then(Interrupts::noticed_with_stops);
        let signalled = || signals.as_ref().is_some_and(|signals| signals.seen().is_some());
        let open = Open::on(terminal);
        let read = read_line(terminal, manner, line, &mut question, &signalled).inspect_err(|_| tty::forget_what_is_typed(terminal));
        drop(open);
        let Some(signal) = signals.and_then(Interrupts::over) else { return read };
        if read.is_err() && manner.alongside_a_command {
            // A command that ends by it too needs no message.
            thread::sleep(LOOK_ALONGSIDE);
        }
        signal.heed();
        match read {
            Err(Unread::Failed(error)) if error.kind() == ErrorKind::Interrupted && signal.is_stop() => question.is_due = true,
            Err(_) => return Err(Unread::Interrupted),
            read => return read,
        }
    }
}

/// What a person is asked.
struct Question<Ask> {
    ask: Ask,
    /// Whether it is to be written.
    is_due: bool,
    /// After a stop, it is to be written again.
    continued: Continued,
}

impl<Ask: Fn() -> io::Result<()>> Question<Ask> {
    fn is_due(&self) -> bool {
        self.is_due || self.continued.is_seen()
    }

    fn write(&mut self) -> io::Result<()> {
        self.is_due = false;
        self.continued.forget();
        (self.ask)()
    }
}

fn read_line<Ask: Fn() -> io::Result<()>>(
    terminal: &File,
    manner: Manner<'_>,
    line: &mut String,
    question: &mut Question<Ask>,
    signalled: &dyn Fn() -> bool,
) -> Result<usize, Unread> {
    let mut shared = SharedTty::new(terminal, manner, true);
    let mut buffer = Zeroizing::new([0; LONGEST]);
    let mut length = 0;
    while length < LONGEST {
        // As much as there is: another program would read the rest of the line.
        let read = match shared.read(&mut buffer[length..], || signalled() || (question.is_due() && tty::is_ours_to_read(terminal))) {
            Err(Unread::Failed(error)) if error.kind() == ErrorKind::Interrupted && !signalled() => {
                question.write()?;
                continue;
            }
            read => read?,
        };
        length += read;
        // Ctrl-D after some text returns the text so far, and the line continues.
        if read == 0 || buffer[..length].ends_with(b"\n") || manner.alongside_a_command {
            break;
        }
    }
    // Bytes that are not text are not an answer: their reader says so and asks again.
    line.push_str(&Zeroizing::new(String::from_utf8_lossy(&buffer[..length]).into_owned()));
    Ok(length)
}

impl<'a> SharedTty<'a> {
    pub(super) fn new(terminal: &'a File, manner: Manner<'a>, shown: bool) -> Self {
        Self { terminal, manner, until: manner.alongside_a_command.then(|| Instant::now() + PATIENCE), shown }
    }

    /// Reads what is available. `interrupted` ends the wait with an error of that kind.
    pub(super) fn read(&mut self, buffer: &mut [u8], interrupted: impl Fn() -> bool) -> Result<usize, Unread> {
        let alongside = self.manner.alongside_a_command;
        loop {
            if interrupted() {
                return Err(Unread::Failed(ErrorKind::Interrupted.into()));
            }
            if (self.manner.over)() {
                return Err(Unread::Over);
            }
            let ours = tty::is_ours_to_read(self.terminal);
            // In the background without a command, reading stops this process, like any other: after `fg`, it asks again.
            if (alongside && !ours) || (ours && !has_modes(self.terminal, self.shown && alongside)) {
                return Err(Unread::Taken);
            }
            match io::Read::read(&mut { self.terminal }, buffer) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                outcome => return Ok(outcome?),
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                return Err(Unread::TimedOut);
            }
            thread::sleep(if alongside { LOOK_ALONGSIDE } else { LOOK });
        }
    }
}
