//! Turns a byte of a text into its line and column, and shows that line. Never reads a file.

/// The lines of a text.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
}

/// A place for people and editors: both count from 1, and columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Lines {
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { starts: std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1)).collect() }
    }

    /// Where the byte is in the text that these are the lines of.
    #[must_use]
    pub fn place(&self, text: &str, byte: usize) -> Place {
        let byte = text.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let column = text[self.starts[line - 1]..byte].chars().count() + 1;
        Place { line, column }
    }

    /// The line of this number, without its end.
    #[must_use]
    pub fn line<'a>(&self, text: &'a str, number: usize) -> &'a str {
        let Some(start) = number.checked_sub(1).and_then(|index| self.starts.get(index)) else { return "" };
        text[*start..].lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_characters_count_once() {
        let text = "{\r\n  \"ü\": 1\n}";
        let lines = Lines::of(text);
        for (byte, line, column) in [(0, 1, 1), (5, 2, 3), (9, 2, 6), (13, 3, 1), (99, 3, 2)] {
            assert_eq!(lines.place(text, byte), Place { line, column }, "{byte}");
        }
        assert_eq!((lines.line(text, 2), lines.line(text, 9), lines.line(text, 0)), ("  \"ü\": 1", "", ""));
        assert_eq!(Lines::of("").place("", 0), Place { line: 1, column: 1 });
    }
}
