//! A prompt that remembers the code it gave, for a run that starts over without having spent it: nobody is asked for it again. Never asks itself.

use std::cell::RefCell;

use crate::model::TokenCode;
use crate::ports::{Again, CodeRequest, MfaPrompt, Place, PromptError};

/// Another prompt, and the last code that it gave.
pub struct Remembering<'a> {
    prompt: &'a dyn MfaPrompt,
    /// The code to give first.
    kept: RefCell<Option<TokenCode>>,
    last: RefCell<Option<TokenCode>>,
}

impl<'a> Remembering<'a> {
    /// `kept` is a code that an earlier run was given and did not spend.
    #[must_use]
    pub fn new(prompt: &'a dyn MfaPrompt, kept: Option<TokenCode>) -> Self {
        Self { prompt, kept: RefCell::new(kept), last: RefCell::default() }
    }

    /// The code that was given last.
    #[must_use]
    pub fn last(self) -> Option<TokenCode> {
        self.last.into_inner().or(self.kept.into_inner())
    }
}

impl MfaPrompt for Remembering<'_> {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        let code = match self.kept.take() {
            Some(kept) => kept,
            None => self.prompt.ask(request)?,
        };
        self.last.replace(Some(code.clone()));
        Ok(code)
    }

    fn ready(&self) -> Result<(), PromptError> {
        self.prompt.ready()
    }

    fn wanted(&self) -> Result<(), PromptError> {
        self.prompt.wanted()
    }

    fn again(&self) -> Again {
        self.prompt.again()
    }

    fn place(&self) -> Place {
        self.prompt.place()
    }
}
