//! Trouble on command: the next so many calls of an action fail, hang, come late or lose their answer.

use std::time::Duration;

use super::refusal::Refusal;

#[derive(Clone, Debug)]
pub enum Fault {
    /// Refuse before anything is looked at.
    Fail(Refusal),
    /// Do it, then answer with this error: a code is spent, a session made that nobody gets.
    FailAfter(Refusal),
    /// Say that the signature is wrong, and repeat the request.
    WrongSignature,
    /// Cut the connection before anything is looked at.
    Drop,
    /// Do it, then cut the connection.
    DropAfter,
    /// Say nothing for this long, then cut the connection.
    Hang(Duration),
    /// Do it, then say nothing for this long, and cut the connection.
    HangAfter(Duration),
    /// Do it, then answer with what this makes of the answer, in which it may change anything.
    Edit(fn(&str) -> String),
    /// Do it, then break off in the middle of an answer that said how long it would be.
    CutShort,
    /// Do it, then answer and never come to an end.
    Endless,
    /// Answer as usual, but this much later.
    Delay(Duration),
}

impl Fault {
    pub fn fail(status: u16, code: &str, message: &str) -> Self {
        Self::Fail(Refusal::new(status, code, message))
    }

    /// 500, as when AWS itself is broken.
    pub fn internal() -> Self {
        Self::fail(500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
    }

    pub fn unavailable() -> Self {
        Self::fail(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
    }

    pub fn throttling() -> Self {
        Self::fail(400, "Throttling", "Rate exceeded")
    }

    /// A key that AWS does not see everywhere yet.
    pub fn not_yet_visible() -> Self {
        Self::Fail(Refusal::invalid_token())
    }

    /// The same error, but after the work was done.
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

/// What was ordered, oldest first: action (`*` for all), fault, how many times more.
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
