//! MFA devices and their one-time codes (RFC 6238, SHA-1, six digits, 30 s). Each code works once.

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::clock::Moment;
use super::ids::unbase32;

const STEP_SECONDS: u64 = 30;
/// Codes this many steps on either side of the device's time are valid.
const AROUND: u64 = 2;
/// How far an enrolment searches for the two codes: eight hours on either side.
const SEARCHED: u64 = 8 * 3600 / STEP_SECONDS;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A TOTP device: an app or a hardware token.
    Totp { seed: String },
    /// A FIDO key: IAM lists it, but STS cannot use it.
    Fido,
}

#[derive(Clone, Debug)]
pub struct Device {
    pub serial: String,
    pub kind: Kind,
    pub enabled: Moment,
    /// When STS learns that it is the user's.
    pub visible: Moment,
    /// How many steps its clock is ahead of AWS's, according to the last enrolment or resync.
    pub drift: i64,
    /// The steps whose codes were accepted: each works once, and an unused earlier one still works after a later one.
    pub spent: BTreeSet<u64>,
    /// The last window with verified codes, and their number; AWS verifies at most [`BUDGET`] per device and window.
    pub verified: (u64, u32),
    /// The last window in which no code is verified at all.
    pub closed_through: Option<u64>,
}

/// How many codes of a device AWS verifies per window: three minutes that begin at a UTC minute divisible by three.
const BUDGET: u32 = 9;
const WINDOW_SECONDS: u64 = 180;

pub fn window_at(now: Moment) -> u64 {
    now.as_secs() / WINDOW_SECONDS
}

impl Device {
    /// A device that the user gets now and that STS knows from `visible` on.
    pub fn new(serial: String, kind: Kind, enabled: Moment, visible: Moment) -> Self {
        Self { serial, kind, enabled, visible, drift: 0, spent: BTreeSet::new(), verified: (0, 0), closed_through: None }
    }

    /// Whether a code may be verified now; if so, it counts, right or wrong.
    pub fn within_budget(&mut self, now: Moment) -> bool {
        let window = window_at(now);
        let before = if self.verified.0 == window { self.verified.1 } else { 0 };
        let open = before < BUDGET && self.closed_through.is_none_or(|last| last < window);
        self.verified = (window, before + u32::from(open));
        open
    }

    /// Whether `code` is valid now; if so, it is spent.
    pub fn accept(&mut self, code: &str, now: Moment) -> bool {
        let Kind::Totp { seed } = &self.kind else {
            return false;
        };
        let step = step_at(now).saturating_add_signed(self.drift);
        let mut around = step.saturating_sub(AROUND)..=step + AROUND;
        let found = around.find(|step| !self.spent.contains(step) && code_for(seed, *step) == code);
        self.spent.extend(found);
        found.is_some()
    }

    /// The code `steps` after the current one.
    pub fn code(&self, now: Moment, steps: u64) -> Option<String> {
        match &self.kind {
            Kind::Totp { seed } => Some(code_for(seed, step_at(now) + steps)),
            Kind::Fido => None,
        }
    }

    /// The current code, unless it or a later one was accepted before.
    pub fn unspent_code(&self, now: Moment) -> Option<String> {
        let fresh = self.spent.last().is_none_or(|spent| step_at(now) > *spent);
        if fresh { self.code(now, 0) } else { None }
    }

    /// Six digits that are not a code of any nearby step, so that a short delay cannot make them right.
    pub fn wrong_code(&self, now: Moment) -> Option<String> {
        let Kind::Totp { seed } = &self.kind else {
            return None;
        };
        let step = step_at(now);
        let near: Vec<String> = (step.saturating_sub(10)..step + 10).map(|step| code_for(seed, step)).collect();
        (0..1_000_000).map(|n| format!("{n:06}")).find(|code| !near.contains(code))
    }
}

/// How many steps a device with this seed is ahead of `now`, given two codes in a row, the newer one second.
pub fn drift(seed: &str, [first, second]: [&str; 2], now: Moment) -> Option<i64> {
    let step = step_at(now);
    let around = (0..=SEARCHED).flat_map(|far| [step.saturating_sub(far), step + far]);
    let found = around.into_iter().find(|step| code_for(seed, *step) == second && code_for(seed, step - 1) == first)?;
    found.checked_signed_diff(step)
}

pub fn step_at(now: Moment) -> u64 {
    now.as_secs() / STEP_SECONDS
}

/// The six-digit code of a step. `seed` is base32.
pub fn code_for(seed: &str, step: u64) -> String {
    let key = unbase32(seed).expect("a seed is base32");
    format!("{:06}", truncated(&key, step) % 1_000_000)
}

/// RFC 4226: the 31-bit number that gives the digits.
pub fn truncated(key: &[u8], step: u64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 0xf);
    let word: [u8; 4] = digest[at..at + 4].try_into().expect("offset + 4 is at most 19");
    u32::from_be_bytes(word) & 0x7fff_ffff
}
