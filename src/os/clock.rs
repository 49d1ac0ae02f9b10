//! The wall clock. Never used by `plan/`, which is handed the time.

use crate::model::Timestamp;

/// Now, to the second.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// The clock that the engine is given.
pub struct SystemClock;

impl crate::ports::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }

    fn sleep(&self, duration: crate::model::SessionDuration) {
        std::thread::sleep(std::time::Duration::from_secs(u64::from(duration.as_secs())));
    }
}
