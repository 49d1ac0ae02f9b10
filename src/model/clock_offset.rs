//! When a clock counts as off, and in which words. Never reads a clock.

/// How many seconds a clock may be off: more than a slow network causes, and less than AWS refuses.
const TOLERATED: i64 = 60;

/// Whether a clock that is this many seconds ahead or behind counts as off.
#[must_use]
pub const fn is_off(ahead: i64) -> bool {
    ahead.abs() > TOLERATED
}

/// How far a clock is ahead, in seconds, as a clause such as `9 hours ahead of AWS's`: rounded to minutes if it is minutes.
#[must_use]
pub fn spoken_offset(ahead: i64) -> String {
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let seconds = ahead.unsigned_abs();
    if seconds < 120 {
        return format!("{seconds} seconds {direction} AWS's");
    }
    let minutes = (seconds + 30) / 60;
    let counted = |number: u64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let size = match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours @ 48.., _) => counted(hours / 24, "day"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => format!("{} {}", counted(hours, "hour"), counted(minutes, "minute")),
    };
    format!("{size} {direction} AWS's")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_said_as_people_say_it() {
        for (ahead, said) in [
            (90, "90 seconds ahead of AWS's"),
            (-119, "119 seconds behind AWS's"),
            (-598, "10 minutes behind AWS's"),
            (9 * 3600 + 3, "9 hours ahead of AWS's"),
            (-3700, "1 hour 2 minutes behind AWS's"),
            (3 * 86_400, "3 days ahead of AWS's"),
        ] {
            assert_eq!(spoken_offset(ahead), said);
        }
    }
}
