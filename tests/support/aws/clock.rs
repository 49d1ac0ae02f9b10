//! The stand-in's own clock: the real one, moved by an offset, with lifetimes and TOTP steps that can pass faster.
//!
//! A faster clock would make every signature look too old within seconds. So the dates that clients see (`Date`, signature window,
//! `Expiration`) keep real pace, and speed shortens lifetimes: at speed 100, a session of 900 s really ends after 9 s, as its `Expiration`
//! says.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

use crate::support::moved_clock;

/// A moment, as time since the Unix epoch by the stand-in's clock.
pub type Moment = Duration;

pub struct Clock(Mutex<Setting>);

struct Setting {
    offset_seconds: i64,
    speed: f64,
    shorter: f64,
    real_anchor: Duration,
    fast_anchor: Duration,
    /// Says how far a test has moved the clients' clock ahead.
    follows: Option<PathBuf>,
}

impl Clock {
    pub fn new() -> Self {
        let now = real();
        Self(Mutex::new(Setting { offset_seconds: 0, speed: 1.0, shorter: 1.0, real_anchor: now, fast_anchor: now, follows: None }))
    }

    /// The stand-in's time.
    pub fn now(&self) -> Moment {
        shift(real(), self.setting().ahead())
    }

    /// The time for TOTP steps, which runs at the set speed.
    pub fn totp_now(&self) -> Moment {
        let setting = self.setting();
        shift(setting.fast(), setting.ahead())
    }

    /// How long a `lifetime` at AWS takes on the stand-in's clock.
    pub fn scaled(&self, lifetime: Duration) -> Duration {
        let setting = self.setting();
        lifetime.div_f64(setting.speed * setting.shorter)
    }

    /// The age that AWS would see for something made at `then`.
    pub fn age(&self, then: Moment) -> Duration {
        self.now().saturating_sub(then).mul_f64(self.setting().speed)
    }

    pub fn set_offset(&self, seconds: i64) {
        self.setting().offset_seconds = seconds;
    }

    pub fn follow(&self, file: &Path) {
        self.setting().follows = Some(file.to_owned());
    }

    pub fn set_speed(&self, speed: f64) {
        assert!(speed.is_finite() && speed > 0.0, "time has to move forwards");
        let mut setting = self.setting();
        setting.fast_anchor = setting.fast();
        setting.real_anchor = real();
        setting.speed = speed;
    }

    pub fn shorten_sessions(&self, factor: f64) {
        assert!(factor.is_finite() && factor > 0.0, "a session has to end after it begins");
        self.setting().shorter = factor;
    }

    fn setting(&self) -> std::sync::MutexGuard<'_, Setting> {
        self.0.lock().expect("no holder of the clock panics")
    }
}

impl Setting {
    fn ahead(&self) -> i64 {
        self.offset_seconds + self.follows.as_deref().map_or(0, moved_clock::ahead)
    }

    fn fast(&self) -> Duration {
        self.fast_anchor + real().saturating_sub(self.real_anchor).mul_f64(self.speed)
    }
}

#[allow(clippy::disallowed_methods, reason = "the stand-in is another machine, with a clock of its own")]
fn real() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("this machine's clock is past 1970")
}

fn shift(moment: Duration, seconds: i64) -> Moment {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { moment.saturating_sub(by) } else { moment + by }
}

/// `2026-01-31T12:00:00Z`, as in `Expiration`.
pub fn rfc3339(moment: Moment) -> String {
    let t = calendar(moment);
    let (h, m, s) = t.to_hms();
    format!("{}-{:02}-{:02}T{h:02}:{m:02}:{s:02}Z", t.year(), u8::from(t.month()), t.day())
}

/// `20260131T120000Z`, as in `X-Amz-Date`.
pub fn compact(moment: Moment) -> String {
    rfc3339(moment).replace(['-', ':'], "")
}

/// `Sat, 31 Jan 2026 12:00:00 GMT`, as in the `Date` header.
pub fn http_date(moment: Moment) -> String {
    let t = calendar(moment);
    let (h, m, s) = t.to_hms();
    let (weekday, month) = (t.weekday().to_string(), t.month().to_string());
    format!("{}, {:02} {} {} {h:02}:{m:02}:{s:02} GMT", &weekday[..3], t.day(), &month[..3], t.year())
}

/// Reads `20260131T120000Z`.
pub fn parse_compact(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' || !text.is_ascii() {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<u8>().ok();
    let month = time::Month::try_from(part(4, 6)?).ok()?;
    let date = time::Date::from_calendar_date(text[..4].parse().ok()?, month, part(6, 8)?).ok()?;
    let time = time::Time::from_hms(part(9, 11)?, part(11, 13)?, part(13, 15)?).ok()?;
    let seconds = OffsetDateTime::new_utc(date, time).unix_timestamp();
    Some(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn calendar(moment: Moment) -> OffsetDateTime {
    let seconds = i64::try_from(moment.as_secs()).expect("a date within the next 292 billion years");
    OffsetDateTime::from_unix_timestamp(seconds).expect("a date within the next 7000 years")
}
