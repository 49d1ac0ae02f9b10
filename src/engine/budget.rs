//! Decides until when AWS accepts no more codes from a device: it checks about nine in each window of three minutes. Never waits.

use crate::model::Timestamp;

/// How long a window is, in seconds; each begins at a minute of UTC that is divisible by three.
pub(super) const WINDOW: i64 = 180;
/// AWS's machines may differ by some seconds.
pub(super) const MARGIN: i64 = 1;

/// When the window of `now` ends, by this machine's clock, which is `clock_ahead` of AWS's.
#[must_use]
pub fn window_ends(now: Timestamp, clock_ahead: Option<i64>) -> Timestamp {
    let aws = now.as_unix().saturating_sub(clock_ahead.unwrap_or(0));
    let left = WINDOW - aws.rem_euclid(WINDOW);
    Timestamp::from_unix(now.as_unix().saturating_add(left + MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_at_a_minute_that_is_divisible_by_three() {
        // 2026-01-31T12:00:00Z
        const NOON: i64 = 1_769_860_800;
        for (after, ahead, ends) in
            [(0, None, 181), (1, Some(0), 181), (179, Some(0), 181), (180, Some(0), 361), (10, Some(60), 61), (0, Some(-60), 121)]
        {
            assert_eq!(window_ends(Timestamp::from_unix(NOON + after), ahead).as_unix(), NOON + ends, "{after} {ahead:?}");
        }
    }
}
