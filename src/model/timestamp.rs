//! Decides how a moment is held and written: whole seconds of Unix time, RFC 3339 in UTC. Never asks what time it is.

use std::fmt;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Malformed, SessionDuration};

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    #[must_use]
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// # Errors
    /// When the text is not an RFC 3339 time such as `2026-01-31T12:00:00Z`.
    pub fn parse_rfc3339(text: &str) -> Result<Self, Malformed> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(|moment| Self(moment.unix_timestamp()))
            .map_err(|_| Malformed::because(format!("`{}` is not a time such as `2026-01-31T12:00:00Z`", text.escape_debug())))
    }

    /// Seconds from `earlier` to this moment; negative when this moment comes first.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    #[must_use]
    pub fn plus(self, duration: SessionDuration) -> Self {
        Self(self.0.saturating_add(i64::from(duration.as_secs())))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; moments outside the years 1 to 9999 are shown as the nearest that can be written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const YEAR_1: i64 = -62_135_596_800;
        const YEAR_9999_END: i64 = 253_402_300_799;
        let moment = OffsetDateTime::from_unix_timestamp(self.0.clamp(YEAR_1, YEAR_9999_END)).map_err(|_| fmt::Error)?;
        f.write_str(&moment.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}
