//! The one form of every failure that the user sees: what is wrong, where, what to do, and the exit status. Never holds a secret.

mod advice;
mod of_errors;

pub use advice::on_fault_alone;
pub(crate) use advice::{explained, on_fault_of_key};

use crate::model::Origin;

/// A run that failed.
#[derive(Debug)]
pub struct Failure {
    /// A lower-case clause.
    pub message: String,
    pub origin: Option<Origin>,
    /// The things that the message is about, if they are several.
    pub list: Option<Box<List>>,
    /// Each one action, in the imperative.
    pub hints: Vec<String>,
    pub status: u8,
    /// Whether it is only that nobody reads stdout any more.
    pub is_unread: bool,
}

/// Several things with the same parts, in rows under a header.
#[derive(Debug, Clone)]
pub struct List {
    pub header: [&'static str; 2],
    pub rows: Vec<[String; 2]>,
}

impl Failure {
    pub const USAGE: u8 = 2;
    pub const NOT_EXECUTABLE: u8 = 126;
    pub const NOT_FOUND: u8 = 127;
    pub const INTERRUPTED: u8 = 130;

    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), origin: None, list: None, hints: Vec::new(), status: 1, is_unread: false }
    }

    /// A command line that makes no sense.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(message).status(Self::USAGE)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub fn status(mut self, status: u8) -> Self {
        self.status = status;
        self
    }

    #[must_use]
    pub fn at(mut self, origin: Option<&Origin>) -> Self {
        self.origin = origin.cloned();
        self
    }

    #[must_use]
    pub fn list(mut self, header: [&'static str; 2], rows: Vec<[String; 2]>) -> Self {
        self.list = Some(Box::new(List { header, rows }));
        self
    }

    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }
}
