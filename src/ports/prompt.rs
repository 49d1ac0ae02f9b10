//! How to ask the user for a code. Never prints anything but the question: messages go through `notices`.

use crate::model::{MfaSerial, TokenCode};

use super::Holder;

/// How to ask the user for a code.
pub trait MfaPrompt {
    /// Asks once for a code of `request.serial`.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError>;
    /// Whether asking is possible, checked without asking: nobody should wait for a code that cannot come.
    ///
    /// # Errors
    /// [`PromptError::Unavailable`], as `ask` would return.
    fn ready(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// Whether anybody still waits for the result.
    ///
    /// # Errors
    /// [`PromptError::ClientGone`], as `ask` would return.
    fn wanted(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// Whether asking again after a refused code can help.
    fn again(&self) -> Again;
    /// Where the prompt appears: each place has one prompt at a time, independent of other places.
    fn place(&self) -> Place;
}

/// Where a prompt for a code appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The terminal with this number, with this process in its foreground.
    Terminal(u64),
    /// A window on the user's screen.
    Window,
    /// A program that knows codes: nobody sees a prompt.
    Program,
    /// There is no way to ask.
    Nowhere,
    /// The code was passed on the command line.
    Given,
}

/// What a prompt needs to say.
pub struct CodeRequest<'a> {
    pub serial: &'a MfaSerial,
    /// What was wrong with the previous code, if any.
    pub complaint: Option<&'a str>,
    /// Whether another process has made the session by now: the prompt checks this regularly, and then closes.
    pub made_elsewhere: &'a dyn Fn() -> bool,
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// A person may type another code at once.
    AtOnce,
    /// A program returns the same code until the next step begins.
    NextStep,
    /// There is only this one code.
    Never,
}

/// Why there is no code. "Could not ask" and "the user said no" are different.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("cancelled")]
    Cancelled,
    /// Nobody answered: whatever waited for the answer continues without it.
    #[error("nobody answered within two minutes")]
    Unanswered,
    #[error("there is no way to ask here: {0}")]
    Unavailable(String),
    /// The prompt was closed: see [`CodeRequest::made_elsewhere`].
    #[error("another process has what this was asked for")]
    MadeElsewhere,
    /// Another process asks on this terminal, and this run does not wait for it.
    #[error("{} is asking on this terminal", .0.in_words())]
    InUse(Holder),
    /// Nobody waits for the credentials any more.
    #[error("the program that asked for the credentials has ended")]
    ClientGone,
    /// The profile's `mfa_process` returned no code.
    #[error("`mfa_process` gave no code: {0}")]
    OfProcess(String),
    #[error("{0}")]
    Failed(String),
}
