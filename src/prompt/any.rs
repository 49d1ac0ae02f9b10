//! Decides which way of asking there is here, and asks in that way. Opened when the first code is asked for, not before.

use crate::config::settings::PromptMethod;
use crate::model::TokenCode;
use crate::os::env::Environment;
use crate::ports::{Again, CodeRequest, MfaPrompt, PromptError};

use super::{Terminal, TerminalPrompt};

/// The way that was asked for, else the first that is there.
pub struct AnyPrompt<'a> {
    _env: &'a Environment,
    method: Option<PromptMethod>,
}

impl<'a> AnyPrompt<'a> {
    #[must_use]
    pub fn new(env: &'a Environment, method: Option<PromptMethod>) -> Self {
        Self { _env: env, method }
    }
}

impl MfaPrompt for AnyPrompt<'_> {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        match self.method {
            None | Some(PromptMethod::Terminal) => TerminalPrompt::open()?.ask(request),
            Some(other) => Err(PromptError::Unavailable(format!("`{}` is not there", other.as_str()))),
        }
    }

    fn tell(&self, message: &str) {
        if let Ok(terminal) = Terminal::open() {
            terminal.tell(&format!("vault: {message}"));
        }
    }

    fn progress(&self, seconds_left: u32) {
        if let Ok(prompt) = TerminalPrompt::open() {
            prompt.progress(seconds_left);
        }
    }

    fn again(&self) -> Again {
        Again::AtOnce
    }
}
