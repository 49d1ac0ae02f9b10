//! Gathers what is known of the plan of one profile, or what keeps it from being planned. Makes no call, unlocks nothing, asks for no code.

use crate::app::prepare::inventory;
use crate::app::prepare::prepare_locked;
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure, keystores};
use crate::judge::Finding;
use crate::judge::health::{ConfigFault, ProfileFact, judge_plan, judge_profile};
use crate::keystore::NoPassphrasePrompt;
use crate::model::{MfaSerial, ProfileName};
use crate::os::clock;
use crate::ports::SingleFlight as _;
use crate::sessions::FileLocks;

use super::config;

pub fn judge(context: &Context, profile: &ProfileName) -> Result<Vec<Finding>, Failure> {
    // Settings that cannot be read are a finding already.
    let Ok(inventory) = inventory(context) else { return Ok(Vec::new()) };
    let plan = if let Ok(plan) = config::planned(context, &inventory, profile) {
        plan
    } else {
        // The keystores may know of a key that the index does not.
        let keystores = keystores::open(context, &NoPassphrasePrompt)?;
        match prepare_locked(context, &keystores, profile.clone(), &SessionOptions::default()) {
            Ok(prepared) => prepared.plan,
            Err(failure) => {
                let place = failure.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
                let message = format!("{}{place}", failure.message);
                let fault = ConfigFault { subject: profile.to_string(), message, fix: failure.hints.into_iter().next() };
                return Ok(vec![judge_plan(&fault)]);
            }
        }
    };
    let closed_until = |serial: &MfaSerial| {
        let until = FileLocks::new(&context.directories).device(serial).closed_until()?;
        Some((until, clock::in_words(until)))
    };
    Ok(judge_profile(&ProfileFact::of(&plan, closed_until), clock::now()))
}
