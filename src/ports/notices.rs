//! Notes and warnings while something runs. Never asks, and never carries data or the failure that ends a run.

/// Where notes and warnings go: never to stdout, which is for data.
pub trait Notices {
    /// Shows something that is not an error.
    fn tell(&self, message: &str);
    /// Shows a problem that did not stop the run.
    fn warn(&self, message: &str) {
        self.tell(&format!("warning: {message}"));
    }
    /// Whether a person reads along, rather than a log.
    fn has_a_reader(&self) -> bool {
        false
    }
    /// Shows what this process waits for, unless the line would come in the middle of a prompt.
    fn waits(&self, message: &str) {
        self.tell(message);
    }
    /// Writes output of a helper command that is safe to show and names the helper: with line ends, except after a question. Returns whether
    /// anybody can see it.
    fn pass_on(&self, _words: &str) -> bool {
        false
    }
    /// Shows how many seconds of a wait are left, if there is a terminal.
    fn progress(&self, _seconds_left: u32) {}
}

/// For nobody.
#[derive(Debug, Clone, Copy)]
pub struct NoNotices;

impl Notices for NoNotices {
    fn tell(&self, _message: &str) {}
}
