//! Decides which step of a plan is the first that must be run, given what is cached. Never loads a session.

use std::collections::BTreeMap;

use crate::model::{SessionDuration, Timestamp};

use super::{CredentialPlan, SessionKey, Step};

/// By how many seconds a clock may be corrected without consequences.
const TOLERATED: i64 = 60;

/// What a cached session must still fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// A session with less time left is renewed first.
    pub expiry_window: SessionDuration,
    /// What the last session must have left, if that is more: `--min-ttl`.
    pub min_ttl: Option<SessionDuration>,
    /// How old the code of an MFA session may be: `max_mfa_age`.
    pub max_mfa_age: Option<SessionDuration>,
    /// `--fresh`: no cached session is good enough.
    pub renew: bool,
}

/// Where a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The step whose session comes from the cache; `None`: begin at the base.
    pub from_cached: Option<usize>,
    /// The cached sessions that are not used, and why.
    pub unused: Vec<Unused>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    pub step: usize,
    pub why: WhyUnused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnused {
    Expired,
    /// It has less left than the expiry window or `--min-ttl` requires.
    ExpiresSoon {
        seconds_left: i64,
    },
    /// Its code is older than `max_mfa_age` allows.
    MfaTooOld {
        seconds: i64,
    },
    /// It has more left than its full length: this machine's clock was set back since, so its real expiration is unknown.
    ClockSetBack,
    /// `--fresh` was given.
    RenewalAsked,
}

impl Resume {
    /// The first step that is run.
    #[must_use]
    pub fn first_step_to_run(&self) -> usize {
        self.from_cached.map_or(0, |step| step + 1)
    }
}

/// Until when a session of `step` that expires at `expires` is usable: its code may become too old before that.
#[must_use]
pub fn of_use_until(step: &Step, expires: Timestamp, freshness: &Freshness) -> Timestamp {
    match freshness.max_mfa_age {
        Some(max) if step.is_mfa_session() && max < step.duration => {
            // The time comes from a file's header, which is not authenticated yet: it may be anything.
            let began = expires.as_unix().saturating_sub(i64::from(step.duration.as_secs()));
            Timestamp::from_unix(began).plus(max)
        }
        _ => expires,
    }
}

/// Whether the cached session of a step is good enough to continue from; if not, why. The last step of a plan may have to fulfil more.
///
/// # Errors
/// Why it is not.
fn judge_cached(step: &Step, is_last: bool, expires: Timestamp, now: Timestamp, freshness: &Freshness) -> Result<(), WhyUnused> {
    let left = expires.seconds_since(now);
    // A window as long as the session itself would renew it forever.
    let window = freshness.expiry_window.min(SessionDuration::from_secs(step.duration.as_secs() / 2));
    let wanted = match freshness.min_ttl {
        Some(min_ttl) if is_last => min_ttl.max(window),
        _ => window,
    };
    let mfa_age = i64::from(step.duration.as_secs()).saturating_sub(left);
    if freshness.renew {
        Err(WhyUnused::RenewalAsked)
    } else if left > i64::from(step.duration.as_secs()) + TOLERATED {
        Err(WhyUnused::ClockSetBack)
    } else if left <= 0 {
        Err(WhyUnused::Expired)
    } else if left < i64::from(wanted.as_secs()) {
        Err(WhyUnused::ExpiresSoon { seconds_left: left })
    } else if let Some(max) = freshness.max_mfa_age
        && step.is_mfa_session()
        && mfa_age > i64::from(max.as_secs())
    {
        Err(WhyUnused::MfaTooOld { seconds: mfa_age })
    } else {
        Ok(())
    }
}

/// The cached sessions of the first `below` steps, each with whether it is good enough to continue from: the last step first, since nothing
/// before a good one is needed. `expiration` returns when the cached session of a step expires.
pub fn cached_from_the_end<'p>(
    plan: &'p CredentialPlan,
    below: usize,
    expiration: impl Fn(&Step) -> Option<Timestamp>,
    now: impl Fn() -> Timestamp,
    freshness: &Freshness,
) -> impl Iterator<Item = (usize, &'p Step, Result<(), WhyUnused>)> {
    let steps = plan.steps();
    let last = steps.len();
    steps.into_iter().enumerate().take(below).rev().filter_map(move |(index, step)| {
        let expires = expiration(step)?;
        Some((index, step, judge_cached(step, index + 1 == last, expires, now(), freshness)))
    })
}

/// The last step whose session is cached and good enough.
#[must_use]
pub fn resume(plan: &CredentialPlan, sessions: &BTreeMap<SessionKey, Timestamp>, now: Timestamp, freshness: &Freshness) -> Resume {
    let mut unused = Vec::new();
    for (step, _, judged) in cached_from_the_end(plan, usize::MAX, |step| sessions.get(&step.session_key).copied(), || now, freshness) {
        match judged {
            Ok(()) => return Resume { from_cached: Some(step), unused },
            Err(why) => unused.push(Unused { step, why }),
        }
    }
    Resume { from_cached: None, unused }
}
