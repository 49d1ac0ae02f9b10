//! The wall clock. Never used by `plan/`, which is handed the time.

use crate::model::Timestamp;

/// How to set the clock on this platform.
pub const CURE: &str = if cfg!(target_os = "macos") {
    "`sudo sntp -sS time.apple.com`"
} else if cfg!(windows) {
    "`w32tm /resync`, as an administrator"
} else {
    "`sudo timedatectl set-ntp true` (in WSL: `sudo hwclock -s`)"
};

/// The time of day of a moment, in UTC and, if it differs, in this machine's time zone.
#[must_use]
pub fn in_words(moment: Timestamp) -> String {
    let utc = format!("{} UTC", moment.time_of_day());
    let zone = jiff::tz::TimeZone::system();
    let own = jiff::Timestamp::from_second(moment.as_unix()).map(|moment| zone.to_offset(moment).seconds());
    match own.ok().map(i64::from) {
        None | Some(0) => utc,
        Some(offset) => {
            format!("{utc} ({} local time)", Timestamp::from_unix(moment.as_unix().saturating_add(offset)).time_of_day())
        }
    }
}

/// Now, to the second.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}

/// The clock for the engine.
pub struct SystemClock;

impl crate::ports::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }

    fn in_words(&self, moment: Timestamp) -> String {
        in_words(moment)
    }

    fn sleep(&self, duration: crate::model::SessionDuration) {
        std::thread::sleep(std::time::Duration::from_secs(u64::from(duration.as_secs())));
    }
}
