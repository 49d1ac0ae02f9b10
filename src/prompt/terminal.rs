//! Asks on the controlling terminal, never on stdin, stdout or stderr, which may be pipes. Never leaves the terminal changed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::model::{TokenCode, fit};
use crate::os::files::reason;
use crate::os::shared_tty::{self, Manner, Unread};
use crate::os::{hidden, tty};
use crate::ports::{CodeRequest, PromptError};

use super::choose::{TerminalState, lacking};
use super::moot::{self, moot};
use super::turn::{self, Patience, Turn};

/// The terminal that this process belongs to.
pub struct Terminal {
    /// Reading from it never blocks.
    input: File,
    output: File,
    /// Whether a command alongside this process has it too.
    alongside_a_command: bool,
    /// No other process of this program asks here meanwhile.
    turn: Option<Turn>,
}

impl Terminal {
    /// Opens it to write on it.
    ///
    /// # Errors
    /// When the process has no terminal: in a service, in CI, under a client that cut it off.
    pub fn open() -> Result<Self, PromptError> {
        Self::opened(false)
    }

    /// The same for a message. One that a command `alongside` this process may be drawing on must be in our hands and at rest.
    ///
    /// # Errors
    /// Also that it is not.
    pub(super) fn open_to_tell(alongside: bool) -> Result<Self, PromptError> {
        let terminal = Self::opened(alongside)?;
        if alongside { terminal.ready() } else { Ok(terminal) }
    }

    #[expect(clippy::disallowed_methods, reason = "a terminal, to read and to write, is no file of anybody's")]
    fn opened(alongside_a_command: bool) -> Result<Self, PromptError> {
        let (read, write) = if cfg!(windows) { ("CONIN$", "CONOUT$") } else { ("/dev/tty", "/dev/tty") };
        let unavailable = |_| PromptError::Unavailable("this process has no terminal".to_owned());
        let input = shared_tty::open(Path::new(read)).map_err(unavailable)?;
        let output = OpenOptions::new().write(true).open(write).map_err(unavailable)?;
        Ok(Self { input, output, alongside_a_command, turn: None })
    }

    /// The same to ask on it, and to be the only one to ask there until this is dropped.
    ///
    /// # Errors
    /// Also where this process is in the background of its terminal: the system would stop it for reading, and nobody might know why. And
    /// where another program has the keys for itself: nobody could answer what is painted into its screen. And as of [`PromptError::InUse`]
    /// with `no_wait`.
    pub fn open_to_ask(no_wait: bool) -> Result<Self, PromptError> {
        Self::open_in_turn(Patience { no_wait, alongside_a_command: false, over: &moot(&|| false) })
    }

    /// The same alongside a command, where the terminal must be in our hands and at rest, and for a question that may be moot after the wait.
    ///
    /// # Errors
    /// Also that it is moot.
    pub(super) fn open_in_turn(patience: Patience<'_>) -> Result<Self, PromptError> {
        let mut terminal = Self::opened(patience.alongside_a_command)?.ready()?;
        terminal.turn = Some(turn::take(&terminal.input, patience)?.ok_or_else(moot::why)?);
        // The wait may have been long.
        terminal.ready()
    }

    /// The turn for a program that may ask there too, and finds out by itself whether it can. Nothing where it cannot.
    ///
    /// # Errors
    /// As of [`Terminal::open_to_ask`].
    pub fn turn_of_another_program(alongside_a_command: bool, no_wait: bool) -> Result<Turn, PromptError> {
        match Self::open_in_turn(Patience { no_wait, alongside_a_command, over: &moot(&|| false) }) {
            Ok(terminal) => Ok(terminal.into_turn()),
            Err(PromptError::Unavailable(_)) => Ok(Turn::default()),
            Err(error) => Err(error),
        }
    }

    /// The turn to ask there, without the terminal.
    #[must_use]
    pub fn into_turn(self) -> Turn {
        self.turn.unwrap_or_default()
    }

    fn ready(self) -> Result<Self, PromptError> {
        match self.own_state() {
            TerminalState::Ready => Ok(self),
            state => Err(self.lacks(state)),
        }
    }

    fn lacks(&self, state: TerminalState) -> PromptError {
        PromptError::Unavailable(lacking(state, self.alongside_a_command).to_owned())
    }

    fn own_state(&self) -> TerminalState {
        // A command that hides what is typed is about to be given a secret. Elsewhere the person may have chosen to see nothing.
        let at_rest = if self.alongside_a_command { shared_tty::is_at_rest } else { shared_tty::makes_lines };
        match () {
            () if !tty::is_ours_to_read(&self.input) => TerminalState::Background,
            () if at_rest(&self.input) => TerminalState::Ready,
            // Another process of this program asks, or gpg for it: that is waited for.
            () if self.turn.is_none() && (hidden::is_on(&self.input) || turn::is_anothers()) => TerminalState::Ready,
            () => TerminalState::Taken,
        }
    }

    /// Whether it can be asked on.
    pub(super) fn state(alongside_a_command: bool) -> TerminalState {
        Self::opened(alongside_a_command).map_or(TerminalState::Absent, |terminal| terminal.own_state())
    }

    /// Writes a line, where it is not painted into the screen of a program that has the keys.
    pub fn tell(&self, message: &str) {
        if shared_tty::makes_lines(&self.input) {
            // A terminal that has gone away has nobody to tell.
            let _ = self.write(&format!("{}\n", fit(message)));
        }
    }

    /// The same for words that are fit to be shown, line ends included. Whether they were written.
    #[must_use]
    pub fn say(&self, text: &str) -> bool {
        shared_tty::makes_lines(&self.input) && self.write(text).is_ok()
    }

    /// Writes over the current line, where that is not another process's question.
    pub fn rewrite(&self, message: &str) {
        if shared_tty::makes_lines(&self.input) && !turn::is_anothers() {
            let _ = self.write(&format!("\r\x1b[K{message}"));
        }
    }

    /// Why nothing was read. The cursor is left after the question, and the next text must not continue that line.
    fn failed(&self, error: Unread) -> PromptError {
        match error {
            Unread::TimedOut => {
                self.tell("");
                PromptError::Unanswered
            }
            Unread::Taken => {
                self.tell("");
                let state = self.own_state();
                // What was taken may be free again by now.
                self.lacks(if state == TerminalState::Ready { TerminalState::Taken } else { state })
            }
            Unread::Over => {
                self.tell("");
                let why = moot::why();
                self.tell(&format!("vault: {why}, so no answer is needed"));
                why
            }
            Unread::Failed(error) => PromptError::Failed(format!("the terminal failed: {}", reason(&error))),
        }
    }

    fn ask(&self, question: &str) -> io::Result<()> {
        self.write(question)
    }

    /// In one piece: another process that writes there at the same time must not get in between.
    fn write(&self, text: &str) -> io::Result<()> {
        tty::undisturbed(|| (&self.output).write_all(text.as_bytes()))
    }

    /// Asks for a line that may be seen. It is wiped all the same: it may be a code, or a secret that was typed too early.
    ///
    /// # Errors
    /// [`PromptError::Cancelled`] at the end of input; that another program took the terminal, or that nobody waits for the answer any
    /// more; alongside a command, that nobody answered.
    pub fn line(&self, question: &str) -> Result<Zeroizing<String>, PromptError> {
        self.line_unless(question, &|| false)
    }

    /// The same unless somebody else has given the answer meanwhile.
    fn line_unless(&self, question: &str, made_elsewhere: &dyn Fn() -> bool) -> Result<Zeroizing<String>, PromptError> {
        let failed = |error: Unread| self.failed(error);
        self.ask(question).map_err(|error| failed(error.into()))?;
        // With room for the longest line of a terminal: growing would leave copies behind.
        let mut line = Zeroizing::new(String::with_capacity(4096));
        let read = if cfg!(unix) || self.alongside_a_command {
            let over = moot(made_elsewhere);
            shared_tty::shown_line(&self.input, Manner { alongside_a_command: self.alongside_a_command, over: &over }, &mut line)
        } else {
            BufReader::with_capacity(1, &self.input).read_line(&mut line).map_err(Unread::from)
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
        let over = moot(&|| false);
        let manner = Manner { alongside_a_command: self.alongside_a_command, over: &over };
        let line = hidden::line(&self.input, manner, || self.ask(question)).map_err(|error| self.failed(error))?;
        // The line feed that ended the line was not shown either.
        self.tell("");
        let line = line.ok_or(PromptError::Cancelled)?;
        let text =
            std::str::from_utf8(line.expose_secret()).map_err(|_| PromptError::Failed("what was typed is not Unicode text".to_owned()))?;
        Ok(SecretString::from(text))
    }
}

/// Asks for codes on the terminal. A code is shown while it is typed: it is worth nothing half a minute later.
pub(super) struct TerminalPrompt {
    terminal: Terminal,
}

impl TerminalPrompt {
    pub(super) fn on(terminal: Terminal) -> Self {
        Self { terminal }
    }

    pub(super) fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        if let Some(complaint) = request.complaint {
            self.terminal.tell(complaint);
        }
        loop {
            let line = self.terminal.line_unless(&format!("MFA code for {}: ", request.serial), request.made_elsewhere)?;
            if line.trim().is_empty() {
                return Err(PromptError::Cancelled);
            }
            match TokenCode::parse(&line) {
                Ok(code) => return Ok(code),
                Err(fault) => self.terminal.tell(&format!("{fault}; press Enter alone to give up")),
            }
        }
    }

    /// Nothing where the terminal cannot write over a line: how long the wait is was said before it.
    pub(super) fn progress(&self, seconds_left: u32, can_rewrite: bool) {
        if !can_rewrite {
            return;
        }
        self.terminal.rewrite(&format!("{seconds_left} s "));
        if seconds_left <= 1 {
            self.terminal.rewrite("");
        }
    }
}
