//! Where a command's notices go. Never carries data or the final failure.

use crate::os::tty;
use crate::ports::Notices;
use crate::prompt::Terminal;

use super::output;

/// To stderr, as most commands do.
pub struct OnStderr;

/// To the terminal, if there is one: a credential process must not write to stderr, which its client shows as an error.
pub struct OnTerminal;

impl Notices for OnStderr {
    fn tell(&self, message: &str) {
        output::note(message);
    }

    fn has_a_reader(&self) -> bool {
        tty::has_stderr()
    }

    fn waits(&self, message: &str) {
        if !tty::has_stderr() || Terminal::is_undisturbed_by_a_line() {
            self.tell(message);
        }
    }

    fn pass_on(&self, words: &str) -> bool {
        output::words(words);
        true
    }
}

impl Notices for OnTerminal {
    fn tell(&self, message: &str) {
        if let Ok(terminal) = Terminal::open() {
            terminal.tell(&format!("vault: {message}"));
        }
    }

    fn has_a_reader(&self) -> bool {
        Terminal::open().is_ok()
    }

    fn waits(&self, message: &str) {
        if Terminal::is_undisturbed_by_a_line() {
            self.tell(message);
        }
    }

    fn pass_on(&self, words: &str) -> bool {
        Terminal::open().is_ok_and(|terminal| terminal.say(words))
    }
}
