//! Which other process asks. Never decides whether it is waited for.

/// The process that asks, where it said which one it is: good enough for a message and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<u32>,
    /// Whether what is written on this process's terminal would come between its question and the answer.
    pub on_same_terminal: bool,
}

impl Holder {
    /// What it is called in a message.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.pid.map_or_else(|| "another vault".to_owned(), |pid| format!("another vault (process {pid})"))
    }
}
