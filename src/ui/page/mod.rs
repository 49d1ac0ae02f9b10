//! Draws a page of the documentation for a terminal, from Markdown as `docs/` has it. Never reads a page.

mod blocks;
mod inline;

use super::output::named;
use super::table::{HEADER, Table, is_colorful, room, styled};
use super::wrap::wrap;

use blocks::{Block, blocks};
use inline::{Linked, plain};

/// Lines longer than this are hard to read.
const LONGEST_LINE: usize = 80;

/// The page as text for stdout: headings stand out, tables fit, links are words.
#[must_use]
pub fn page(text: &'static str, linked: Linked<'_>) -> String {
    named(&drawn(text, linked, room(), is_colorful())).into_owned()
}

fn drawn(text: &'static str, linked: Linked<'_>, room: Option<usize>, in_color: bool) -> String {
    let room = room.unwrap_or(LONGEST_LINE);
    let line = room.min(LONGEST_LINE);
    let mut out = String::new();
    let mut was_item = false;
    for block in blocks(text) {
        let is_item = matches!(block, Block::Item { .. });
        if !(out.is_empty() || was_item && is_item) {
            out.push('\n');
        }
        was_item = is_item;
        match block {
            Block::Heading(title) => push(&mut out, "", &styled(&plain(title, linked), HEADER, in_color)),
            Block::Paragraph(text) => {
                for line in wrap(&plain(&text, linked), Some(line)) {
                    push(&mut out, "", &line);
                }
            }
            Block::Item { mark, text } => {
                let room = line.saturating_sub(mark.len() + 1).max(1);
                for (index, line) in wrap(&plain(&text, linked), Some(room)).iter().enumerate() {
                    let before = if index == 0 { format!("{mark} ") } else { " ".repeat(mark.len() + 1) };
                    push(&mut out, &before, line);
                }
            }
            Block::Code(lines) => {
                for line in lines {
                    push(&mut out, if line.is_empty() { "" } else { "    " }, line);
                }
            }
            Block::Table { header, rows } => {
                let cells = |row: Vec<&str>| row.into_iter().map(|cell| plain(cell, linked)).collect::<Vec<_>>();
                let rows: Vec<_> = rows.into_iter().map(cells).collect();
                out.push_str(&match header.len() {
                    2 => table::<2>(&header, rows, room, in_color),
                    3 => table::<3>(&header, rows, room, in_color),
                    4 => table::<4>(&header, rows, room, in_color),
                    5 => table::<5>(&header, rows, room, in_color),
                    _ => table::<6>(&header, rows, room, in_color),
                });
            }
        }
    }
    out
}

fn push(out: &mut String, before: &str, line: &str) {
    out.push_str(before);
    out.push_str(line);
    out.push('\n');
}

fn table<const COLUMNS: usize>(header: &[&'static str], rows: Vec<Vec<String>>, room: usize, in_color: bool) -> String {
    let mut table = Table::<COLUMNS>::of_prose(std::array::from_fn(|column| header.get(column).copied().unwrap_or_default()));
    for row in rows {
        let mut cells = row.into_iter();
        table.row(std::array::from_fn(|_| cells.next().unwrap_or_default()), None);
    }
    table.drawn(Some(room), in_color)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    const TEXT: &str = "# Title\n\nA *long* paragraph\nwith `code *x*` and [a link](other.md#x).\n\n- one\n  more\n- two\n\n1. first\n\n```ini\n[a]\n\nb = 1\n```\n\n| a | b |\n|---|---|\n| `x \\| y` | [site](https://example.com) |\n";

    fn linked(target: &str) -> Option<String> {
        target.starts_with("other.md").then(|| "other".to_owned())
    }

    #[test]
    fn each_part_of_a_page_is_drawn() {
        let expected = "Title\n\nA long paragraph with `code *x*` and a link (`vault help other`).\n\n- one more\n- two\n1. first\n\n    [a]\n\n    b = 1\n\na        b\n`x | y`  site (https://example.com)\n";
        assert_eq!(drawn(TEXT, &linked, None, false), expected);
    }

    #[test]
    fn a_narrow_terminal_gets_narrow_lines_and_no_command_is_broken() {
        let narrow = drawn(TEXT, &linked, Some(20), false);
        for line in narrow.lines() {
            let is_one_word = !line.trim().contains(' ') || line.contains('`') || line.starts_with("    ");
            assert!(line.width() <= 20 || is_one_word, "{line}");
        }
        assert!(narrow.contains("(`vault help other`)."), "{narrow}");
    }

    #[test]
    fn color_adds_nothing_that_is_not_there_without_it() {
        let colorful = drawn(TEXT, &linked, None, true);
        assert!(colorful.starts_with("\x1b[1mTitle"), "{colorful:?}");
        assert_eq!(anstream::adapter::strip_str(&colorful).to_string(), drawn(TEXT, &linked, None, false));
    }
}
