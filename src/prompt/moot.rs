//! Decides when a question is taken back: the session was made by another process, or nobody waits for it any more. Never asks.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::os::client;
use crate::ports::PromptError;

/// How often it is looked, which means a file and a system call each time.
const LOOK: Duration = Duration::from_millis(250);

/// Whether the question is not to be answered any more, to be asked as often as one likes.
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

/// Why a question was taken back.
pub(super) fn why() -> PromptError {
    if client::is_gone() { PromptError::ClientGone } else { PromptError::MadeElsewhere }
}

/// Whether anybody still waits.
pub(super) fn wanted() -> Result<(), PromptError> {
    if client::is_gone() { Err(PromptError::ClientGone) } else { Ok(()) }
}
