//! Shows the user the output of a helper command, with its name. Never lets it control the terminal, begin a line like our own lines,
//! or continue without end.

use std::collections::VecDeque;

use super::hearing::Heard;
use crate::model::{ForeignText, capped};
use crate::ports::Notices;

/// How many characters of one helper run's output are shown, including its name on each line.
const MOST: usize = 16 * 1024;
/// How many lines to keep if nobody could see them: the first is often the reason, and the last a hint.
const LAST: usize = 3;

/// The output of one helper.
pub struct Relay<'n> {
    notices: &'n dyn Notices,
    start: String,
    room: usize,
    /// Whether the last write left an unfinished line.
    open: bool,
    /// The last lines that nobody could see.
    unseen: VecDeque<ForeignText>,
}

impl<'n> Relay<'n> {
    /// For one run of the helper of this name.
    #[must_use]
    pub fn of(name: &str, notices: &'n dyn Notices) -> Self {
        Self { notices, start: format!("vault: {name} says: "), room: MOST, open: false, unseen: VecDeque::new() }
    }

    /// Writes it in lines that name the helper. Part of a line is written at once, without a line end: the cursor stays after a question.
    // Security: none of it is at the beginning of a line, where it could look like one of our messages or hints.
    pub fn hear(&mut self, heard: Heard<'_>) {
        let (new, is_part) = match heard {
            Heard::Part(new) => (new, true),
            Heard::Line { new, .. } => (new, false),
        };
        let text = ForeignText::of(new);
        if text.is_empty() {
            if !is_part {
                self.end();
            }
            return;
        }
        if self.room == 0 {
            return;
        }
        let end = if is_part { " " } else { "\n" };
        let before = if self.open { "\n" } else { "" };
        let shown = capped(&text, self.room);
        self.room = self.room.saturating_sub(self.start.len() + text.chars().count());
        if !self.notices.pass_on(&format!("{before}{}{shown}{end}", self.start)) {
            self.unseen.push_back(text);
            if self.unseen.len() > LAST {
                self.unseen.pop_front();
            }
            return;
        }
        self.open = is_part;
        if self.room == 0 {
            self.end();
            self.notices.pass_on(&format!("{}…, and more that is not shown\n", self.start));
        }
    }

    /// Why the helper gave no answer, with its last output if nobody could see it.
    #[must_use]
    pub fn with_last_words(&self, reason: String) -> String {
        let words: Vec<_> = self.unseen.iter().map(ForeignText::as_str).collect();
        if words.is_empty() { reason } else { format!("{reason}: {}", words.join("; ")) }
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            self.notices.pass_on("\n");
        }
    }
}

impl Drop for Relay<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::ports::NoNotices;

    #[derive(Default)]
    struct Written(RefCell<String>);

    impl Notices for Written {
        fn tell(&self, _message: &str) {}

        fn pass_on(&self, words: &str) -> bool {
            self.0.borrow_mut().push_str(words);
            true
        }
    }

    fn written(heard: &[Heard<'_>]) -> String {
        let notices = Written::default();
        let mut relay = Relay::of("`it`", &notices);
        for heard in heard {
            relay.hear(*heard);
        }
        drop(relay);
        notices.0.into_inner()
    }

    fn line(new: &str) -> Heard<'_> {
        Heard::Line { whole: new, new }
    }

    #[test]
    fn every_line_says_who_says_it() {
        for (heard, expected) in [
            (&[line("one"), line(""), line(" two ")][..], "vault: `it` says: one\nvault: `it` says: two\n"),
            (&[Heard::Part("Password: ")], "vault: `it` says: Password: \n"),
            (&[Heard::Part("Password: "), line(""), line("in")], "vault: `it` says: Password: \nvault: `it` says: in\n"),
            (
                &[Heard::Part("User: "), Heard::Part("Code: "), line("hint: x")],
                "vault: `it` says: User: \nvault: `it` says: Code: \nvault: `it` says: hint: x\n",
            ),
            (&[line("\x1b[2J\x1b]0;t\x07hint:\rrun")], "vault: `it` says: hint: run\n"),
            (&[], ""),
        ] {
            assert_eq!(written(heard), expected, "{heard:?}");
        }
    }

    #[test]
    fn what_nobody_could_see_is_part_of_the_reason() {
        let mut relay = Relay::of("`it`", &NoNotices);
        assert_eq!(relay.with_last_words("it failed".to_owned()), "it failed");
        for said in ["one", "two\x1b[2J", "", "three", "four"] {
            relay.hear(line(said));
        }
        assert_eq!(relay.with_last_words("it failed".to_owned()), "it failed: two; three; four");
    }

    #[test]
    fn it_has_an_end() {
        let long = "x".repeat(500);
        let text = written(&vec![line(&long); 1000]);
        assert!(text.len() < MOST + 1000 && text.ends_with("\nvault: `it` says: …, and more that is not shown\n"), "{}", text.len());
    }
}
