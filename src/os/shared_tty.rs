//! Reads from a terminal that a command beside this process has too. Never waits without end, never reads while the command has the keys
//! in a way of its own, and leaves a line to the command where that waits for one.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::tty;

/// The longest line that a terminal hands over.
const LONGEST: usize = 4096;
/// How long anybody is waited for: other processes may need the same code, and wait for this one meanwhile.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often the terminal is looked at. A command that waits for a line has it by then: it is woken at once.
const LOOK: Duration = Duration::from_millis(100);

/// A terminal to be read from, up to a moment. An error of the kind [`ErrorKind::TimedOut`] says that it has come,
/// [`ErrorKind::ResourceBusy`] that the terminal is the command's alone by now.
pub struct SharedTty<'a> {
    terminal: &'a File,
    until: Instant,
    /// Whether what is typed is shown.
    shown: bool,
}

/// Opens it so that reading never blocks. This changes nothing for the command, which has it open for itself.
///
/// # Errors
/// When this process has no terminal.
#[expect(clippy::disallowed_methods, reason = "a terminal, of which the caller tells errors")]
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    // A console has one mode to be opened in, and is never waited at: a window asks there.
    #[cfg(not(unix))]
    options.write(true);
    options.open(path)
}

/// Whether keys make lines there and are shown: no program has them for itself, as an editor and a shell's prompt do, nor hides them.
#[must_use]
pub fn is_at_rest(terminal: &File) -> bool {
    makes_lines(terminal, true)
}

/// Whether keys make lines there, and are shown where they must be.
#[cfg(unix)]
fn makes_lines(terminal: &File, shown: bool) -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    let wanted = if shown { LocalModes::ICANON | LocalModes::ECHO } else { LocalModes::ICANON };
    tcgetattr(terminal).is_ok_and(|settings| settings.local_modes.contains(wanted))
}

#[cfg(not(unix))]
fn makes_lines(_terminal: &File, _shown: bool) -> bool {
    true
}

impl<'a> SharedTty<'a> {
    /// `terminal` was opened by [`open`].
    #[must_use]
    pub fn new(terminal: &'a File, shown: bool) -> Self {
        Self { terminal, until: Instant::now() + PATIENCE, shown }
    }

    /// Puts a line behind what is in `line`, and says how many bytes it had; none at the end of input.
    ///
    /// # Errors
    /// Those of reading, and what is not text.
    pub fn line(mut self, line: &mut String) -> io::Result<usize> {
        // The whole line at once: what is left of it the command would read.
        let mut buffer = Zeroizing::new([0; LONGEST]);
        let length = self.read(&mut *buffer)?;
        line.push_str(std::str::from_utf8(&buffer[..length]).map_err(|_| ErrorKind::InvalidData)?);
        Ok(length)
    }
}

impl Read for SharedTty<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !tty::is_ours_to_read(self.terminal) || !makes_lines(self.terminal, self.shown) {
                return Err(ErrorKind::ResourceBusy.into());
            }
            match self.terminal.read(buffer) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                outcome => return outcome,
            }
            if Instant::now() >= self.until {
                return Err(ErrorKind::TimedOut.into());
            }
            thread::sleep(LOOK);
        }
    }
}
