//! What became of a key, and why. Never decides it.

use crate::app::Failure;

/// What became of a key. Scripts rely on the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Imported,
    Already,
    Skipped,
    Failed,
}

/// An outcome, and why it is not what somebody might have expected.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub outcome: Outcome,
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Already => "already",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

impl Verdict {
    pub(super) fn new(outcome: Outcome) -> Self {
        Self { outcome, reason: None, hint: None }
    }

    pub(super) fn because(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new(outcome) }
    }

    /// What a failure says, and its first hint.
    pub(super) fn failed(failure: Failure) -> Self {
        let hint = failure.hints.into_iter().next();
        Self { outcome: Outcome::Failed, reason: Some(failure.message), hint }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}
