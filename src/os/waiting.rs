//! Says what this process waits for, once a wait has lasted a second. Never ends a wait, and never says it twice for one.
//!
//! Where there is nobody to wonder, such as in a log, it takes five seconds.

use std::fs::{File, TryLockError};
use std::io;
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::ports::Notices;

use super::files;

/// How long a person waits before wondering why.
const UNNOTICED: Duration = Duration::from_secs(1);
/// How long a wait is not worth a line in a log.
const UNRECORDED: Duration = Duration::from_secs(5);

/// Where the lines go.
static NOTICES: OnceLock<&'static (dyn Notices + Sync)> = OnceLock::new();

/// Call this once, with what shows the lines.
pub fn is_shown_by(notices: &'static (dyn Notices + Sync)) {
    // A second call in one process changes nothing.
    let _ = NOTICES.set(notices);
}

/// How long a wait may last before it is mentioned.
#[must_use]
pub fn patience() -> Duration {
    if NOTICES.get().is_some_and(|notices| notices.has_a_reader()) { UNNOTICED } else { UNRECORDED }
}

/// One wait, for loops that check something regularly.
pub struct Wait {
    what: String,
    began: Instant,
    limit: Duration,
    is_said: bool,
}

impl Wait {
    /// `what`: what this process waits for, as in "waiting for …".
    #[must_use]
    pub fn for_(what: &str) -> Self {
        Self { what: what.to_owned(), began: Instant::now(), limit: patience(), is_said: false }
    }

    /// Call this regularly. `in_a_line`: the cursor is after text that has no line end, such as a question, so nothing is said.
    pub fn look(&mut self, in_a_line: bool) {
        if self.is_due(self.began.elapsed()) && !in_a_line {
            tell(&self.what);
        }
    }

    fn is_due(&mut self, elapsed: Duration) -> bool {
        let is_due = !self.is_said && elapsed >= self.limit;
        self.is_said |= is_due;
        is_due
    }
}

/// Says what this process waits for.
pub fn tell(what: &str) {
    if let Some(notices) = NOTICES.get() {
        notices.waits(&format!("waiting for {what}"));
    }
}

/// Does something that may block, such as taking a lock. It costs a thread, so use it only once it is clear that there is a wait.
pub fn during<T>(what: &str, wait: impl FnOnce() -> T) -> T {
    within(patience(), || tell(what), wait)
}

/// Calls `late` on another thread if `work` takes longer than `limit`.
fn within<T>(limit: Duration, late: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
    let (over, is_over) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // Without a thread, the wait is silent.
        let _ = thread::Builder::new().spawn_scoped(scope, move || {
            if is_over.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                late();
            }
        });
        let result = work();
        drop(over);
        result
    })
}

/// Takes the lock of a file. `what`: the process that may hold it.
///
/// # Errors
/// When there are no locks.
pub fn for_lock(file: &File, what: &str) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => during(what, || files::uninterrupted(|| file.lock())),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => files::uninterrupted(|| file.lock()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_explained_after_a_second_and_once() {
        for limit in [UNNOTICED, UNRECORDED] {
            let mut wait = Wait { limit, ..Wait::for_("something") };
            assert!(!wait.is_due(Duration::ZERO) && !wait.is_due(limit.checked_sub(Duration::from_millis(1)).expect("it is longer")));
            assert!(wait.is_due(limit), "{limit:?}");
            assert!(!wait.is_due(limit * 2) && !wait.is_due(limit * 9), "{limit:?}");
        }
        assert_eq!(UNNOTICED.as_secs(), 1);
    }

    #[test]
    fn work_that_is_done_in_time_is_not_mentioned_and_other_work_is() {
        let (said, hears) = mpsc::channel();
        let done = within(Duration::from_mins(1), || said.send("late").expect("the test is there"), || 1);
        assert!(done == 1 && hears.try_recv().is_err());
        let (said, hears) = mpsc::channel();
        // The work is over once the wait was mentioned.
        let done = within(Duration::ZERO, move || said.send("late").expect("the test is there"), || hears.recv());
        assert_eq!(done, Ok("late"));
    }

    #[test]
    fn a_free_lock_is_taken_without_a_thread() {
        let file = tempfile::tempfile().expect("it can be created");
        assert!(for_lock(&file, "nobody").is_ok());
    }
}
