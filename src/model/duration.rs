//! Parses and prints durations. Never decides which durations a call accepts: the plan does.

use std::fmt;

use super::Malformed;

/// How long a session lasts, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionDuration(u32);

impl SessionDuration {
    pub const HOUR: Self = Self(3_600);

    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds)
    }

    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// Reads `2h`, `90m`, `1h30m`, `7200s`: numbers with units, largest unit first.
    ///
    /// ```
    /// use vault::model::SessionDuration;
    /// assert_eq!(SessionDuration::parse("1h30m").unwrap().as_secs(), 5400);
    /// assert!(SessionDuration::parse("90").is_err());
    /// ```
    ///
    /// # Errors
    /// When a unit is missing, unknown or out of order, or the total does not fit into a `u32` of seconds: far more than any session lasts.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let fault = || {
            let shown = text.escape_debug();
            let hint = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                format!("; did you mean `{text}s`?")
            } else {
                String::new()
            };
            Malformed::because(format!("`{shown}` is not a duration such as `2h`, `90m`, `1h30m` or `7200s`{hint}"))
        };
        let mut rest = text;
        let mut total: u64 = 0;
        let mut last_unit = u64::MAX;
        if rest.is_empty() {
            return Err(fault());
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: u64 = rest[..digits].parse().map_err(|_| fault())?;
            let unit = match rest.as_bytes().get(digits) {
                Some(b'h') => 3_600,
                Some(b'm') => 60,
                Some(b's') => 1,
                _ => return Err(fault()),
            };
            if unit >= last_unit {
                return Err(fault());
            }
            last_unit = unit;
            total = number.checked_mul(unit).and_then(|s| s.checked_add(total)).ok_or_else(fault)?;
            rest = &rest[digits + 1..];
        }
        u32::try_from(total).map(Self).map_err(|_| fault())
    }

    /// The same, and days in front, as in `90d` or `1d12h`, and a bare `0`.
    ///
    /// ```
    /// use vault::model::SessionDuration;
    /// assert_eq!(SessionDuration::parse_days("1d12h").unwrap().as_secs(), 129_600);
    /// assert_eq!(SessionDuration::parse_days("0").unwrap().as_secs(), 0);
    /// ```
    ///
    /// # Errors
    /// As of [`SessionDuration::parse`].
    pub fn parse_days(text: &str) -> Result<Self, Malformed> {
        let fault = || Malformed::because(format!("`{}` is not a duration such as `90d`, `24h` or `0s`", text.escape_debug()));
        if text == "0" {
            return Ok(Self(0));
        }
        let Some((days, rest)) = text.split_once('d') else { return Self::parse(text).map_err(|_| fault()) };
        let digits = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
        let days: u32 = if digits { days.parse().map_err(|_| fault())? } else { return Err(fault()) };
        let rest = if rest.is_empty() { Self(0) } else { Self::parse(rest).map_err(|_| fault())? };
        days.checked_mul(86_400).and_then(|seconds| seconds.checked_add(rest.0)).map(Self).ok_or_else(fault)
    }
}

/// A time that passes, as a person reads it: seconds matter only in the last minute.
#[must_use]
pub fn spoken_duration(seconds: i64) -> String {
    let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
    SessionDuration(if seconds >= 60 { seconds - seconds % 60 } else { seconds }).to_string()
}

impl fmt::Display for SessionDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3_600, self.0 % 3_600 / 60, self.0 % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        if seconds > 0 || self.0 == 0 {
            write!(f, "{seconds}s")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_go_from_large_to_small() {
        for (text, seconds) in [("2h", 7200), ("90m", 5400), ("1h30m", 5400), ("7200s", 7200), ("1h1m1s", 3661), ("0s", 0)] {
            assert_eq!(SessionDuration::parse(text).map(SessionDuration::as_secs), Ok(seconds), "{text}");
        }
        for bad in ["", "2", "h", "30m1h", "1h1h", "-1h", "1.5h", "1d", "99999999999h", "1h ", "２h"] {
            assert!(SessionDuration::parse(bad).is_err(), "{bad:?}");
        }
        assert!(SessionDuration::parse("3600").unwrap_err().to_string().ends_with("did you mean `3600s`?"));
    }

    #[test]
    fn seconds_matter_only_in_the_last_minute() {
        for (seconds, said) in
            [(28_797, "7h59m"), (3_600, "1h"), (3_599, "59m"), (61, "1m"), (60, "1m"), (59, "59s"), (0, "0s"), (-5, "0s")]
        {
            assert_eq!(spoken_duration(seconds), said);
        }
    }

    #[test]
    fn shown_as_it_is_read() {
        for text in ["2h", "1h30m", "1m1s", "0s", "36h"] {
            assert_eq!(SessionDuration::parse(text).unwrap().to_string(), text);
        }
    }
}
