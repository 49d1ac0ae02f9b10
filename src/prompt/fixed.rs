//! The code that was given with `--mfa-token`. Never asks.

use crate::model::TokenCode;
use crate::ports::{Again, CodeRequest, MfaPrompt, Place, PromptError};

/// One code, given beforehand.
pub struct FixedCode<'a> {
    pub code: TokenCode,
    /// Where messages go.
    pub tell: &'a dyn Fn(&str),
}

impl MfaPrompt for FixedCode<'_> {
    fn ask(&self, _request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        Ok(self.code.clone())
    }

    fn tell(&self, message: &str) {
        (self.tell)(message);
    }

    fn progress(&self, _seconds_left: u32) {}

    fn again(&self) -> Again {
        Again::Never
    }

    fn place(&self) -> Place {
        Place::Given
    }
}
