//! The one way to show several things with the same parts: in columns if they fit, else one below the other. Never decides what is
//! shown.

use std::io::{self, IsTerminal as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr as _;

use crate::app::Failure;
use crate::model::{at_line_start, fit};

use super::output;
use super::wrap::wrap;

/// Shown for an empty cell.
pub(super) const NOTHING: &str = "-";
pub(super) const BETWEEN: &str = "  ";

pub(super) const HEADER: Style = Style::new().bold();
const MARK: Style = AnsiColor::Red.on_default().bold();

/// Rows under one header.
pub struct Table<const COLUMNS: usize> {
    header: [&'static str; COLUMNS],
    rows: Vec<Row<COLUMNS>>,
    /// Whether long cells are broken into lines: they are sentences, which nobody copies.
    is_prose: bool,
}

struct Row<const COLUMNS: usize> {
    cells: [String; COLUMNS],
    fault: Option<String>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    #[must_use]
    pub fn new(header: [&'static str; COLUMNS]) -> Self {
        Self { header, rows: Vec::new(), is_prose: false }
    }

    /// The same for sentences, in lines that fit.
    pub(super) fn of_prose(header: [&'static str; COLUMNS]) -> Self {
        Self { is_prose: true, ..Self::new(header) }
    }

    /// Adds a row, with its problem, if any. An empty cell is shown as a dash.
    pub fn row(&mut self, cells: [String; COLUMNS], fault: Option<&str>) {
        // Security: names and values may come from elsewhere.
        let shown = |cell: String| if cell.is_empty() { NOTHING.to_owned() } else { fit(&cell).into_owned() };
        let mut cells = cells.map(shown);
        if let Some(first) = cells.first_mut() {
            *first = at_line_start(first).into_owned();
        }
        self.rows.push(Row { cells, fault: fault.map(|fault| fit(fault).into_owned()) });
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes it to stdout.
    ///
    /// # Errors
    /// As of [`output::data`].
    pub fn print(&self) -> Result<(), Failure> {
        output::data(self.drawn(room(), is_colorful()).as_bytes())
    }

    /// As text for stderr, for the width of its terminal and without colour.
    #[must_use]
    pub fn for_stderr(&self) -> String {
        self.drawn(room_of_stderr(), false)
    }

    /// As text for another place than stdout, in columns and without colour.
    #[must_use]
    pub fn text(&self) -> String {
        self.drawn(None, false)
    }

    /// As text, for a terminal with this many columns; `None`: not a terminal.
    pub(super) fn drawn(&self, room: Option<usize>, in_color: bool) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let all = || std::iter::once(self.header.map(str::to_owned)).chain(self.rows.iter().map(|row| row.cells.clone()));
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| all().map(|cells| cells[column].width()).max().unwrap_or(0));
        let width = widths.iter().sum::<usize>() + BETWEEN.len() * COLUMNS.saturating_sub(1);
        if room.is_some_and(|room| width > room) {
            self.narrow(room.filter(|_| self.is_prose), in_color)
        } else {
            self.wide(&widths, in_color)
        }
    }

    fn wide(&self, widths: &[usize; COLUMNS], in_color: bool) -> String {
        let line = |cells: &[String; COLUMNS]| {
            let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
            padded.collect::<Vec<_>>().join(BETWEEN).trim_end().to_owned()
        };
        let mut out = styled(&line(&self.header.map(str::to_owned)), HEADER, in_color);
        out.push('\n');
        for row in &self.rows {
            out += &line(&row.cells);
            out.push('\n');
            out += &mark(row.fault.as_deref(), in_color);
        }
        out
    }

    /// The first cell is the heading of what follows. With `room`, lines have at most that many columns.
    fn narrow(&self, room: Option<usize>, in_color: bool) -> String {
        let mut out = String::new();
        for (index, Row { cells, fault }) in self.rows.iter().enumerate() {
            if self.is_prose && index > 0 {
                out.push('\n');
            }
            for line in wrap(&cells[0], room) {
                out += &styled(&line, HEADER, in_color);
                out.push('\n');
            }
            for (name, cell) in self.header.iter().zip(cells).skip(1).filter(|(_, cell)| *cell != NOTHING) {
                let lines = wrap(&format!("{}: {cell}", name.to_lowercase()), room.map(|room| room.saturating_sub(2 * BETWEEN.len())));
                out += BETWEEN;
                out += &lines.join(&format!("\n{BETWEEN}{BETWEEN}"));
                out.push('\n');
            }
            out += &mark(fault.as_deref(), in_color);
        }
        out
    }
}

fn mark(fault: Option<&str>, in_color: bool) -> String {
    fault.map_or_else(String::new, |fault| format!("  {} {fault}\n", styled("!", MARK, in_color)))
}

pub(super) fn styled(text: &str, style: Style, in_color: bool) -> String {
    if in_color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Sets whether to use colour from now on; `Auto`: if stdout shows it.
pub fn color(choice: ColorChoice) {
    choice.write_global();
}

/// How many columns stdout has, if it is a terminal.
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked how wide it is")]
pub(super) fn room() -> Option<usize> {
    let stdout = io::stdout();
    if stdout.is_terminal() { terminal_size_of(stdout).map(columns).filter(|columns| *columns > 0) } else { None }
}

/// How many columns stderr has, if it is a terminal.
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked how wide it is")]
fn room_of_stderr() -> Option<usize> {
    let stderr = io::stderr();
    if stderr.is_terminal() { terminal_size_of(stderr).map(columns).filter(|columns| *columns > 0) } else { None }
}

fn columns((Width(columns), _): (Width, terminal_size::Height)) -> usize {
    usize::from(columns)
}

/// Whether stdout shows colours and the user wants them: `--color`, `NO_COLOR`, `TERM=dumb`, a pipe.
#[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked what it can show")]
pub(super) fn is_colorful() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        let mut table = Table::new(["PROFILE", "KIND", "SOURCE"]);
        let cells = |cells: [&str; 3]| cells.map(str::to_owned);
        table.row(cells(["東京", "key", ""]), None);
        table.row(cells(["ops\x1b[2J", "broken", "nobody"]), Some("its `source_profile`\nis not defined"));
        table
    }

    #[test]
    fn wide_characters_are_aligned_and_nothing_in_a_cell_acts_on_the_terminal() {
        let drawn = table().drawn(None, false);
        let expected = "PROFILE  KIND    SOURCE\n東京     key     -\nops      broken  nobody\n  ! its `source_profile` is not defined\n";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn what_does_not_fit_is_shown_one_below_the_other() {
        let table = table();
        assert_eq!(table.drawn(Some(23), false), table.drawn(None, false), "it just fits");
        let narrow = "東京\n  kind: key\nops\n  kind: broken\n  source: nobody\n  ! its `source_profile` is not defined\n";
        assert_eq!(table.drawn(Some(22), false), narrow);
    }

    #[test]
    fn color_adds_nothing_that_is_not_there_without_it() {
        for room in [None, Some(10)] {
            let colorful = table().drawn(room, true);
            assert!(colorful.contains("\x1b[1m"), "{colorful:?}");
            assert_eq!(anstream::adapter::strip_str(&colorful).to_string(), table().drawn(room, false));
        }
    }

    #[test]
    fn no_rows_are_no_table() {
        assert_eq!(Table::new(["PROFILE"]).drawn(None, true), "");
    }
}
