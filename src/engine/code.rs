//! Decides whether a code may be sent, sends it with the call, and asks again when AWS refuses it. Never sends one code twice.

use crate::model::{MfaSerial, SessionCredentials, SessionDuration, Timestamp, TokenCode};
use crate::plan::Step;
use crate::ports::{Again, AwsFault, AwsFaultKind, CodeRequest, DeviceGuard, PromptError, Sent, StsRequest};

use super::budget::{MARGIN, WINDOW, window_ends};
use super::state::Run;
use super::{CodeRefusal, EngineError};

/// How often a person may try.
const ATTEMPTS: usize = 3;
/// A clock that is off by more than a step makes codes that AWS does not expect.
const TOLERATED_SKEW: i64 = TokenCode::STEP as i64;

/// A call that needs a code of a device.
struct CallWithCode<'a> {
    run: &'a Run<'a>,
    step: &'a Step,
    serial: &'a MfaSerial,
    request: &'a StsRequest<'a>,
}

/// Makes the call of `step` with a code of the device and keeps the session, unless another process makes it meanwhile. The device is locked
/// for the call alone: others that have a code need not wait for the person.
pub(super) fn call_with_code(
    run: &Run<'_>,
    step: &Step,
    serial: &MfaSerial,
    request: &StsRequest<'_>,
) -> Result<SessionCredentials, EngineError> {
    let call = CallWithCode { run, step, serial, request };
    run.ports.sts.ready(step).map_err(|fault| run.aws(fault, step))?;
    let mut complaint: Option<CodeRefusal> = None;
    let mut waited = false;
    let mut attempt = 1;
    while attempt <= ATTEMPTS {
        // Before any wait: the keystore may have asked for its passphrase for as long as a person takes.
        if let Some(session) = run.made_meanwhile(step) {
            return Ok(session);
        }
        waited |= wait_until_codes_are_taken(run, serial)?;
        if let Some(session) = run.made_meanwhile(step) {
            return Ok(session);
        }
        let code = match call.ask(complaint.as_ref())? {
            Asked::Code(code) => code,
            Asked::Made(session) => return Ok(session),
            Asked::Again => continue,
        };
        let why = match call.attempt(&code, waited)? {
            Ok(session) => return Ok(session),
            Err(why) => why,
        };
        drop(code);
        tracing::info!(attempt, "the code was refused");
        call.before_the_next(&why, attempt)?;
        complaint = Some(why);
        attempt += 1;
    }
    Err(call.refused(complaint.unwrap_or(CodeRefusal::Wrong)))
}

/// What comes of asking for a code.
enum Asked {
    Code(TokenCode),
    /// Another process made the session meanwhile.
    Made(SessionCredentials),
    /// It made one that is of no use here.
    Again,
}

impl CallWithCode<'_> {
    fn refused(&self, why: CodeRefusal) -> EngineError {
        EngineError::Code { why, serial: self.serial.clone() }
    }

    fn ask(&self, complaint: Option<&CodeRefusal>) -> Result<Asked, EngineError> {
        let (run, step) = (self.run, self.step);
        let said = complaint.map(ToString::to_string);
        let question = CodeRequest { serial: self.serial, complaint: said.as_deref(), made_elsewhere: &|| run.is_made_meanwhile(step) };
        match run.ports.prompt.ask(&question) {
            Ok(code) => Ok(Asked::Code(code)),
            Err(no @ (PromptError::Cancelled | PromptError::ClientGone)) => Err(no.into()),
            Err(no) => match (run.made_meanwhile(step), no) {
                (Some(session), _) => Ok(Asked::Made(session)),
                // The session of the other process cannot be opened here, or is gone, so the prompt must continue.
                (None, PromptError::MadeElsewhere) => Ok(Asked::Again),
                (None, no) => Err(no.into()),
            },
        }
    }

    /// Sends the code, unless that cannot work: the session, or why the code gave none. `waited`: whether the device had too many codes before.
    fn attempt(&self, code: &TokenCode, waited: bool) -> Result<Result<SessionCredentials, CodeRefusal>, EngineError> {
        let (run, step) = (self.run, self.step);
        let mut guard = run.ports.flight.device(self.serial);
        // Another process may have got a code first.
        if let Some(session) = run.made_meanwhile(step) {
            return Ok(Ok(session));
        }
        // It may have been replaced while the person was asked.
        run.key_is_current()?;
        Ok(Err(match guard.sent_before(code, totp_step(run.ports.clock.now())) {
            Some(Sent::Taken | Sent::Pending) => CodeRefusal::Spent { seconds_to_next: TokenCode::seconds_left(run.ports.clock.now()) },
            Some(Sent::Refused) => CodeRefusal::Wrong,
            Some(Sent::Unanswered) | None => match send(run, step, self.request, guard.as_mut(), code) {
                Ok(session) => {
                    // Before the next process gets the device, because it reads this.
                    run.ports.cache.store(&step.session_key, step, &session);
                    return Ok(Ok(session));
                }
                Err(fault) if fault.kind == AwsFaultKind::InvalidCode => cause(&fault),
                Err(fault) if fault.kind == AwsFaultKind::CodeMayBeUsed => {
                    CodeRefusal::Lost { seconds_to_next: TokenCode::seconds_left(run.ports.clock.now()) }
                }
                // AWS has the same text for an unknown device and for too many codes. After a wait, it must be the former.
                Err(fault) if fault.kind == AwsFaultKind::UnknownSerial && guard.has_worked() && !waited => {
                    let until = window_ends(run.ports.clock.now(), fault.clock_ahead);
                    guard.close_until(until);
                    CodeRefusal::OverBudget { until }
                }
                Err(fault) => return Err(run.aws(fault, step)),
            },
        }))
    }

    /// Waits for the next code where the same one would be given again.
    ///
    /// # Errors
    /// The refusal, if there is no other code to come.
    fn before_the_next(&self, why: &CodeRefusal, attempt: usize) -> Result<(), EngineError> {
        let run = self.run;
        match run.ports.prompt.again() {
            Again::Never => Err(self.refused(why.clone())),
            // That wait is longer.
            Again::AtOnce | Again::NextStep if matches!(why, CodeRefusal::OverBudget { .. }) => Ok(()),
            Again::NextStep if attempt < ATTEMPTS => {
                if run.options.no_wait {
                    return Err(self.refused(why.clone()));
                }
                let seconds = TokenCode::seconds_left(run.ports.clock.now());
                countdown(run, &format!("waiting {seconds} s for the next code of {}", self.serial), seconds)
            }
            Again::AtOnce | Again::NextStep => Ok(()),
        }
    }
}

pub(super) fn send(
    run: &Run<'_>,
    step: &Step,
    request: &StsRequest<'_>,
    guard: &mut dyn DeviceGuard,
    code: &TokenCode,
) -> Result<SessionCredentials, AwsFault> {
    // Recorded before it is sent: if this process is killed while it waits, the next one knows that the code may be used up.
    let sent_in = totp_step(run.ports.clock.now());
    guard.record(code, sent_in, Sent::Pending);
    tracing::info!(call = step.call.name(), "calling STS with a code");
    let outcome = run.ports.sts.call(step, request, Some(code));
    let what = outcome.as_ref().map_or_else(|fault| after_fault(fault.kind), |_| Sent::Taken);
    guard.record(code, sent_in, what);
    outcome
}

/// What happened to the code of a failed call.
fn after_fault(kind: AwsFaultKind) -> Sent {
    match kind {
        AwsFaultKind::InvalidCode => Sent::Refused,
        // AWS may have checked the code before it refused the rest of the call, before it failed, or before its answer was lost.
        AwsFaultKind::CodeMayBeUsed
        | AwsFaultKind::NoAnswer
        | AwsFaultKind::Server
        | AwsFaultKind::AccessDenied
        | AwsFaultKind::Quarantined
        | AwsFaultKind::NoSuchEntity
        | AwsFaultKind::LimitExceeded
        | AwsFaultKind::AlreadyExists
        | AwsFaultKind::InvalidCodePair
        | AwsFaultKind::MfaFirst
        | AwsFaultKind::TemporarilyUnmodifiable
        | AwsFaultKind::Invalid
        | AwsFaultKind::TooLong
        | AwsFaultKind::NotWhole
        | AwsFaultKind::Other => Sent::Pending,
        // Nothing was sent, or AWS answers this without checking the code.
        AwsFaultKind::NotSent
        | AwsFaultKind::NoFiles
        | AwsFaultKind::Unusable(_)
        | AwsFaultKind::Unreachable
        | AwsFaultKind::Untrusted
        | AwsFaultKind::Throttled
        | AwsFaultKind::UnknownSerial
        | AwsFaultKind::InvalidKey
        | AwsFaultKind::WrongSecret
        | AwsFaultKind::ClockSkew
        | AwsFaultKind::Expired
        | AwsFaultKind::RegionDisabled => Sent::Unanswered,
    }
}

fn cause(fault: &AwsFault) -> CodeRefusal {
    match fault.clock_ahead {
        Some(ahead) if ahead.abs() > TOLERATED_SKEW => CodeRefusal::ClockOff { ahead },
        _ => CodeRefusal::Wrong,
    }
}

/// Waits until AWS may accept a code from the device; returns whether there had been too many.
fn wait_until_codes_are_taken(run: &Run<'_>, serial: &MfaSerial) -> Result<bool, EngineError> {
    let look = || {
        let device = run.ports.flight.device(serial);
        (device.closed_until(), device.last_spent_step())
    };
    let (closed_until, spent) = look();
    let waited = wait_for_budget(run, serial, closed_until)?;
    // Another process may have sent a code during that wait.
    wait_for_unspent_step(run, serial, if waited { look().1 } else { spent })?;
    Ok(waited)
}

/// Waits, instead of trying, if AWS accepts no code from the device for now; returns whether it did.
fn wait_for_budget(run: &Run<'_>, serial: &MfaSerial, closed_until: Option<Timestamp>) -> Result<bool, EngineError> {
    let now = run.ports.clock.now();
    // If the time is further off, the clock has been set back since.
    let still = |until: &Timestamp| (1..=WINDOW + MARGIN).contains(&until.seconds_since(now));
    let Some(until) = closed_until.filter(still) else { return Ok(false) };
    if run.options.no_wait || run.ports.prompt.again() == Again::Never {
        return Err(EngineError::Code { why: CodeRefusal::OverBudget { until }, serial: serial.clone() });
    }
    run.ports.prompt.ready()?;
    let reason = format!("AWS accepts no more codes of {serial} until {}: waiting", run.ports.clock.in_words(until));
    countdown(run, &reason, u32::try_from(until.seconds_since(now)).unwrap_or(0))?;
    Ok(true)
}

fn wait_for_unspent_step(run: &Run<'_>, serial: &MfaSerial, spent: Option<u64>) -> Result<(), EngineError> {
    let Some(spent) = spent else { return Ok(()) };
    let now = run.ports.clock.now();
    // If the ledger is far in the future, the clock has been set back since: waiting would be pointless.
    if spent < totp_step(now) || spent > totp_step(now) + 1 {
        return Ok(());
    }
    // A code from the command line does not change by waiting; whether it was used is checked when it is sent.
    if run.ports.prompt.again() == Again::Never {
        return Ok(());
    }
    run.ports.prompt.ready()?;
    let seconds_to_next = TokenCode::seconds_left(now) + if spent > totp_step(now) { TokenCode::STEP } else { 0 };
    if run.options.no_wait {
        return Err(EngineError::Code { why: CodeRefusal::StepSpent { seconds_to_next }, serial: serial.clone() });
    }
    let reason = format!("the code of {serial} was just used; waiting {seconds_to_next} s for the next one");
    countdown(run, &reason, seconds_to_next)
}

/// Shows the reason, waits at most `seconds`, and counts them down.
fn countdown(run: &Run<'_>, reason: &str, seconds: u32) -> Result<(), EngineError> {
    let until = run.ports.clock.now().plus(SessionDuration::from_secs(seconds));
    run.ports.notices.tell(reason);
    // If the machine was suspended, the clock ends the wait early; setting the clock back does not make it longer.
    for most in (1..=seconds).rev() {
        let left = until.seconds_since(run.ports.clock.now());
        if left <= 0 {
            break;
        }
        run.ports.prompt.wanted()?;
        run.ports.notices.progress(u32::try_from(left).map_or(most, |left| left.min(most)));
        run.ports.clock.sleep(SessionDuration::from_secs(1));
    }
    Ok(())
}

pub(super) fn totp_step(now: Timestamp) -> u64 {
    u64::try_from(now.as_unix() / i64::from(TokenCode::STEP)).unwrap_or(0)
}
