//! Moments in time: whole seconds of Unix time, printed as RFC 3339 in UTC. Never reads a clock.

use std::fmt;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Malformed, SessionDuration, capped};

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// In seconds.
    pub const DAY: i64 = 86_400;

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

    /// Reads a time in any form that programs print and the AWS CLI accepts: RFC 3339, a blank instead of `T`, no seconds,
    /// no separators at all (`20260131T120000Z`), and `UTC`, `GMT`, `+00` or `+0000` for the zone. It must have a zone.
    ///
    /// # Errors
    /// When the text has none of these forms.
    pub fn parse_any(text: &str) -> Result<Self, Malformed> {
        let fault = || Malformed::because(format!("`{}` is not a time such as `2026-01-31T12:00:00Z`", capped(text, 60).escape_debug()));
        let normal = normal_form(text.trim()).ok_or_else(fault)?;
        Self::parse_rfc3339(&normal).map_err(|_| fault())
    }

    /// The time of day in UTC, such as `12:03:00`.
    #[must_use]
    pub fn time_of_day(self) -> String {
        let second = self.0.rem_euclid(Self::DAY);
        format!("{:02}:{:02}:{:02}", second / 3_600, second % 3_600 / 60, second % 60)
    }

    /// The day in UTC, such as `2026-01-31`.
    #[must_use]
    pub fn date(self) -> String {
        self.to_string().chars().take_while(|c| *c != 'T').collect()
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

/// The same time as RFC 3339, if it has the shape of a time.
fn normal_form(text: &str) -> Option<String> {
    let at = text.find(['T', 't', ' '])?;
    let (date, rest) = (&text[..at], text[at + 1..].trim_start());
    let zone_at = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))?;
    let (time, zone) = (&rest[..zone_at], rest[zone_at..].trim());
    let (time, fraction) = time.split_once(['.', ',']).unwrap_or((time, ""));
    let date = digits(date, "-", &[4, 2, 2])?;
    // Seconds, and the minutes of a zone, are optional.
    let time = digits(time, ":", &[2, 2, 2]).or_else(|| Some(digits(time, ":", &[2, 2])? + ":00"))?;
    let zone = match zone.as_bytes() {
        [b'Z' | b'z'] => "Z".to_owned(),
        _ if zone.eq_ignore_ascii_case("utc") || zone.eq_ignore_ascii_case("gmt") => "Z".to_owned(),
        [sign @ (b'+' | b'-'), ..] => {
            let offset = &zone[1..];
            let offset = digits(offset, ":", &[2, 2]).or_else(|| Some(digits(offset, ":", &[2])? + ":00"))?;
            format!("{}{offset}", char::from(*sign))
        }
        _ => return None,
    };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Some(format!("{date}T{time}{fraction}{zone}"))
}

/// Groups of this many digits, with or without the separator between them; the result has it.
fn digits(text: &str, divider: &str, lengths: &[usize]) -> Option<String> {
    let parted = text.contains(divider);
    let mut rest = text;
    let mut groups = Vec::new();
    for length in lengths {
        if parted && !groups.is_empty() {
            rest = rest.strip_prefix(divider)?;
        }
        let (group, after) = rest.split_at_checked(*length)?;
        if !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        groups.push(group);
        rest = after;
    }
    rest.is_empty().then(|| groups.join(divider))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_programs_print() {
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-01-31T12:00:00+0000",
            "2026-01-31T12:00:00+00",
            "2026-01-31T12:00:00-00:00",
            "2026-01-31T12:00:00.123456Z",
            "2026-01-31T12:00:00.123456+00:00",
            "2026-01-31T12:00:00UTC",
            "2026-01-31 12:00:00 UTC",
            "2026-01-31 12:00:00 gmt",
            " 2026-01-31 12:00:00 +0000 ",
            "2026-01-31T12:00Z",
            "2026-01-31T12:00 UTC",
            "20260131T120000Z",
            "20260131T1200Z",
            "2026-01-31T17:30:00+0530",
            "2026-01-31T02:00:00-10",
        ] {
            assert_eq!(Timestamp::parse_any(text).map(Timestamp::as_unix), Ok(1_769_860_800), "{text:?}");
        }
        for bad in [
            "",
            "soon",
            "1769860800",
            "2026-01-31",
            "2026-01-31Z",
            "2026-01T12:00:00Z",
            "2026-01-31T12:00:00",
            "2026-01-31T12Z",
            "2026-13-31T12:00:00Z",
            "2026-01-31T25:00:00Z",
            "2026-01-31T12:00:00 CEST",
            "2026-01-31T12:00:00+00:00:00",
            "2026-01-31T12:00:00ZZ",
            "2026-1-31T12:00:00Z",
            "2026-01-31T12:00:00.Z.",
            "\u{661}\u{662}T12:00:00Z",
        ] {
            assert!(Timestamp::parse_any(bad).is_err(), "{bad:?}");
        }
    }
}
