//! The table of profiles. Never decides which.

use crate::app::listing::Listed;
use crate::model::Timestamp;

use super::{Table, time_left};

/// One row for each.
#[must_use]
pub fn listing<'a>(rows: impl IntoIterator<Item = &'a Listed>, now: Timestamp) -> Table<5> {
    let mut table = Table::new(["PROFILE", "KIND", "SOURCE", "KEY IN", "SESSION"]);
    for row in rows {
        let stores: Vec<_> = row.keys.iter().map(|entry| entry.backend.as_str()).collect();
        let left = row.left.map_or_else(String::new, |left| {
            let of = if left.is_of_other_flags { " (other flags)" } else { "" };
            format!("{}{of}", time_left(left.until, now))
        });
        let source = row.source.clone().unwrap_or_default();
        table.row([row.name.to_string(), row.kind.as_str().to_owned(), source, stores.join(", "), left], row.fault.as_deref());
    }
    table
}
