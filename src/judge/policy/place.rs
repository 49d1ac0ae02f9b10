//! Turns a byte of a text into its line and column, and shows that line. Never reads a file.

/// The lines of a text. Finding a place takes the same time everywhere, even in a file that is one long line.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
    /// How many characters are before each block of the text.
    before: Vec<usize>,
}

/// How many bytes are counted at most to find a column.
const BLOCK: usize = 1024;

/// A place for people and editors: both count from 1, and columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Lines {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let blocks = (0..=text.len() / BLOCK).map(|block| block_start(text, block));
        let before = blocks.scan((0, 0), |(start, count), end| {
            *count += text[*start..end].chars().count();
            *start = end;
            Some(*count)
        });
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1));
        Self { starts: starts.collect(), before: before.collect() }
    }

    /// Where the byte is in the text that these are the lines of.
    #[must_use]
    pub fn place(&self, text: &str, byte: usize) -> Place {
        let byte = text.floor_char_boundary(byte);
        let line = self.number(byte);
        Place { line, column: self.characters(text, byte) - self.characters(text, self.starts[line - 1]) + 1 }
    }

    /// The line of this number, without its end.
    #[must_use]
    pub fn line<'a>(&self, text: &'a str, number: usize) -> &'a str {
        let Some(start) = number.checked_sub(1).and_then(|index| self.starts.get(index)) else { return "" };
        let line = &text[*start..self.starts.get(number).copied().unwrap_or(text.len())];
        let Some(line) = line.strip_suffix('\n') else { return line };
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The line of this byte, without its end, and at which byte of it that is.
    #[must_use]
    pub fn line_of<'a>(&self, text: &'a str, byte: usize) -> (&'a str, usize) {
        let byte = text.floor_char_boundary(byte);
        let number = self.number(byte);
        let line = self.line(text, number);
        (line, (byte - self.starts[number - 1]).min(line.len()))
    }

    fn number(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1)
    }

    /// How many characters are before this byte.
    fn characters(&self, text: &str, byte: usize) -> usize {
        // A character that crosses the edge of two blocks is in the second.
        let block = byte / BLOCK;
        self.before[block] + text[block_start(text, block)..byte].chars().count()
    }
}

fn block_start(text: &str, block: usize) -> usize {
    text.floor_char_boundary(block * BLOCK)
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

    #[test]
    fn columns_are_counted_across_blocks_and_a_character_on_the_edge_counts_once() {
        for shift in 0..4 {
            let text = format!("{}{}\n{}", "a".repeat(shift), "€ü😀b".repeat(800), "ü".repeat(3000));
            let lines = Lines::of(&text);
            for byte in (0..=text.len()).step_by(7) {
                let before = &text[..text.floor_char_boundary(byte)];
                let (line, column) = before.rsplit_once('\n').map_or((1, before), |(_, after)| (2, after));
                assert_eq!(lines.place(&text, byte), Place { line, column: column.chars().count() + 1 }, "{shift} {byte}");
                assert_eq!(lines.line_of(&text, byte), (lines.line(&text, line), column.len()), "{shift} {byte}");
            }
        }
    }

    /// It would take minutes if each place took time in proportion to the length of its line.
    #[test]
    fn a_million_places_in_one_long_line_take_a_moment() {
        let text = "{\"ü\": 1}, ".repeat(400_000);
        let lines = Lines::of(&text);
        for number in 0..1_000_000 {
            let byte = text.len() - number;
            let (line, at) = lines.line_of(&text, byte);
            assert!(lines.place(&text, byte).column <= at + 1 && line.len() == text.len());
        }
    }
}
