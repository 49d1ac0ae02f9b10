//! Decides how the time that is left is shown. Never asks what time it is.

use crate::model::{SessionDuration, Timestamp};

/// Time left as a person reads it.
#[must_use]
pub fn time_left(expires: Timestamp, now: Timestamp) -> String {
    let seconds = u32::try_from(expires.seconds_since(now).max(0)).unwrap_or(u32::MAX);
    // Seconds are of interest in the last minute only.
    let shown = if seconds >= 60 { seconds - seconds % 60 } else { seconds };
    SessionDuration::from_secs(shown).to_string()
}
