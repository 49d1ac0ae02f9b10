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
        let expires = row.sessions.iter().map(|session| session.expires).max();
        let left = expires.map_or_else(String::new, |expires| time_left(expires, now));
        let source = row.source.clone().unwrap_or_default();
        table.row([row.name.to_string(), row.kind.as_str().to_owned(), source, stores.join(", "), left], row.fault.as_deref());
    }
    table
}
