//! Splits a helper command's stderr into lines as it arrives. Never keeps more than a line, and never passes on terminal control
//! sequences.

use std::time::{Duration, Instant};

use crate::model::fit;

/// The longest line, in bytes.
const LONGEST: usize = 4 * 1024;
/// How long an unfinished line is held back: a question has no line end.
const PATIENCE: Duration = Duration::from_millis(100);

/// A piece of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard<'h> {
    /// The new part of an unfinished line, which may be a question.
    Part(&'h str),
    /// A finished line.
    Line { whole: &'h str, new: &'h str },
}

impl<'h> Heard<'h> {
    /// The line, if it is finished.
    #[must_use]
    pub fn line(self) -> Option<&'h str> {
        match self {
            Self::Part(_) => None,
            Self::Line { whole, .. } => Some(whole),
        }
    }
}

/// The current line.
#[derive(Default)]
pub(super) struct Hearing {
    line: Vec<u8>,
    /// How much of the line was passed on.
    told: usize,
    /// Since when some of it was held back.
    since: Option<Instant>,
}

impl Hearing {
    /// Takes new input, and passes on each line that ends in it.
    pub(super) fn take(&mut self, piece: &[u8], heard: &mut impl FnMut(Heard<'_>)) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = part.strip_suffix(b"\n").map_or((part, false), |text| (text, true));
            let room = LONGEST.saturating_sub(self.line.len()).min(text.len());
            self.line.extend_from_slice(&text[..room]);
            if ends {
                self.end_line(heard);
            } else if self.told < self.line.len() {
                self.since.get_or_insert_with(Instant::now);
            }
        }
    }

    /// Whether the cursor is after text that has no line end.
    pub(super) fn is_in_a_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// How long to wait for more before [`Hearing::hand_on`] has something to pass on.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.since.map(|since| PATIENCE.saturating_sub(since.elapsed()))
    }

    /// Passes on what has waited long enough.
    pub(super) fn hand_on(&mut self, heard: &mut impl FnMut(Heard<'_>)) {
        if self.patience() != Some(Duration::ZERO) {
            return;
        }
        self.since = None;
        let new = &self.line[self.told..];
        // An incomplete character waits for its remaining bytes.
        let whole = match std::str::from_utf8(new) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => new.len(),
        };
        self.told += whole;
        if whole > 0 {
            heard(Heard::Part(&fit(&String::from_utf8_lossy(&new[..whole]))));
        }
    }

    /// Passes on the rest when the input has ended.
    pub(super) fn end(&mut self, heard: &mut impl FnMut(Heard<'_>)) {
        if !self.line.is_empty() {
            self.end_line(heard);
        }
    }

    fn end_line(&mut self, heard: &mut impl FnMut(Heard<'_>)) {
        let shown = |bytes: &[u8]| fit(String::from_utf8_lossy(bytes).trim_end_matches('\r')).into_owned();
        heard(Heard::Line { whole: &shown(&self.line), new: &shown(&self.line[self.told..]) });
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_handed_on_once_and_the_line_whole() {
        let (mut hearing, mut said) = (Hearing::default(), Vec::new());
        let mut heard = |heard: Heard<'_>| said.push(format!("{heard:?}"));
        hearing.take(b"one\r\nPass", &mut heard);
        hearing.hand_on(&mut heard);
        assert!(hearing.patience().is_some_and(|left| left > Duration::ZERO), "it may be at its end soon");
        // As if the time had passed.
        hearing.since = Instant::now().checked_sub(PATIENCE);
        hearing.take(b"word: \xc3", &mut heard);
        hearing.hand_on(&mut heard);
        assert_eq!(hearing.patience(), None);
        hearing.take(b"\xbc\n", &mut heard);
        hearing.take(b"\nlast", &mut heard);
        hearing.end(&mut heard);
        hearing.end(&mut heard);
        let line = |whole: &str, new: &str| format!("{:?}", Heard::Line { whole, new });
        let part = format!("{:?}", Heard::Part("Password: "));
        assert_eq!(said, [line("one", "one"), part, line("Password: ü", "ü"), line("", ""), line("last", "last")]);
    }
}
