//! Prints the time that is left. Never reads a clock.

use crate::model::{Timestamp, spoken_duration};

/// Time left as a person reads it.
#[must_use]
pub fn time_left(expires: Timestamp, now: Timestamp) -> String {
    spoken_duration(expires.seconds_since(now))
}
