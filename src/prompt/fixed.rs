//! The code of `--mfa-token`. Never asks.

use crate::model::TokenCode;
use crate::ports::{Again, CodeRequest, MfaPrompt, Place, PromptError};

/// One code from the command line.
pub struct FixedCode(pub TokenCode);

impl MfaPrompt for FixedCode {
    fn ask(&self, _request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        Ok(self.0.clone())
    }

    fn again(&self) -> Again {
        Again::Never
    }

    fn place(&self) -> Place {
        Place::Given
    }
}
