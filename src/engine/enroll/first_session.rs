//! Makes the first session of a new device with the codes that enabled it: AWS takes them once more, as soon as STS knows the device. Never
//! asks for a code.

use crate::engine::EngineError;
use crate::engine::code::send;
use crate::engine::state::{Options, Ports, Run};
use crate::model::{SessionDuration, TokenCode};
use crate::plan::{Base, Call, CredentialPlan};
use crate::ports::{AwsFaultKind, CodePair, StsRequest};

/// How long STS is given to know the device, in seconds. It takes 8 to 14.
const PATIENCE: i64 = 20;
/// The pauses between two attempts, in seconds: fewer attempts than AWS verifies codes of one device in three minutes.
const PAUSES: [u32; 6] = [1, 2, 3, 4, 5, 5];

/// Makes the session that the plan begins with, and keeps it. Whether that went well: if not, the codes are used up or out of their window,
/// and the next command asks for one.
///
/// # Errors
/// If the key is not available, or has been replaced.
pub fn first_session(plan: &CredentialPlan, options: &Options, ports: &Ports<'_>, codes: &CodePair) -> Result<bool, EngineError> {
    let (Base::StoredKey { .. }, Some(step)) = (&plan.base, plan.steps().first().copied()) else { return Ok(false) };
    let (Call::GetSessionToken, Some(serial)) = (&step.call, &step.with_code) else { return Ok(false) };
    let run = Run::new(plan, options, ports);
    let request = StsRequest::GetSessionToken { signer: &run.base()? };
    let started = ports.clock.now();
    // The newer one is in its window for longer.
    let mut left: Vec<&TokenCode> = vec![&codes.first, &codes.second];
    let mut pauses = PAUSES.into_iter();
    while let Some(code) = left.last() {
        let mut guard = ports.flight.device(serial);
        match send(&run, step, &request, guard.as_mut(), code) {
            Ok(session) => {
                ports.cache.store(&step.session_key, step, &session);
                return Ok(true);
            }
            Err(fault) => match fault.kind {
                AwsFaultKind::InvalidCode | AwsFaultKind::CodeMayBeUsed => drop(left.pop()),
                AwsFaultKind::UnknownSerial | AwsFaultKind::InvalidKey | AwsFaultKind::Throttled => {
                    drop(guard);
                    let Some(pause) = pauses.next().filter(|_| ports.clock.now().seconds_since(started) < PATIENCE) else {
                        return Ok(false);
                    };
                    ports.clock.sleep(SessionDuration::from_secs(pause));
                }
                kind => {
                    tracing::info!(?kind, "no session with the codes of the enrolment");
                    return Ok(false);
                }
            },
        }
    }
    Ok(false)
}
