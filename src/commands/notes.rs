//! Where notes and warnings to the person go in a command. Never carries data or the final failure.

use crate::ports::Notices;
use crate::prompt::Terminal;
use crate::ui;

/// A credential process must not write to stderr, which its client shows as an error: what it has to say goes to the terminal, if there
/// is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    Stderr,
    Terminal,
}

impl Notes {
    pub fn tell(self, message: &str) {
        match self {
            Self::Stderr => ui::note(message),
            Self::Terminal => {
                if let Ok(terminal) = Terminal::open() {
                    terminal.tell(&format!("vault: {message}"));
                }
            }
        }
    }

    /// Tells of something that went wrong and did not stop the run.
    pub fn warn(self, message: &str) {
        self.tell(&format!("warning: {message}"));
    }
}

impl Notices for Notes {
    fn tell(&self, message: &str) {
        Self::tell(*self, message);
    }
}
