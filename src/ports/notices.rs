//! What a person hears while something runs. Never asks, and never carries data or the failure that ends a run.

/// Where notes and warnings go: never to stdout, which is for data.
pub trait Notices {
    /// Says something that is no error.
    fn tell(&self, message: &str);
    /// Says that something went wrong and did not stop the run.
    fn warn(&self, message: &str) {
        self.tell(&format!("warning: {message}"));
    }
    /// Writes words of a helper command that are fit to be shown and say whose they are: line ends included, and after a question none. Whether
    /// anybody can see them.
    fn pass_on(&self, _words: &str) -> bool {
        false
    }
    /// Shows how many seconds of a wait are left, where there is a terminal to show them on.
    fn progress(&self, _seconds_left: u32) {}
}

/// For nobody.
#[derive(Debug, Clone, Copy)]
pub struct NoNotices;

impl Notices for NoNotices {
    fn tell(&self, _message: &str) {}
}
