//! How the passphrase of the `file` keystore is asked for. Never checks or keeps it.

use secrecy::SecretString;

use crate::keystore::PassphrasePrompt;
use crate::ports::PromptError;
use crate::prompt::{AnyPrompt, Terminal};

use super::Context;

/// Asks for the `file` keystore's passphrase in the way in which codes are asked for: a client may have no terminal.
pub struct AnyPassphrase<'a>(pub &'a Context);

impl PassphrasePrompt for AnyPassphrase<'_> {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        // Settings that cannot be read stopped the run before this.
        let method = self.0.settings().ok().and_then(|settings| self.0.choices.prompt_for_none(settings));
        AnyPrompt::new(&self.0.env, method, self.0.beside_a_command).secret(question, complaint)
    }
}

/// Asks for the `file` keystore's passphrase on the terminal.
pub struct TerminalPassphrase;

impl PassphrasePrompt for TerminalPassphrase {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        let terminal = Terminal::open_to_read()?;
        if let Some(complaint) = complaint {
            terminal.tell(complaint);
        }
        terminal.secret(&format!("{question}: "))
    }
}
