//! Another process that asks. Never decides whether to wait for it.

/// The process that asks, if it recorded its number: only good enough for a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<u32>,
    /// Whether it is in the foreground of this process's terminal, so that output there would come between its prompt and the answer.
    pub on_same_terminal: bool,
}

impl Holder {
    /// Its name in a message.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.pid.map_or_else(|| "another vault".to_owned(), |pid| format!("another vault (process {pid})"))
    }
}
