//! Makes the first session of a new device with the codes that enabled it: AWS takes them once more, as soon as STS knows the device. Never
//! asks for a code.

use crate::engine::EngineError;
use crate::engine::code::totp_step;
use crate::engine::state::Ports;
use crate::model::{Credentials, SessionDuration, TokenCode};
use crate::plan::{Base, Call, CredentialPlan};
use crate::ports::{AwsFaultKind, CodePair, Sent, StsRequest};

/// How long STS is given to know the device, in seconds. It takes 8 to 14.
const PATIENCE: i64 = 20;
/// The pauses between two attempts, in seconds: fewer attempts than AWS verifies codes of one device in three minutes.
const PAUSES: [u32; 6] = [1, 2, 3, 4, 5, 5];

/// Makes the session that the plan begins with, and keeps it. Whether that went well: if not, the codes are used up or out of their window,
/// and the next command asks for one.
///
/// # Errors
/// When the key cannot be had, or AWS refuses what no other code would change.
pub fn first_session(plan: &CredentialPlan, ports: &Ports<'_>, codes: &CodePair) -> Result<bool, EngineError> {
    let (Base::StoredKey { name, .. }, Some(step)) = (&plan.base, plan.steps().first().copied()) else { return Ok(false) };
    let (Call::GetSessionToken, Some(serial)) = (&step.call, &step.with_code) else { return Ok(false) };
    let signer = Credentials::LongTerm(ports.keys.long_term_credentials(name).map_err(EngineError::KeyStore)?);
    let request = StsRequest::GetSessionToken { signer: &signer };
    let started = ports.clock.now();
    // The newer one is in its window for longer.
    let mut left: Vec<&TokenCode> = vec![&codes.first, &codes.second];
    let mut pauses = PAUSES.into_iter();
    while let Some(code) = left.last() {
        let mut guard = ports.flight.device(serial);
        let sent_in = totp_step(ports.clock.now());
        guard.record(code, sent_in, Sent::Pending);
        match ports.sts.call(step, &request, Some(code)) {
            Ok(session) => {
                guard.record(code, sent_in, Sent::Taken);
                ports.cache.store(&step.session_key, step, &session);
                return Ok(true);
            }
            Err(fault) if matches!(fault.kind, AwsFaultKind::InvalidCode | AwsFaultKind::CodeMayBeUsed) => {
                guard.record(code, sent_in, Sent::Refused);
                left.pop();
            }
            Err(fault) if matches!(fault.kind, AwsFaultKind::UnknownSerial | AwsFaultKind::InvalidKey | AwsFaultKind::Throttled) => {
                guard.record(code, sent_in, Sent::Unanswered);
                drop(guard);
                let Some(pause) = pauses.next().filter(|_| ports.clock.now().seconds_since(started) < PATIENCE) else { return Ok(false) };
                ports.clock.sleep(SessionDuration::from_secs(pause));
            }
            Err(fault) => {
                tracing::info!(kind = ?fault.kind, "no session with the codes of the enrolment");
                return Ok(false);
            }
        }
    }
    Ok(false)
}
