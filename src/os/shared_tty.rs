//! Reads from a terminal that other programs have too: a command that runs meanwhile, or a program on the whole screen that started this
//! one. Never reads while such a program has the keys in a way of its own, and alongside a command never waits without end.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::tty;

/// The longest line that a terminal hands over.
pub(super) const LONGEST: usize = 4096;
/// How long anybody is waited for alongside a command: what it waits for goes on without.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often the terminal is looked at alongside a command. A command that waits for a line has it by then: it is woken at once.
const LOOK_ALONGSIDE: Duration = Duration::from_millis(100);
/// How often it is looked at otherwise: nobody notices such a delay.
const LOOK: Duration = Duration::from_millis(20);

/// How the terminal is read from.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Whether a command runs alongside this process, and the terminal is for that command in the first place.
    pub alongside_a_command: bool,
    /// Whether nobody waits for the answer any more.
    pub over: &'a dyn Fn() -> bool,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("nobody answered in time")]
    TimedOut,
    /// Another program has the keys by now, or this process is in the background of the terminal.
    #[error("the terminal is another program's by now")]
    Taken,
    /// Nobody waits for the answer any more.
    #[error("nobody waits for it any more")]
    Over,
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// A terminal to be read from, opened by [`open`].
pub(super) struct SharedTty<'a> {
    terminal: &'a File,
    manner: Manner<'a>,
    until: Option<Instant>,
    /// Whether what is typed is shown.
    shown: bool,
}

/// Opens it so that reading never blocks. This changes nothing for other programs, which have it open for themselves.
///
/// # Errors
/// When this process has no terminal.
#[expect(clippy::disallowed_methods, reason = "a terminal, of which the caller tells errors")]
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    // A console has one mode to be opened in.
    #[cfg(not(unix))]
    options.write(true);
    options.open(path)
}

/// Whether keys make lines there and are shown: no program has them for itself, as an editor and a shell's prompt do, nor hides them.
#[must_use]
pub fn is_at_rest(terminal: &File) -> bool {
    has_modes(terminal, true)
}

/// Whether keys make lines there: no program has them for itself.
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

/// Reads a line that is shown while it is typed, and appends it to `line`; says how many bytes it had, none at the end of input.
///
/// # Errors
/// See [`Unread`].
pub fn shown_line(terminal: &File, manner: Manner<'_>, line: &mut String) -> Result<usize, Unread> {
    let mut shared = SharedTty::new(terminal, manner, true);
    let mut buffer = Zeroizing::new([0; LONGEST]);
    let mut length = 0;
    while length < LONGEST {
        // As much as there is: what is left of a line another program would read.
        let read = shared.read(&mut buffer[length..], || false).inspect_err(|why| {
            if matches!(why, Unread::Over | Unread::TimedOut) {
                tty::forget_what_is_typed(terminal);
            }
        })?;
        length += read;
        // Ctrl-D after some text hands over what there is, and the line goes on.
        if read == 0 || buffer[..length].ends_with(b"\n") || manner.alongside_a_command {
            break;
        }
    }
    // What is no text is no answer either, and its reader says so and asks again.
    line.push_str(&Zeroizing::new(String::from_utf8_lossy(&buffer[..length]).into_owned()));
    Ok(length)
}

impl<'a> SharedTty<'a> {
    pub(super) fn new(terminal: &'a File, manner: Manner<'a>, shown: bool) -> Self {
        Self { terminal, manner, until: manner.alongside_a_command.then(|| Instant::now() + PATIENCE), shown }
    }

    /// Reads what there is. `interrupted` ends the wait with an error of that kind.
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
            // In the background without a command, reading stops this process, as it does any other: `fg` has it ask on.
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
