//! Hides what is typed on a terminal, and reads a line of it. Always restores the terminal, and never to a state that
//! another process of this program set.

use std::fs::File;
use std::io;

use secrecy::SecretSlice;

use super::shared_tty::{Manner, Unread};

/// Reads a line without showing it; `None` at the end of input. `ask` writes the question, once echo is
/// off, and again after a stop. A signal that ends or stops this process takes effect after the terminal is
/// restored.
///
/// # Errors
/// See [`Unread`]; a line that is too long for a terminal is a failure.
#[cfg(unix)]
pub fn line(terminal: &File, manner: Manner<'_>, ask: impl Fn() -> io::Result<()>) -> Result<Option<SecretSlice<u8>>, Unread> {
    imp::line(terminal, manner, ask)
}

/// Reads a line without showing it; `None` at the end of input and on Ctrl-C.
///
/// # Errors
/// Those of the console.
#[cfg(not(unix))]
pub fn line(_terminal: &File, _manner: Manner<'_>, ask: impl Fn() -> io::Result<()>) -> Result<Option<SecretSlice<u8>>, Unread> {
    ask()?;
    match rpassword::read_password() {
        Ok(line) => Ok(Some(SecretSlice::from(line.into_bytes()))),
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Turns echo back on if another thread of this process is reading a hidden line: call this before this process
/// ends, which would leave echo off.
pub fn show_again() {
    #[cfg(unix)]
    imp::show_again();
}

/// Restores a terminal that a killed process of this program left without echo, and discards what was typed there. Call
/// this only while no other process of this program asks on it.
pub fn mend(terminal: &File) {
    #[cfg(unix)]
    imp::mend(terminal);
    #[cfg(not(unix))]
    let _ = terminal;
}

/// Whether a process of this program has turned echo off there, or was killed while it had.
#[cfg(unix)]
#[must_use]
pub fn is_on(terminal: &File) -> bool {
    rustix::termios::tcgetattr(terminal).is_ok_and(|settings| imp::is_ours(&settings))
}

/// The system restores a console.
#[cfg(not(unix))]
#[must_use]
pub fn is_on(_terminal: &File) -> bool {
    false
}

#[cfg(unix)]
mod imp {
    use std::fs::File;
    use std::io;
    use std::sync::{Mutex, Once, PoisonError};

    use rustix::process::{Signal, kill_current_process_group};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use secrecy::SecretSlice;
    use zeroize::Zeroizing;

    use super::super::interrupts::{Interrupt, Interrupts, stop_the_job};
    use super::super::panics;
    use super::super::shared_tty::{LONGEST, Manner, SharedTty, Unread, is_at_rest};
    use super::super::tty::{forget_what_is_typed, is_ours_to_read, undisturbed};

    /// The terminal without echo, and its settings before.
    static HIDDEN: Mutex<Option<(File, Termios)>> = Mutex::new(None);
    static BEFORE_PANICS: Once = Once::new();

    pub(super) fn show_again() {
        if let Some((terminal, original)) = &*HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) {
            forget_what_is_typed(terminal);
            let _ = tcsetattr(terminal, OptionalActions::Now, original);
        }
    }

    /// The flags that are off while echo is off.
    const OURS: LocalModes = LocalModes::ECHO.union(LocalModes::ECHONL).union(LocalModes::ISIG);
    /// A disabled key (`_POSIX_VDISABLE`).
    const NO_KEY: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 255 };

    /// Whether these are the settings of [`Mode`]: no other program lets the interrupt and suspend keys end a line.
    pub(super) fn is_ours(settings: &Termios) -> bool {
        let (modes, keys) = (settings.local_modes, &settings.special_codes);
        let key = |index: SpecialCodeIndex| keys[index];
        modes.contains(LocalModes::ICANON)
            && !modes.intersects(OURS)
            && key(SpecialCodeIndex::VINTR) != NO_KEY
            && key(SpecialCodeIndex::VEOL) == key(SpecialCodeIndex::VINTR)
            && key(SpecialCodeIndex::VEOL2) == key(SpecialCodeIndex::VSUSP)
    }

    /// The settings before a process of this program turned echo off. Unusual ones are lost.
    fn shown(mut settings: Termios) -> Termios {
        if is_ours(&settings) {
            settings.local_modes.insert(LocalModes::ECHO | LocalModes::ISIG);
            settings.special_codes[SpecialCodeIndex::VEOL] = NO_KEY;
            settings.special_codes[SpecialCodeIndex::VEOL2] = NO_KEY;
        }
        settings
    }

    pub(super) fn mend(terminal: &File) {
        if let Ok(settings) = tcgetattr(terminal)
            && is_ours(&settings)
            && is_ours_to_read(terminal)
        {
            forget_what_is_typed(terminal);
            let _ = undisturbed(|| tcsetattr(terminal, OptionalActions::Now, &shown(settings)));
        }
    }

    /// Why reading stopped.
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
                // The copy has the exact size, so that boxing it does not reallocate.
                End::Line => return Ok(Some(SecretSlice::from(buffer[..length].to_vec()))),
                End::Input => return Ok(None),
                End::Interrupt => {
                    // As the terminal does: every process in the foreground is interrupted too.
                    kill_current_process_group(Signal::INT).map_err(io::Error::from)?;
                    // Only a process that ignores the signal gets here.
                    return Ok(None);
                }
                End::Suspend => stop_the_job(),
                End::Signal(signal) => {
                    signal.heed();
                    if !signal.is_stop() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// A terminal without echo and signals. Dropping this restores it.
    ///
    /// The interrupt and suspend keys end the line instead: a signal from the driver would end or stop this process while echo is
    /// off, and leave the next shell without it.
    struct Mode<'a> {
        terminal: &'a File,
        original: Termios,
        hidden: Termios,
        interrupt: u8,
        suspend: u8,
        /// Whether the line was read to its end: anything typed after that is for others.
        answered: bool,
    }

    impl<'a> Mode<'a> {
        fn start(terminal: &'a File) -> io::Result<Self> {
            // Never restore the settings that another process of this program made.
            let original = shown(tcgetattr(terminal)?);
            let (interrupt, suspend) = (original.special_codes[SpecialCodeIndex::VINTR], original.special_codes[SpecialCodeIndex::VSUSP]);
            let mut hidden = original.clone();
            hidden.local_modes.remove(OURS);
            hidden.local_modes.insert(LocalModes::ICANON);
            hidden.special_codes[SpecialCodeIndex::VEOL] = interrupt;
            hidden.special_codes[SpecialCodeIndex::VEOL2] = suspend;
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) = terminal.try_clone().ok().map(|terminal| (terminal, original.clone()));
            let mode = Self { terminal, original, hidden, interrupt, suspend, answered: false };
            tcsetattr(terminal, OptionalActions::Now, &mode.hidden)?;
            Ok(mode)
        }

        /// Turns echo off again if another process has restored its own settings: one that does not know about this prompt, or
        /// a shell that continues this process.
        fn stay_hidden(&self) {
            if is_at_rest(self.terminal) && is_ours_to_read(self.terminal) {
                let _ = undisturbed(|| tcsetattr(self.terminal, OptionalActions::Now, &self.hidden));
            }
        }

        /// Reads up to the end of the line; the length excludes its last byte.
        fn read(&self, mut from: SharedTty<'_>, signals: &Interrupts, buffer: &mut [u8]) -> Result<(usize, End), Unread> {
            let mut length = 0;
            loop {
                let interrupted = || {
                    self.stay_hidden();
                    signals.seen().is_some()
                };
                let read = match from.read(&mut buffer[length..], interrupted) {
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
                    // Ctrl-D after some text returns the text so far, and the line continues.
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
            // If a command alongside this process has changed the terminal's mode, keep its mode. It may restore
            // this one in the end, so remember what was before.
            if tcgetattr(self.terminal).is_ok_and(|now| !now.local_modes.contains(LocalModes::ICANON)) {
                return;
            }
            let _ = undisturbed(|| tcsetattr(self.terminal, OptionalActions::Now, &self.original));
            *HIDDEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Whether this is the key, if the terminal has one: 0, and 255 on some systems, mean that it has none.
    fn is_key(byte: u8, key: u8) -> bool {
        byte == key && !matches!(key, 0 | 255)
    }
}
