//! The state of a list to choose from: its lines, and the effect of each key. Never touches a terminal.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::model::fit;
use crate::os::keys::Key;

/// Something to choose, with what is shown after it.
pub struct Choice {
    pub name: String,
    pub about: Vec<String>,
}

/// The effect of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Chosen(usize),
    Cancelled,
}

const BETWEEN: &str = "  ";
const MARK: &str = "> ";
/// The most rows that are shown at once.
const MOST: usize = 12;

pub(super) struct State {
    question: String,
    rows: Vec<Row>,
    filter: String,
    /// The rows that are left, the best first.
    left: Vec<usize>,
    /// Which of those is marked, and which is shown first.
    marked: usize,
    top: usize,
}

struct Row {
    line: String,
    /// In lower case, for the filter.
    name: String,
    all: String,
}

impl State {
    pub(super) fn new(question: &str, choices: &[Choice]) -> Self {
        // Security: names and values may come from elsewhere.
        let cells: Vec<Vec<String>> = choices
            .iter()
            .map(|choice| std::iter::once(&choice.name).chain(&choice.about).map(|cell| fit(cell).into_owned()).collect())
            .collect();
        let width = |column: usize| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
        let widths: Vec<_> = (0..cells.iter().map(Vec::len).max().unwrap_or(0)).map(width).collect();
        let line = |row: &Vec<String>| {
            let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
            padded.collect::<Vec<_>>().join(BETWEEN).trim_end().to_owned()
        };
        let rows: Vec<_> =
            cells.iter().map(|row| Row { line: line(row), name: row[0].to_lowercase(), all: row.join(" ").to_lowercase() }).collect();
        let left = (0..rows.len()).collect();
        Self { question: question.to_owned(), rows, filter: String::new(), left, marked: 0, top: 0 }
    }

    pub(super) fn press(&mut self, key: Key) -> Option<Outcome> {
        match key {
            Key::Enter => return self.left.get(self.marked).copied().map(Outcome::Chosen),
            Key::Escape => return Some(Outcome::Cancelled),
            Key::End if self.filter.is_empty() => return Some(Outcome::Cancelled),
            Key::Up => self.marked = self.marked.saturating_sub(1),
            Key::Down => self.marked += 1,
            Key::PageUp => self.marked = self.marked.saturating_sub(MOST),
            Key::PageDown => self.marked += MOST,
            Key::Char(c) => self.filtered(|filter| filter.push(c)),
            Key::Backspace => self.filtered(|filter| {
                let _ = filter.pop();
            }),
            Key::EraseLine => self.filtered(String::clear),
            Key::EraseWord => self.filtered(|filter| {
                let kept = filter.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
                filter.truncate(kept);
            }),
            Key::End | Key::Other => {}
        }
        self.marked = self.marked.min(self.left.len().saturating_sub(1));
        None
    }

    fn filtered(&mut self, change: impl FnOnce(&mut String)) {
        change(&mut self.filter);
        let filter = self.filter.to_lowercase();
        let words: Vec<_> = filter.split_whitespace().collect();
        let mut ranked: Vec<_> = self.rows.iter().enumerate().filter_map(|(index, row)| Some((rank(row, &words)?, index))).collect();
        // Rows that fit equally well keep their order.
        ranked.sort_unstable();
        self.left = ranked.into_iter().map(|(_, index)| index).collect();
        (self.marked, self.top) = (0, 0);
    }

    /// The lines to show on a terminal of this size, and in which column of the first one the cursor is.
    pub(super) fn drawn(&mut self, columns: usize, rows: usize) -> (Vec<String>, usize) {
        // A line that fills its row would move the cursor to the next one.
        let room = columns.saturating_sub(1).max(1);
        let shown = rows.saturating_sub(2).clamp(1, MOST);
        self.top = self.top.clamp((self.marked + 1).saturating_sub(shown), self.marked);
        let typed = fit(&self.filter).into_owned();
        // The user types at its end.
        let first = last_columns(&format!("{}{typed}", self.question), room);
        let cursor = first.width();
        let mut lines = vec![first];
        for (index, row) in self.left.iter().enumerate().skip(self.top).take(shown) {
            let before = if index == self.marked { MARK.to_owned() } else { " ".repeat(MARK.len()) };
            lines.push(first_columns(&format!("{before}{}", self.rows[*row].line), room));
        }
        if self.left.is_empty() {
            lines.push(first_columns("  no profile matches", room));
        }
        (lines, cursor)
    }
}

/// How well a row matches the words: 0 is best; `None` if it does not match.
fn rank(row: &Row, words: &[&str]) -> Option<u8> {
    let all = |fits: &dyn Fn(&str) -> bool| words.iter().all(|word| fits(word));
    if words.first().is_none_or(|first| row.name.starts_with(first)) && all(&|word| row.name.contains(word)) {
        Some(0)
    } else if all(&|word| row.name.contains(word)) {
        Some(1)
    } else if all(&|word| row.all.contains(word)) {
        Some(2)
    } else {
        all(&|word| is_scattered(word, &row.name)).then_some(3)
    }
}

/// Whether all letters of the word are in the name, in that order.
fn is_scattered(word: &str, name: &str) -> bool {
    let mut letters = name.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

fn first_columns(text: &str, room: usize) -> String {
    fitting(text.chars(), room).collect()
}

fn last_columns(text: &str, room: usize) -> String {
    let from_end: Vec<_> = fitting(text.chars().rev(), room).collect();
    from_end.into_iter().rev().collect()
}

/// The first of the characters, up to so many columns.
fn fitting(characters: impl Iterator<Item = char>, room: usize) -> impl Iterator<Item = char> {
    let mut width = 0;
    characters.take_while(move |c| {
        width += c.width().unwrap_or(0);
        width <= room
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let choice =
            |(name, account, role): (&str, &str, &str)| Choice { name: name.to_owned(), about: vec![account.to_owned(), role.to_owned()] };
        let choices = [
            ("read-only", "111111111111", ""),
            ("prod", "222222222222", "OpsSudo"),
            ("dev-prod", "111111111111", "Dev"),
            ("東京", "333333333333", "x\x1b[2J"),
        ];
        State::new("Profile: ", &choices.map(choice))
    }

    fn typed(text: &str) -> State {
        let mut state = state();
        for c in text.chars() {
            assert_eq!(state.press(Key::Char(c)), None);
        }
        state
    }

    #[test]
    fn what_is_typed_leaves_the_best_matches_first() {
        for (text, left) in [
            ("", &[0, 1, 2, 3][..]),
            ("prod", &[1, 2]),
            ("PROD", &[1, 2]),
            ("od", &[1, 2]),
            ("1111", &[0, 2]),
            ("dev 111", &[2]),
            ("opssudo", &[1]),
            ("rdo", &[0]),
            ("東", &[3]),
            ("nothing", &[]),
            (" ", &[0, 1, 2, 3]),
        ] {
            assert_eq!(typed(text).left, left, "{text:?}");
        }
    }

    #[test]
    fn keys_move_erase_choose_and_give_up() {
        use Key::{Backspace, Char, Down, End, Enter, EraseLine, EraseWord, Escape, Other, PageDown, PageUp, Up};
        let after = |keys: &[Key]| {
            let mut state = state();
            let mut outcome = None;
            for key in keys {
                outcome = state.press(*key);
            }
            outcome
        };
        for (keys, outcome) in [
            (&[Enter][..], Some(Outcome::Chosen(0))),
            (&[Down, Down, Enter], Some(Outcome::Chosen(2))),
            (&[Down, Up, Up, Enter], Some(Outcome::Chosen(0))),
            (&[PageDown, Enter], Some(Outcome::Chosen(3))),
            (&[PageDown, PageUp, Enter], Some(Outcome::Chosen(0))),
            (&[Char('d'), Char('e'), Enter], Some(Outcome::Chosen(2))),
            (&[Down, Char('d'), Backspace, Enter], Some(Outcome::Chosen(0))),
            (&[Char('x'), Char(' '), Char('y'), EraseWord, EraseWord, Enter], Some(Outcome::Chosen(0))),
            (&[Char('q'), EraseLine, Enter], Some(Outcome::Chosen(0))),
            (&[Char('q'), Enter], None),
            (&[Char('q'), Down, Up, Enter], None),
            (&[Escape], Some(Outcome::Cancelled)),
            (&[End], Some(Outcome::Cancelled)),
            (&[Char('p'), End], None),
            (&[Other, Other], None),
        ] {
            assert_eq!(after(keys), outcome, "{keys:?}");
        }
    }

    #[test]
    fn what_is_shown_fits_and_the_mark_is_always_there() {
        for columns in [1, 5, 20, 80] {
            for rows in [1, 2, 4, 50] {
                for down in 0..4 {
                    let mut state = typed("");
                    for _ in 0..down {
                        let _ = state.press(Key::Down);
                    }
                    let (lines, cursor) = state.drawn(columns, rows);
                    assert!(lines.len() <= rows.max(2) && cursor < columns.max(2), "{columns}x{rows}: {lines:?}");
                    assert!(lines.iter().all(|line| line.width() < columns.max(2)), "{columns}x{rows}: {lines:?}");
                    assert!(columns < 5 || lines.iter().filter(|line| line.starts_with(MARK)).count() == 1, "{columns}x{rows}: {lines:?}");
                }
            }
        }
    }

    #[test]
    fn account_and_role_are_in_columns_and_nothing_in_them_acts_on_the_terminal() {
        let (lines, cursor) = state().drawn(80, 24);
        assert_eq!(
            lines,
            [
                "Profile: ",
                "> read-only  111111111111",
                "  prod       222222222222  OpsSudo",
                "  dev-prod   111111111111  Dev",
                "  東京       333333333333  x",
            ]
        );
        assert_eq!(cursor, 9);
        assert_eq!(typed("\u{202e}").drawn(80, 24).0[1], "  no profile matches");
    }
}
