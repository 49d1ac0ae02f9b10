//! Faults on demand: the next calls of an action fail, hang, are slow or lose their answer.

use std::time::Duration;

use super::refusal::Refusal;

#[derive(Clone, Debug)]
pub enum Fault {
    /// Refuse before checking anything.
    Fail(Refusal),
    /// Execute the call, then answer with this error: a code is spent, a session is made and lost.
    FailAfter(Refusal),
    /// Say that the signature is wrong, and repeat the request.
    WrongSignature,
    /// Cut the connection before checking anything.
    Drop,
    /// Execute the call, then cut the connection.
    DropAfter,
    /// Say nothing for this long, then cut the connection.
    Hang(Duration),
    /// Execute the call, then say nothing for this long, and cut the connection.
    HangAfter(Duration),
    /// Execute the call, then change the answer with this function.
    Edit(fn(&str) -> String),
    /// Execute the call, then cut the answer before its announced length.
    CutShort,
    /// Execute the call, then answer endlessly.
    Endless,
    /// Answer as usual, but this much later.
    Delay(Duration),
}

impl Fault {
    pub fn fail(status: u16, code: &str, message: &str) -> Self {
        Self::Fail(Refusal::new(status, code, message))
    }

    /// 500: AWS itself is broken.
    pub fn internal() -> Self {
        Self::fail(500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
    }

    pub fn unavailable() -> Self {
        Self::fail(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
    }

    pub fn throttling() -> Self {
        Self::fail(400, "Throttling", "Rate exceeded")
    }

    /// A key that has not reached every service yet.
    pub fn not_yet_visible() -> Self {
        Self::Fail(Refusal::invalid_token())
    }

    /// The same error, but after executing the call.
    #[must_use]
    pub fn after(self) -> Self {
        match self {
            Self::Fail(refusal) => Self::FailAfter(refusal),
            Self::Drop => Self::DropAfter,
            Self::Hang(time) => Self::HangAfter(time),
            other => other,
        }
    }
}

/// The ordered faults, oldest first: action (`*` for all), fault, remaining count.
#[derive(Default)]
pub struct Faults(Vec<(String, Fault, usize)>);

impl Faults {
    pub fn order(&mut self, action: &str, fault: Fault, times: usize) {
        self.0.push((action.to_owned(), fault, times));
    }

    pub fn take(&mut self, action: &str) -> Option<Fault> {
        let fits = |name: &str| name == "*" || name == action;
        let (_, fault, left) = self.0.iter_mut().find(|(name, _, left)| *left > 0 && fits(name))?;
        *left -= 1;
        Some(fault.clone())
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
