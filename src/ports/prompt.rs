//! How a code is asked of the person. Never says anything but the question: messages go through `notices`.

use crate::model::{MfaSerial, TokenCode};

use super::Holder;

/// How a code is asked of the person.
pub trait MfaPrompt {
    /// Asks once for a code of `request.serial`.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError>;
    /// Whether there is anybody to ask, found out without asking: nobody should wait for a code that cannot be given.
    ///
    /// # Errors
    /// [`PromptError::Unavailable`], as `ask` would answer.
    fn ready(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// Whether anybody still waits for what the code is for.
    ///
    /// # Errors
    /// [`PromptError::ClientGone`], as `ask` would answer.
    fn wanted(&self) -> Result<(), PromptError> {
        Ok(())
    }
    /// What asking again after a refused code can bring.
    fn again(&self) -> Again;
    /// Where the question is put: one is enough for each place, and none waits for another's.
    fn place(&self) -> Place;
}

/// Where a question for a code is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The terminal with this number, whose foreground this process is in.
    Terminal(u64),
    /// A window on the person's screen.
    Window,
    /// A program that knows codes: nobody sees a question.
    Program,
    /// There is nobody to ask.
    Nowhere,
    /// The code was given beforehand.
    Given,
}

/// What a prompt needs to say.
pub struct CodeRequest<'a> {
    pub serial: &'a MfaSerial,
    /// What was wrong with the code before, where this is not the first time.
    pub complaint: Option<&'a str>,
    /// Whether another process has what the code is for by now: the prompt looks now and then, and takes the question back.
    pub made_elsewhere: &'a dyn Fn() -> bool,
}

/// What asking again can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// A person may type another code at once.
    AtOnce,
    /// A program gives the same code until the next step begins.
    NextStep,
    /// There is only this one code.
    Never,
}

/// Why no code was given. "Could not ask" and "the person said no" are different.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("cancelled")]
    Cancelled,
    /// Nobody was there, or nobody wanted to: what waited for the answer goes on without.
    #[error("nobody answered within two minutes")]
    Unanswered,
    #[error("nobody can be asked here: {0}")]
    Unavailable(String),
    /// The question was taken back: see [`CodeRequest::made_elsewhere`].
    #[error("the code was given to another process")]
    MadeElsewhere,
    /// Another process asks on this terminal, and it was not to be waited for.
    #[error("{} is asking on this terminal", .0.in_words())]
    InUse(Holder),
    /// Nobody waits for the credentials any more.
    #[error("the program that asked for the credentials has ended")]
    ClientGone,
    /// The profile's `mfa_process` gave no code.
    #[error("`mfa_process` gave no code: {0}")]
    OfProcess(String),
    #[error("{0}")]
    Failed(String),
}
