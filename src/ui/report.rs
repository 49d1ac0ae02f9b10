//! The one form in which a failure is printed: what is wrong, where, the things that it is about, and what to do. Never decides any of it.

use std::fmt::Write as _;

use crate::app::Failure;

use super::output::{clause, to_stderr};
use super::table::Table;

/// Writes the failure with its place, the things that it is about, and its hints.
pub fn report(failure: &Failure) {
    let mut text = format!("vault: {}\n", clause(&failure.message));
    if let Some(origin) = &failure.origin {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  --> {}", clause(&origin.to_string()));
    }
    if let Some(list) = &failure.list {
        let mut table = Table::new(list.header);
        for row in &list.rows {
            table.row(row.clone(), None);
        }
        text.push_str(&table.for_stderr());
    }
    for hint in &failure.hints {
        let _ = writeln!(text, "hint: {}", clause(hint));
    }
    to_stderr(&text);
}
