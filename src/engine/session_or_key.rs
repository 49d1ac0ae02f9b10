//! Runs a plan whose source may return a session or a long-term key, which only running it shows. Never hands out such a key as a session.

use crate::model::{Credentials, LongTermCredentials};
use crate::plan::{CredentialPlan, PlanError, Program, Source};

use super::EngineError;
use super::state::{Options, Ports, Run};

/// Uses a cached session of either kind; else asks the source, and continues with `plan` or `after_key`, depending on the answer.
pub(super) fn run(
    plan: &CredentialPlan,
    (source, program): (&Source, &Program),
    after_key: Result<&CredentialPlan, &PlanError>,
    options: &Options,
    ports: &Ports<'_>,
    settled: &dyn Fn(&CredentialPlan),
) -> Result<Credentials, EngineError> {
    let mut runs: Vec<_> = std::iter::once(plan).chain(after_key.ok()).map(|plan| Run::new(plan, options, ports)).collect();
    while let Some((index, first, signer)) = cached(&mut runs) {
        let run = &mut runs[index];
        settled(run.plan);
        let done = run.steps_from(first, Some(signer), None);
        if !run.ended_early(first, &done) {
            return done;
        }
    }
    // Without a call, no process can make anything for another.
    let guard = plan.last_step().is_some().then(|| ports.flight.source(source));
    if guard.is_some()
        && let Some((run, (first, signer))) = runs.iter().find_map(|run| Some((run, run.any_made_meanwhile()?)))
    {
        settled(run.plan);
        return run.steps_from(first, Some(signer), guard);
    }
    let signer = ports.sources.credentials(program)?;
    let Credentials::LongTerm(key) = &signer else {
        settled(plan);
        return runs[0].steps_from(0, Some(signer), guard);
    };
    tracing::info!(key = %key.key_id, "the source gave a long-term key");
    let (run, after_key) = match after_key {
        Ok(after_key) => (&runs[1], after_key),
        Err(error) => return Err(EngineError::Plan(error.clone())),
    };
    check_account(after_key, key)?;
    settled(after_key);
    run.steps_from(0, Some(signer), guard)
}

/// The cached session of the first plan that has one, and the step after it.
fn cached(runs: &mut [Run<'_>]) -> Option<(usize, usize, Credentials)> {
    runs.iter_mut().enumerate().find_map(|(index, run)| {
        let (first, signer) = run.starting_point();
        Some((index, first, signer?))
    })
}

/// A device of another account cannot belong to this key: nobody should type a code for it.
fn check_account(plan: &CredentialPlan, key: &LongTermCredentials) -> Result<(), EngineError> {
    let Some(mfa) = &plan.mfa else { return Ok(()) };
    match (key.key_id.account(), mfa.serial.account()) {
        (Some(key_account), Some(of_device)) if key_account != of_device => {
            let profile = plan.base.source_profile().unwrap_or(&plan.profile).clone();
            Err(EngineError::OtherAccount { profile, key_account, serial: mfa.serial.clone() })
        }
        _ => Ok(()),
    }
}
