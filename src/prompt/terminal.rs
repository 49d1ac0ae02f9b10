//! Asks on the controlling terminal, never on stdin, stdout or stderr, which may be pipes. Never leaves the terminal changed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::model::{TokenCode, fit};
use crate::os::files::reason;
use crate::os::shared_tty::{self, SharedTty};
use crate::os::tty;
use crate::ports::{Again, CodeRequest, MfaPrompt, PromptError};

use super::choose::{TerminalState, lacking};

/// The terminal that this process belongs to.
pub struct Terminal {
    input: File,
    output: File,
    /// Whether a command beside this process has it too.
    shared: bool,
}

impl Terminal {
    /// # Errors
    /// When the process has no terminal: in a service, in CI, behind a client that cut it off.
    #[expect(clippy::disallowed_methods, reason = "a terminal, to read and to write, is no file of anybody's")]
    pub fn open() -> Result<Self, PromptError> {
        let (read, write) = if cfg!(windows) { ("CONIN$", "CONOUT$") } else { ("/dev/tty", "/dev/tty") };
        let unavailable = |_| PromptError::Unavailable("this process has no terminal".to_owned());
        let input = OpenOptions::new().read(true).write(cfg!(windows)).open(read).map_err(unavailable)?;
        let output = OpenOptions::new().write(true).open(write).map_err(unavailable)?;
        Ok(Self { input, output, shared: false })
    }

    /// The same beside a command: to be asked on, it must be in our hands and at rest.
    ///
    /// # Errors
    /// Also where this process is in the background, or the command has the keys for itself.
    pub(super) fn open_beside_a_command() -> Result<Self, PromptError> {
        let mut terminal = Self::open()?;
        match terminal.state_beside_a_command() {
            TerminalState::Ready => {}
            state => return Err(PromptError::Unavailable(lacking(state).to_owned())),
        }
        if cfg!(unix) {
            terminal.input = shared_tty::open(Path::new("/dev/tty"))
                .map_err(|error| PromptError::Unavailable(format!("the terminal cannot be opened: {}", reason(&error))))?;
        }
        terminal.shared = true;
        Ok(terminal)
    }

    fn state_beside_a_command(&self) -> TerminalState {
        match () {
            () if !tty::is_ours_to_read(&self.input) => TerminalState::Background,
            () if !shared_tty::is_at_rest(&self.input) => TerminalState::Taken,
            () => TerminalState::Ready,
        }
    }

    /// The same for whoever wants to read from it.
    ///
    /// # Errors
    /// Also where this process is in the background of its terminal: the system would stop it for reading, and nobody might know why.
    pub fn open_to_read() -> Result<Self, PromptError> {
        let terminal = Self::open()?;
        if tty::is_ours_to_read(&terminal.input) {
            Ok(terminal)
        } else {
            Err(PromptError::Unavailable("this process is in the background of its terminal".to_owned()))
        }
    }

    /// Whether it can be asked on.
    pub(super) fn state(beside_a_command: bool) -> TerminalState {
        match Self::open() {
            Ok(terminal) if beside_a_command => terminal.state_beside_a_command(),
            Ok(terminal) if tty::is_ours_to_read(&terminal.input) => TerminalState::Ready,
            Ok(_) => TerminalState::Background,
            Err(_) => TerminalState::Absent,
        }
    }

    /// Writes a line.
    pub fn tell(&self, message: &str) {
        // A terminal that has gone away has nobody to tell.
        let _ = tty::undisturbed(|| writeln!(&self.output, "{}", fit(message)));
    }

    /// Writes over the current line.
    pub fn rewrite(&self, message: &str) {
        let _ = tty::undisturbed(|| write!(&self.output, "\r\x1b[K{message}").and_then(|()| (&self.output).flush()));
    }

    /// Why nothing was read. Beside a command the cursor is left behind the question, and what is written next is not to stand there.
    fn failed(&self, error: &io::Error) -> PromptError {
        match error.kind() {
            ErrorKind::TimedOut => {
                self.tell("");
                PromptError::Unanswered
            }
            ErrorKind::ResourceBusy => {
                self.tell("");
                let state = self.state_beside_a_command();
                // What was taken may be free again by now.
                PromptError::Unavailable(lacking(if state == TerminalState::Ready { TerminalState::Taken } else { state }).to_owned())
            }
            _ => PromptError::Failed(format!("the terminal failed: {}", reason(error))),
        }
    }

    /// Asks for a line that may be seen. It is wiped all the same: it may be a code, or a secret that was typed too early.
    ///
    /// # Errors
    /// [`PromptError::Cancelled`] at the end of input; beside a command, that nobody answered or that it took the terminal.
    pub fn line(&self, question: &str) -> Result<Zeroizing<String>, PromptError> {
        let failed = |error: io::Error| self.failed(&error);
        tty::undisturbed(|| write!(&self.output, "{question}").and_then(|()| (&self.output).flush())).map_err(failed)?;
        // With room for the longest line of a terminal: growing would leave copies behind.
        let mut line = Zeroizing::new(String::with_capacity(4096));
        let read = if self.shared {
            SharedTty::new(&self.input, true).line(&mut line)
        } else {
            BufReader::with_capacity(1, &self.input).read_line(&mut line)
        };
        let read = read.map_err(failed)?;
        if read == 0 {
            self.tell("");
            return Err(PromptError::Cancelled);
        }
        let length = line.trim_end_matches(['\r', '\n']).len();
        line.truncate(length);
        Ok(line)
    }

    /// Asks for a secret, which is not shown. Ctrl-C ends this process, as it does everywhere else, once the terminal is as it was.
    ///
    /// # Errors
    /// As [`Terminal::line`].
    pub fn secret(&self, question: &str) -> Result<SecretString, PromptError> {
        let failed = |error: io::Error| self.failed(&error);
        let ask = || tty::undisturbed(|| write!(&self.output, "{question}").and_then(|()| (&self.output).flush()));
        let line = tty::hidden_line(&self.input, self.shared, ask).map_err(failed)?;
        // The line feed that ended the line was not shown either.
        self.tell("");
        let line = line.ok_or(PromptError::Cancelled)?;
        let text =
            std::str::from_utf8(line.expose_secret()).map_err(|_| PromptError::Failed("what was typed is not Unicode text".to_owned()))?;
        Ok(SecretString::from(text))
    }
}

/// Asks for codes on the terminal. A code is shown while it is typed: it is worth nothing half a minute later.
pub struct TerminalPrompt {
    terminal: Terminal,
}

impl TerminalPrompt {
    #[must_use]
    pub fn on(terminal: Terminal) -> Self {
        Self { terminal }
    }
}

impl MfaPrompt for TerminalPrompt {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        if let Some(complaint) = request.complaint {
            self.terminal.tell(complaint);
        }
        loop {
            let line = self.terminal.line(&format!("MFA code for {}: ", request.serial))?;
            if line.trim().is_empty() {
                return Err(PromptError::Cancelled);
            }
            match TokenCode::parse(&line) {
                Ok(code) => return Ok(code),
                Err(fault) => self.terminal.tell(&format!("{fault}; press Enter alone to give up")),
            }
        }
    }

    fn tell(&self, message: &str) {
        self.terminal.tell(message);
    }

    fn progress(&self, seconds_left: u32) {
        self.terminal.rewrite(&format!("{seconds_left} s "));
        if seconds_left <= 1 {
            self.terminal.rewrite("");
        }
    }

    fn again(&self) -> Again {
        Again::AtOnce
    }
}
