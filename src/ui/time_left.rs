//! Prints the time that is left. Never reads a clock.

use crate::model::{SessionDuration, Timestamp};

/// Time left as a person reads it.
#[must_use]
pub fn time_left(expires: Timestamp, now: Timestamp) -> String {
    let seconds = u32::try_from(expires.seconds_since(now).max(0)).unwrap_or(u32::MAX);
    // Seconds matter only in the last minute.
    let shown = if seconds >= 60 { seconds - seconds % 60 } else { seconds };
    SessionDuration::from_secs(shown).to_string()
}
