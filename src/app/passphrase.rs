//! Asks for the passphrase of the `file` keystore. Never checks or keeps it.

use secrecy::SecretString;

use crate::keystore::PassphrasePrompt;
use crate::ports::{PromptError, TurnGuard};
use crate::prompt::{AnyPrompt, Terminal};

use super::Context;

/// Asks for the `file` keystore's passphrase in the same way as for codes: a client may have no terminal.
pub struct AnyPassphrase<'a> {
    pub context: &'a Context,
    /// Fail instead of waiting until another process has asked on the same terminal.
    pub no_wait: bool,
}

impl AnyPassphrase<'_> {
    fn prompt(&self) -> AnyPrompt<'_> {
        let context = self.context;
        // Unreadable settings have already stopped the run.
        let method = context.settings().ok().and_then(|settings| context.choices.prompt_for_none(settings));
        AnyPrompt::new(&context.env, method, context.alongside_a_command, self.no_wait)
    }
}

impl PassphrasePrompt for AnyPassphrase<'_> {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        self.ask_unless(question, complaint, &|| false)
    }

    fn ask_unless(&self, question: &str, complaint: Option<&str>, unlocked: &dyn Fn() -> bool) -> Result<SecretString, PromptError> {
        self.prompt().secret(question, complaint, unlocked)
    }

    fn turn(&self, unlocked: &dyn Fn() -> bool) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(self.prompt().turn(unlocked)?))
    }

    fn is_made_elsewhere(&self) -> bool {
        self.context.is_made_elsewhere()
    }

    fn is_anothers_turn(&self) -> bool {
        Terminal::is_anothers_turn()
    }

    fn turn_of_another_program(&self) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(Terminal::turn_of_another_program(self.context.alongside_a_command, self.no_wait)?))
    }
}

/// Asks for the `file` keystore's passphrase on the terminal.
pub struct TerminalPassphrase;

impl PassphrasePrompt for TerminalPassphrase {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        let terminal = Terminal::open_to_ask(false)?;
        if let Some(complaint) = complaint {
            terminal.tell(complaint);
        }
        terminal.secret(&format!("{question}: "))
    }

    fn turn(&self, _unlocked: &dyn Fn() -> bool) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(Terminal::open_to_ask(false)?.into_turn()))
    }

    fn is_anothers_turn(&self) -> bool {
        Terminal::is_anothers_turn()
    }

    fn turn_of_another_program(&self) -> Result<Box<dyn TurnGuard>, PromptError> {
        Ok(Box::new(Terminal::turn_of_another_program(false, false)?))
    }
}
