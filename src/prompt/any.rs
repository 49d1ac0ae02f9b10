//! Asks in the chosen way, else in the first one that works here. Opens nothing before the first prompt.

use secrecy::{ExposeSecret, SecretString};

use crate::config::settings::PromptMethod;
use crate::model::TokenCode;
use crate::os::env::Environment;
use crate::os::{process, tty};
use crate::ports::{Again, CodeRequest, MfaPrompt, Notices, Place, PromptError};

use super::choose::{Surroundings, System, TerminalState, Way, ways};
use super::dialog::Question;
use super::terminal::TerminalPrompt;
use super::terminal_turn::{Patience, TerminalTurn};
use super::{Terminal, kdialog, moot, osascript, pinentry, windows_dialog, ykman, zenity};

/// How often one window is opened again for an answer that is not a code. A program may be answering, and nobody would see that.
const ATTEMPTS: usize = 3;

/// The chosen way, else the first available one.
pub struct AnyPrompt<'a> {
    env: &'a Environment,
    method: Option<PromptMethod>,
    alongside_a_command: bool,
    no_wait: bool,
    /// The account of a `YubiKey` that the settings name.
    ykman_account: Option<&'a str>,
}

impl<'a> AnyPrompt<'a> {
    /// `alongside_a_command`: a command of the user is running and owns the terminal. `no_wait`:
    /// fail instead of waiting until another process has asked on the same terminal.
    #[must_use]
    pub fn new(env: &'a Environment, method: Option<PromptMethod>, alongside_a_command: bool, no_wait: bool) -> Self {
        Self { env, method, alongside_a_command, no_wait, ykman_account: None }
    }

    /// The same, and codes of a `YubiKey` are those of this account unless the environment names another.
    #[must_use]
    pub fn with_ykman_account(self, account: Option<&'a str>) -> Self {
        Self { ykman_account: account, ..self }
    }

    /// The terminal, once no other process asks there.
    fn terminal(&self, made_elsewhere: &dyn Fn() -> bool) -> Result<Terminal, PromptError> {
        let over = moot::moot(made_elsewhere);
        Terminal::open_in_turn(Patience { no_wait: self.no_wait, alongside_a_command: self.alongside_a_command, over: &over })
    }

    /// The right to ask on the terminal, held over several questions, or for another program that asks there. `None` if this way of asking
    /// does not use the terminal.
    ///
    /// # Errors
    /// As of asking.
    pub fn turn(&self, made_elsewhere: &dyn Fn() -> bool) -> Result<TerminalTurn, PromptError> {
        // If there is no way to ask, the prompt itself reports that.
        match self.ways(self.method).as_deref() {
            Ok([Way::Terminal, ..]) => self.terminal(made_elsewhere).map(Terminal::into_turn),
            _ => Ok(TerminalTurn::default()),
        }
    }

    /// Asks for a secret such as a passphrase, which is not shown. The prompt is closed as soon as another process has made it needless.
    ///
    /// # Errors
    /// See [`PromptError`].
    pub fn secret(&self, question: &str, complaint: Option<&str>, made_elsewhere: &dyn Fn() -> bool) -> Result<SecretString, PromptError> {
        // A YubiKey knows codes, but no passphrase.
        let method = self.method.filter(|method| *method != PromptMethod::Ykman);
        self.first(method, |way| match way {
            Way::Terminal => {
                let terminal = self.terminal(made_elsewhere)?;
                if let Some(complaint) = complaint {
                    terminal.tell(complaint);
                }
                terminal.secret_unless(&format!("{question}: "), made_elsewhere)
            }
            way => self.window(way, &self.question(question, complaint, true, made_elsewhere)),
        })
    }

    /// The answer of the first way that can ask. If the user cancelled, no other way is tried.
    fn first<T>(&self, method: Option<PromptMethod>, ask: impl Fn(Way) -> Result<T, PromptError>) -> Result<T, PromptError> {
        let ways = self.ways(method).map_err(PromptError::Unavailable)?;
        let mut why = Vec::new();
        for way in ways {
            match ask(way) {
                Err(PromptError::Unavailable(reason)) => why.push(reason),
                outcome => return outcome,
            }
        }
        Err(PromptError::Unavailable(why.join(", and ")))
    }

    fn ways(&self, method: Option<PromptMethod>) -> Result<Vec<Way>, String> {
        let env = self.env;
        let installed = |program: &str| process::find(env, program).is_some();
        ways(
            method,
            &Surroundings {
                system: System::HERE,
                terminal: Terminal::state(self.alongside_a_command),
                alongside_a_command: self.alongside_a_command,
                display: env.text("DISPLAY"),
                wayland: env.os("WAYLAND_DISPLAY").is_some(),
                ssh: env.os("SSH_CONNECTION").is_some() || env.os("SSH_TTY").is_some(),
                kde: env.text("XDG_CURRENT_DESKTOP").is_some_and(|desktops| desktops.split(':').any(|name| name == "KDE")),
                installed: &installed,
            },
        )
    }

    fn question<'q>(&self, text: &'q str, complaint: Option<&'q str>, hidden: bool, made_elsewhere: &'q dyn Fn() -> bool) -> Question<'q> {
        Question { text, complaint, hidden, on_terminal: !self.alongside_a_command, made_elsewhere }
    }

    fn window(&self, way: Way, question: &Question<'_>) -> Result<SecretString, PromptError> {
        match way {
            Way::Pinentry(program) => {
                // Without a window, it asks on the terminal.
                let on_terminal = question.on_terminal && Terminal::state(false) == TerminalState::Ready;
                let _turn = if on_terminal { self.terminal(question.made_elsewhere)?.into_turn() } else { TerminalTurn::default() };
                pinentry::ask(self.env, program, question)
            }
            Way::Zenity => zenity::ask(self.env, question),
            Way::Kdialog => kdialog::ask(self.env, question),
            Way::Osascript => osascript::ask(self.env, question),
            Way::WindowsDialog => windows_dialog::ask(self.env, question),
            Way::Terminal | Way::Ykman => Err(PromptError::Unavailable("this is not a window".to_owned())),
        }
    }

    /// A code typed into a window: asked again there, a few times, until it looks like a code, or is empty.
    fn code_in_window(&self, way: Way, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        let text = format!("MFA code for {}", request.serial);
        let mut complaint = request.complaint.map(str::to_owned);
        for _ in 0..ATTEMPTS {
            let typed = self.window(way, &self.question(&text, complaint.as_deref(), false, request.made_elsewhere))?;
            if typed.expose_secret().trim().is_empty() {
                return Err(PromptError::Cancelled);
            }
            match TokenCode::parse(typed.expose_secret()) {
                Ok(code) => return Ok(code),
                Err(fault) => complaint = Some(fault.to_string()),
            }
        }
        let why = complaint.unwrap_or_default();
        Err(PromptError::Failed(format!("the window for the code got {ATTEMPTS} answers, and none was a code: {why}")))
    }
}

impl MfaPrompt for AnyPrompt<'_> {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        self.first(self.method, |way| match way {
            Way::Terminal => TerminalPrompt::on(self.terminal(request.made_elsewhere)?).ask(request),
            Way::Ykman => ykman::ask(self.env, self.ykman_account, request, self),
            way => self.code_in_window(way, request),
        })
    }

    fn ready(&self) -> Result<(), PromptError> {
        self.ways(self.method).map(drop).map_err(PromptError::Unavailable)
    }

    fn again(&self) -> Again {
        match self.method {
            Some(PromptMethod::Ykman) => Again::NextStep,
            _ => Again::AtOnce,
        }
    }

    fn place(&self) -> Place {
        match self.ways(self.method).as_deref() {
            Ok([Way::Terminal, ..]) => Place::Terminal(tty::number().unwrap_or(0)),
            Ok([Way::Ykman, ..]) => Place::Program,
            Ok([_, ..]) => Place::Window,
            Ok([]) | Err(_) => Place::Nowhere,
        }
    }

    fn wanted(&self) -> Result<(), PromptError> {
        moot::wanted()
    }
}

/// On the terminal where it asks.
impl Notices for AnyPrompt<'_> {
    fn tell(&self, message: &str) {
        // A full-screen command may be drawing on the terminal.
        if let Ok(terminal) = Terminal::open_to_tell(self.alongside_a_command) {
            terminal.tell(&format!("vault: {message}"));
        }
    }

    fn progress(&self, seconds_left: u32) {
        if let Ok(terminal) = Terminal::open_to_tell(true) {
            TerminalPrompt::on(terminal).progress(seconds_left, self.env.text("TERM") != Some("dumb"));
        }
    }
}
