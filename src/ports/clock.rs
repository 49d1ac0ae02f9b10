//! The wall clock. Nothing else in the engine knows the time.

use crate::model::{SessionDuration, Timestamp};

/// The wall clock.
pub trait Clock {
    fn now(&self) -> Timestamp;
    /// The time of day of a moment, as the user's own clock shows it.
    fn in_words(&self, moment: Timestamp) -> String {
        format!("{} UTC", moment.time_of_day())
    }
    fn sleep(&self, duration: SessionDuration);
}
