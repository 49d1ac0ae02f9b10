//! Decides when a prompt is closed: another process has made the session, or nobody waits for it any more. Never asks.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::os::client;
use crate::ports::PromptError;

/// How often to check; each check reads a file and makes a system call.
const LOOK: Duration = Duration::from_millis(250);

/// Whether the prompt is no longer needed; can be called often.
pub(super) fn moot(made_elsewhere: &dyn Fn() -> bool) -> impl Fn() -> bool {
    let last: Cell<Option<Instant>> = Cell::default();
    move || {
        if last.get().is_some_and(|at| at.elapsed() < LOOK) {
            return false;
        }
        last.set(Some(Instant::now()));
        client::is_gone() || made_elsewhere()
    }
}

/// Why a prompt was closed.
pub(super) fn why() -> PromptError {
    if client::is_gone() { PromptError::ClientGone } else { PromptError::MadeElsewhere }
}

/// Whether anybody still waits.
pub(super) fn wanted() -> Result<(), PromptError> {
    if client::is_gone() { Err(PromptError::ClientGone) } else { Ok(()) }
}
