//! Walks through the plan of one profile and names what would stop it. Makes no call, unlocks nothing, asks for no code.

use crate::app::prepare::inventory;
use crate::app::prepare::prepare_locked;
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure, keystores};
use crate::judge::Finding;
use crate::judge::health::{DEVICE_CLOSED, NO_MFA, PROFILE_PLAN};
use crate::keystore::NoPassphrasePrompt;
use crate::model::ProfileName;
use crate::os::clock;
use crate::plan::CallKind;
use crate::ports::SingleFlight as _;
use crate::sessions::FileLocks;

use super::config;

pub fn judge(context: &Context, profile: &ProfileName) -> Result<Vec<Finding>, Failure> {
    let subject = profile.as_str();
    let mut findings = Vec::new();
    // Settings that cannot be read are a finding already.
    let Ok(inventory) = inventory(context) else { return Ok(findings) };
    let plan = if let Ok(plan) = config::planned(context, &inventory, profile) {
        plan
    } else {
        // The keystores may know of a key that the index does not.
        let keystores = keystores::open(context, &NoPassphrasePrompt)?;
        match prepare_locked(context, &keystores, profile.clone(), &SessionOptions::default()) {
            Ok(prepared) => prepared.plan,
            Err(failure) => {
                let place = failure.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
                let finding = Finding::new(&PROFILE_PLAN, subject, format!("{}{place}", failure.message));
                let hint = failure.hints.first().cloned();
                return Ok(vec![match hint {
                    Some(hint) => finding.fix(hint),
                    None => finding,
                }]);
            }
        }
    };
    let steps = plan.steps();
    if let Some(first) = steps.first()
        && first.call.kind() == CallKind::GetSessionToken
        && first.with_code.is_none()
    {
        let finding = Finding::new(&NO_MFA, subject, "its session is made without MFA: it cannot call IAM, and policies may deny it");
        findings.push(finding.fix("set `mfa_serial` in the profile; `vault mfa list` shows your devices"));
    }
    if let Some(mfa) = plan.possible_mfa() {
        let closed = FileLocks::new(&context.directories).device(&mfa.serial).closed_until();
        if let Some(until) = closed.filter(|until| *until > clock::now()) {
            let finding = Finding::new(
                &DEVICE_CLOSED,
                subject,
                format!("{} had too many codes: AWS accepts none until {}", mfa.serial, clock::in_words(until)),
            );
            findings.push(finding.fix("send no more codes until then"));
        }
    }
    Ok(findings)
}
