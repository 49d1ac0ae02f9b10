//! Splits Markdown into its blocks, as far as `docs/` uses them. Never looks into a line.

/// A part of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    Heading(&'static str),
    Paragraph(String),
    /// An item of a list, with its marker: a dash or a number.
    Item {
        mark: &'static str,
        text: String,
    },
    /// The lines of a code block, as they are.
    Code(Vec<&'static str>),
    Table {
        header: Vec<&'static str>,
        rows: Vec<Vec<&'static str>>,
    },
}

const FENCE: &str = "```";

pub(super) fn blocks(text: &'static str) -> Vec<Block> {
    let mut blocks = Vec::new();
    // Whether the next line of text continues the last block.
    let mut is_open = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with(FENCE) {
            blocks.push(Block::Code(lines.by_ref().take_while(|line| !line.trim_start().starts_with(FENCE)).collect()));
            is_open = false;
        } else if trimmed.is_empty() {
            is_open = false;
        } else if trimmed.starts_with('|') {
            let mut rows = vec![cells(trimmed)];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(cells(row));
            }
            let header = rows.remove(0);
            let is_rule = |row: &Vec<&str>| row.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':')));
            rows.retain(|row| !is_rule(row));
            blocks.push(Block::Table { header, rows });
            is_open = false;
        } else if trimmed.starts_with('#') {
            blocks.push(Block::Heading(trimmed.trim_start_matches('#').trim_start()));
            is_open = false;
        } else if let Some((mark, text)) = item(trimmed) {
            blocks.push(Block::Item { mark, text: text.to_owned() });
            is_open = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(text) | Block::Item { text, .. }) if is_open => {
                    text.push(' ');
                    text.push_str(trimmed);
                }
                _ => blocks.push(Block::Paragraph(trimmed.to_owned())),
            }
            is_open = true;
        }
    }
    blocks
}

/// The marker of a list item, and its text.
fn item(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (mark, text) = line.split_once(' ')?;
    let number = mark.strip_suffix('.').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    (mark == "-" || number).then_some((mark, text.trim_start()))
}

/// The cells of a row. A bar after a backslash belongs to its cell.
fn cells(row: &'static str) -> Vec<&'static str> {
    let row = row.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row);
    let (mut cells, mut start) = (Vec::new(), 0);
    for (at, _) in row.match_indices('|').filter(|(at, _)| !row[..*at].ends_with('\\')) {
        cells.push(row[start..at].trim());
        start = at + 1;
    }
    cells.push(row[start..].trim());
    cells
}
