//! Runs a plan in the way that its base needs. Never makes a call itself.

use crate::model::Credentials;
use crate::plan::{Base, CredentialPlan, Source};

use super::state::{Options, Ports, Run};
use super::{EngineError, session_or_key};

/// Runs the plan to its credentials. `settled` gets the plan once nothing in it is open any more.
///
/// # Errors
/// See [`EngineError`]. Sessions that were made before the failure stay cached.
pub fn run(
    plan: &CredentialPlan,
    options: &Options,
    ports: &Ports<'_>,
    settled: &dyn Fn(&CredentialPlan),
) -> Result<Credentials, EngineError> {
    if let Base::Source(source @ Source::Program(program)) = &plan.base
        && let Some(after_key) = plan.after_long_term_key()
    {
        return session_or_key::run(plan, (source, program), after_key.as_ref(), options, ports, settled);
    }
    settled(plan);
    Run::new(plan, options, ports).all_steps()
}
