//! Asks on the controlling terminal, never on stdin, stdout or stderr, which may be pipes. Never leaves the terminal changed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use terminal_size::{Height, Width, terminal_size_of};
use zeroize::Zeroizing;

use crate::model::{TokenCode, fit};
use crate::os::files::reason;
use crate::os::interrupts::Interrupts;
use crate::os::screen::AlternateScreen;
use crate::os::shared_tty::{self, Manner, Unread};
use crate::os::{hidden, tty};
use crate::ports::{CodeRequest, PromptError};

use super::choose::{TerminalState, lacking};
use super::moot::{self, moot};
use super::terminal_turn::{self, Patience, TerminalTurn};

/// The terminal that this process belongs to.
pub struct Terminal {
    /// Reading from it never blocks.
    input: File,
    output: File,
    /// Whether a command alongside this process has it too.
    alongside_a_command: bool,
    /// No other process of this program asks here meanwhile.
    turn: Option<TerminalTurn>,
}

impl Terminal {
    /// Opens it to write on it.
    ///
    /// # Errors
    /// When the process has no terminal: in a service, in CI, under a client that cut it off.
    pub fn open() -> Result<Self, PromptError> {
        Self::opened(false)
    }

    /// The same for a message. If a command runs `alongside`, the terminal must be in our foreground and in line mode.
    ///
    /// # Errors
    /// Also if it is not.
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

    /// The same for asking, as the only process that asks there until this is dropped.
    ///
    /// # Errors
    /// Also if this process is in the background of its terminal: reading would stop it, and nobody might know why. And
    /// if another program reads the keys: nobody could answer a prompt in its screen. And [`PromptError::InUse`]
    /// with `no_wait`.
    pub fn open_to_ask(no_wait: bool) -> Result<Self, PromptError> {
        Self::open_in_turn(Patience { no_wait, alongside_a_command: false, over: &moot(&|| false) })
    }

    /// The same alongside a command, where the terminal must be in our foreground and in line mode, and for a prompt that may no longer be needed
    /// after the wait.
    ///
    /// # Errors
    /// Also if it is no longer needed.
    pub(super) fn open_in_turn(patience: Patience<'_>) -> Result<Self, PromptError> {
        let mut terminal = Self::opened(patience.alongside_a_command)?.ready()?;
        terminal.turn = Some(terminal_turn::take(&terminal.input, patience)?.ok_or_else(moot::why)?);
        // The wait may have been long.
        terminal.ready()
    }

    /// The turn for a program that may ask there too, and checks by itself whether it can. `None` if it cannot.
    ///
    /// # Errors
    /// As for [`Terminal::open_to_ask`].
    pub fn turn_of_another_program(alongside_a_command: bool, no_wait: bool) -> Result<TerminalTurn, PromptError> {
        match Self::open_in_turn(Patience { no_wait, alongside_a_command, over: &moot(&|| false) }) {
            Ok(terminal) => Ok(terminal.into_turn()),
            Err(PromptError::Unavailable(_)) => Ok(TerminalTurn::default()),
            Err(error) => Err(error),
        }
    }

    /// Whether another process of this program asks on the terminal of this process now.
    #[must_use]
    pub fn is_anothers_turn() -> bool {
        terminal_turn::is_anothers()
    }

    /// The right to ask there, without opening the terminal.
    #[must_use]
    pub fn into_turn(self) -> TerminalTurn {
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
        // A command that has turned echo off is reading a secret. Without a command, the user may have turned it off.
        let at_rest = if self.alongside_a_command { shared_tty::is_at_rest } else { shared_tty::makes_lines };
        match () {
            () if !tty::is_ours_to_read(&self.input) => TerminalState::Background,
            () if at_rest(&self.input) => TerminalState::Ready,
            // Another process of this program asks, or gpg on its behalf: wait for it.
            () if self.turn.is_none() && (hidden::is_on(&self.input) || terminal_turn::is_anothers()) => TerminalState::Ready,
            () if !self.alongside_a_command && tty::is_alone() => TerminalState::LeftRaw,
            () => TerminalState::Taken,
        }
    }

    /// Whether it can be used for a prompt.
    pub(super) fn state(alongside_a_command: bool) -> TerminalState {
        Self::opened(alongside_a_command).map_or(TerminalState::Absent, |terminal| terminal.own_state())
    }

    /// Writes a line, unless a full-screen program uses the terminal.
    pub fn tell(&self, message: &str) {
        if shared_tty::makes_lines(&self.input) {
            // If the terminal is gone, nobody would read it.
            let _ = self.write(&format!("{}\n", fit(message)));
        }
    }

    /// Whether a line about a wait disturbs nobody: no program reads keys or a secret, no process of this program asks there, and no command
    /// runs alongside.
    #[must_use]
    pub fn is_undisturbed_by_a_line() -> bool {
        !tty::is_alongside_a_command()
            && Self::open().is_ok_and(|terminal| shared_tty::is_at_rest(&terminal.input) && !terminal_turn::is_anothers())
    }

    /// The same for text that is safe to show, with its line ends. Returns whether it was written.
    #[must_use]
    pub fn say(&self, text: &str) -> bool {
        shared_tty::makes_lines(&self.input) && self.write(text).is_ok()
    }

    /// Overwrites the current line, unless it is another process's prompt.
    pub fn rewrite(&self, message: &str) {
        if shared_tty::makes_lines(&self.input) && !terminal_turn::is_anothers() {
            let _ = self.write(&format!("\r\x1b[K{message}"));
        }
    }

    /// Writes over the line above the current one, whose end may be being typed.
    pub(super) fn rewrite_above(&self, message: &str) {
        if shared_tty::makes_lines(&self.input) {
            let _ = self.write(&format!("\x1b7\x1b[1A\r\x1b[K{message}\x1b8"));
        }
    }

    /// Shows the alternate screen for as long as the answer lives.
    pub(super) fn alternate_screen(&self) -> Result<AlternateScreen, PromptError> {
        AlternateScreen::show(&self.output).map_err(|error| self.failed(error.into()))
    }

    /// Writes what is drawn for this terminal, line ends included.
    pub(super) fn draw(&self, page: &str) -> Result<(), PromptError> {
        self.write(page).map_err(|error| self.failed(error.into()))
    }

    /// Where keys are read from.
    pub(super) fn input(&self) -> &File {
        &self.input
    }

    /// How many columns and lines it has, where it tells.
    pub(super) fn room(&self) -> Option<(usize, usize)> {
        let (Width(columns), Height(rows)) = terminal_size_of(&self.output)?;
        (columns > 0 && rows > 0).then_some((usize::from(columns), usize::from(rows)))
    }

    /// Why nothing was read. The cursor is after the question, and the next text must not continue that line.
    pub(super) fn failed(&self, error: Unread) -> PromptError {
        match error {
            Unread::TimedOut => {
                self.tell("");
                PromptError::Unanswered
            }
            Unread::Interrupted => {
                self.tell("");
                PromptError::Cancelled
            }
            Unread::Taken => {
                self.tell("");
                let state = self.own_state();
                // The terminal may be free again by now.
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

    /// In one write, so that another process's output cannot come in between.
    fn write(&self, text: &str) -> io::Result<()> {
        tty::undisturbed(|| (&self.output).write_all(text.as_bytes()))
    }

    /// Asks for a line with echo. It is wiped anyway: it may be a code, or a secret that was typed too early.
    ///
    /// # Errors
    /// [`PromptError::Cancelled`] at the end of input; an error if another program took the terminal, or nobody waits for the answer any
    /// more; alongside a command, also if nobody answered.
    pub fn line(&self, question: &str) -> Result<Zeroizing<String>, PromptError> {
        self.line_unless(question, &|| false)
    }

    /// Whether the answer to the question is yes; anything else is no.
    ///
    /// # Errors
    /// As of [`Terminal::line`].
    pub fn agrees(&self, question: &str) -> Result<bool, PromptError> {
        let answer = self.line(question)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Like [`Terminal::line`], but returns `None` as soon as a signal came.
    pub(super) fn line_until(&self, question: &str, signals: &Interrupts) -> Result<Option<Zeroizing<String>>, PromptError> {
        let over = || signals.seen().is_some();
        match self.read_line(question, Manner { alongside_a_command: self.alongside_a_command, over: &over, caller_heeds_signals: true }) {
            Err(Unread::Over) => Ok(None),
            read => self.unless_cancelled(read).map(Some),
        }
    }

    /// Like [`Terminal::line`], and calls `look` regularly.
    pub(super) fn line_during(&self, question: &str, look: &dyn Fn()) -> Result<Zeroizing<String>, PromptError> {
        let over = || {
            look();
            false
        };
        self.unless_cancelled(self.read_line(question, self.manner(&over)))
    }

    /// The same, unless somebody else has answered meanwhile.
    fn line_unless(&self, question: &str, made_elsewhere: &dyn Fn() -> bool) -> Result<Zeroizing<String>, PromptError> {
        self.unless_cancelled(self.read_line(question, self.manner(&moot(made_elsewhere))))
    }

    fn manner<'a>(&self, over: &'a dyn Fn() -> bool) -> Manner<'a> {
        Manner { alongside_a_command: self.alongside_a_command, over, caller_heeds_signals: false }
    }

    /// What is typed after the question; `None` at the end of input.
    fn read_line(&self, question: &str, manner: Manner<'_>) -> Result<Option<Zeroizing<String>>, Unread> {
        // With room for the longest line of a terminal: growing would leave copies in memory.
        let mut line = Zeroizing::new(String::with_capacity(4096));
        let read = if cfg!(unix) || self.alongside_a_command {
            shared_tty::shown_line(&self.input, manner, &mut line, || self.ask(question))?
        } else {
            self.ask(question)?;
            BufReader::with_capacity(1, &self.input).read_line(&mut line)?
        };
        let length = line.trim_end_matches(['\r', '\n']).len();
        line.truncate(length);
        Ok((read > 0).then_some(line))
    }

    fn unless_cancelled(&self, read: Result<Option<Zeroizing<String>>, Unread>) -> Result<Zeroizing<String>, PromptError> {
        read.map_err(|error| self.failed(error))?.ok_or_else(|| {
            self.tell("");
            PromptError::Cancelled
        })
    }

    /// Asks for a secret without echo. Ctrl-C ends this process, as everywhere else, after the terminal is restored.
    ///
    /// # Errors
    /// As [`Terminal::line`].
    pub fn secret(&self, question: &str) -> Result<SecretString, PromptError> {
        self.secret_unless(question, &|| false)
    }

    /// The same, unless another process makes it needless meanwhile.
    pub(super) fn secret_unless(&self, question: &str, made_elsewhere: &dyn Fn() -> bool) -> Result<SecretString, PromptError> {
        let over = moot(made_elsewhere);
        let line = hidden::line(&self.input, self.manner(&over), || self.ask(question)).map_err(|error| self.failed(error))?;
        // The final line feed was not echoed either.
        self.tell("");
        let line = line.ok_or(PromptError::Cancelled)?;
        let text =
            std::str::from_utf8(line.expose_secret()).map_err(|_| PromptError::Failed("what was typed is not Unicode text".to_owned()))?;
        Ok(SecretString::from(text))
    }
}

/// Asks for codes on the terminal. A code is echoed: it is worthless half a minute later.
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
                Err(fault) => self.terminal.tell(&format!("{fault}; press Enter to give up")),
            }
        }
    }

    /// Nothing if the terminal cannot overwrite a line: the length of the wait was shown before.
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
