//! Retries a call while AWS does not yet know of a recent change. Never waits for a change that will not come.

use crate::model::SessionDuration;
use crate::ports::{AwsFault, Clock, Notices};

/// The pauses between two attempts, in seconds; the last one is repeated.
const PAUSES: [u32; 4] = [1, 2, 3, 5];
/// After how many seconds the person sees why the command waits.
const SILENCE: i64 = 3;

/// Makes the call again, after a pause, while `again` says so of its fault and less than `limit` seconds have passed.
pub(super) fn until<T>(
    (clock, notices): (&dyn Clock, &dyn Notices),
    limit: i64,
    call: impl Fn() -> Result<T, AwsFault>,
    again: impl Fn(&AwsFault) -> bool,
) -> Result<T, AwsFault> {
    let began = clock.now();
    let mut told = false;
    for attempt in 0.. {
        match call() {
            Err(fault) if again(&fault) => {
                let waited = clock.now().seconds_since(began);
                // A clock that is set back must not make this endless.
                if waited >= limit || attempt >= usize::try_from(limit).unwrap_or(usize::MAX) {
                    return Err(fault);
                }
                if waited >= SILENCE && !told {
                    notices.tell("waiting until the change has reached all of AWS, which may take a minute");
                    told = true;
                }
                let pause = PAUSES[attempt.min(PAUSES.len() - 1)];
                clock.sleep(SessionDuration::from_secs(pause));
            }
            answer => return answer,
        }
    }
    unreachable!("attempts are counted without end")
}
