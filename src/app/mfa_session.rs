//! The MFA session that IAM takes for changes to the user whose stored key a profile starts from, whatever the profile needs on top of it.
//! Never makes a second one where one is cached.

use crate::keystore::Keystores;
use crate::model::{Credentials, ProfileName, SessionDuration, TokenCode};
use crate::plan::{CredentialPlan, Step};

use super::obtain::obtain;
use super::prepare::{Prepared, prepare};
use super::request::SessionOptions;
use super::{Context, Failure};

/// The plan up to the MFA session.
///
/// # Errors
/// When the profile cannot be planned.
pub fn mfa_part(context: &Context, keystores: &Keystores<'_>, profile: &ProfileName, no_wait: bool) -> Result<Prepared, Failure> {
    let asked = SessionOptions { no_wait, ..SessionOptions::default() };
    let mut prepared = prepare(context, keystores, profile.clone(), &asked)?;
    if prepared.plan.base.stored_name().is_some() && prepared.plan.mfa.is_some() && !prepared.plan.starts_with_mfa_session() {
        // A long role session takes the code itself; a short one goes through the session that is wanted here.
        let asked = SessionOptions { duration: Some(SessionDuration::HOUR), ..asked };
        prepared = prepare(context, keystores, profile.clone(), &asked)?;
        prepared.duration_is_asked = false;
    }
    prepared.plan.keep_first_step();
    if let Some(by_current_key) = &mut prepared.by_current_key {
        by_current_key.keep_first_step();
    }
    Ok(prepared)
}

/// The MFA session; `None` where no device is configured: IAM accepts no other session, so the key itself signs.
///
/// # Errors
/// When AWS makes none, or nobody gives a code.
pub fn session(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    code: Option<TokenCode>,
) -> Result<Option<Credentials>, Failure> {
    if !prepared.plan.starts_with_mfa_session() {
        return Ok(None);
    }
    obtain(context, keystores, prepared, code).map(Some)
}

/// The name that the key of the plan is stored under. `so` ends the message if there is none.
///
/// # Errors
/// When the plan starts from no stored key.
pub fn stored_name<'p>(plan: &'p CredentialPlan, so: &str) -> Result<&'p ProfileName, Failure> {
    plan.base.stored_name().ok_or_else(|| {
        Failure::new(format!("profile `{}` does not use a stored key, so {so}", plan.profile))
            .hint("name a profile that uses your own key; `vault list` shows which keys are stored")
    })
}

/// The first call of the plan, which says how AWS is reached.
///
/// # Errors
/// When the plan makes none.
pub fn first_step(plan: &CredentialPlan) -> Result<&Step, Failure> {
    plan.on_top.first().ok_or_else(|| Failure::new(format!("profile `{}` makes no call of its own", plan.profile)))
}
