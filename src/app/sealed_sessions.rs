//! The cached sessions that some plan would use, but that cannot be opened without unlocking a keystore: when they end is known, and their
//! plan describes them. Never opens one.

use std::collections::{BTreeMap, BTreeSet};

use crate::keystore::Entry;
use crate::model::{ProfileName, Timestamp};
use crate::plan::{CredentialPlan, PlanError, SessionKey, Step};
use crate::ports::Expirations;
use crate::sessions::{CachedSession, Label, base_label};

/// Those that are not among `opened`, and end after `now`.
pub(super) fn sealed_sessions(
    opened: &[CachedSession],
    plans: &BTreeMap<ProfileName, Result<CredentialPlan, PlanError>>,
    entries: &[Entry],
    cache: &dyn Expirations,
    now: Timestamp,
) -> Vec<CachedSession> {
    let plans: Vec<_> = plans.values().flatten().flat_map(|plan| by_each_key(plan, entries)).collect();
    let last = plans.iter().flat_map(|plan| plan.possible_last_steps().map(move |step| (plan, step)));
    // A session belongs to the profile that ends with it, if there is one.
    let others = plans.iter().flat_map(|plan| plan.possible_steps().map(move |step| (plan, step)));
    let mut known: BTreeSet<SessionKey> = opened.iter().map(|session| session.key.clone()).collect();
    let sealed = |(plan, step): (&CredentialPlan, &Step)| {
        let expires = cache.expiration(&step.session_key).filter(|expires| *expires > now)?;
        Some(CachedSession { key: step.session_key.clone(), expires, label: label(plan, step) })
    };
    last.chain(others).filter(|(_, step)| known.insert(step.session_key.clone())).filter_map(sealed).collect()
}

/// The plan, and the same with each key that was replaced by the stored one: what those signed is used too.
fn by_each_key(plan: &CredentialPlan, entries: &[Entry]) -> Vec<CredentialPlan> {
    let of_base = entries.iter().filter(|entry| plan.base.stored_name() == Some(&entry.name));
    let earlier = of_base.flat_map(|entry| &entry.previous).filter_map(|key_id| plan.with_key(key_id.clone()));
    std::iter::once(plan.clone()).chain(earlier).collect()
}

fn label(plan: &CredentialPlan, step: &Step) -> Label {
    Label {
        profile: plan.profile.to_string(),
        call: step.call.kind(),
        role_arn: step.call.role().map(|role| role.arn.to_string()),
        mfa_serial: step.with_code.as_ref().map(ToString::to_string),
        base: base_label(&plan.base),
    }
}
