//! Whose turn it is to ask on a terminal: one question at a time, for all processes and all kinds of questions. An answer is never read for
//! another question than the last visible one, and no two processes turn echo off at the same time.
//!
//! Order of the locks: the turn for a device or the lock of a session or a source, then those of the keystore and its index, then this one.
//! A process that holds this one waits for no other: what it reads meanwhile, such as the cache or the kernel keyring, takes no lock. A device
//! is locked only between questions.

use std::cell::RefCell;
use std::fs::File;
use std::rc::{Rc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::os::dirs::Directories;
use crate::os::signed_locks::{Overtakes, Tried, try_take};
use crate::os::{files, hidden, tty};
use crate::ports::{PromptError, TurnGuard};

/// How often to check whether another process still asks. Nobody notices such a delay.
const LOOK: Duration = Duration::from_millis(50);
/// How long to wait alongside a command, which then continues without the answer.
const PATIENCE: Duration = Duration::from_mins(2);

/// The right to ask on a terminal; empty if there is no terminal, or no place for lock files.
#[derive(Default)]
pub struct TerminalTurn {
    _held: Option<Rc<Held>>,
}

impl TurnGuard for TerminalTurn {}

struct Held(#[expect(dead_code, reason = "the lock is the open file")] File);

thread_local! {
    /// What this thread already holds: a question may have several parts, each of which takes the turn.
    static OURS: RefCell<Weak<Held>> = const { RefCell::new(Weak::new()) };
}

/// How to wait for a turn.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    /// `--no-wait`: not at all.
    pub no_wait: bool,
    /// Whether a command runs alongside this process.
    pub alongside_a_command: bool,
    /// Whether the prompt is no longer needed.
    pub over: &'a dyn Fn() -> bool,
}

/// Takes the turn at the terminal of this process; `None` once the prompt is no longer needed. Nothing is printed meanwhile: the user sees the prompt
/// of the other process on the same terminal, and output would come between it and the answer.
///
/// # Errors
/// [`PromptError::InUse`] if another process asks and this one does not wait, and [`PromptError::Unanswered`] alongside a command.
pub(super) fn take(terminal: &File, patience: Patience<'_>) -> Result<Option<TerminalTurn>, PromptError> {
    if let Some(held) = OURS.with_borrow(Weak::upgrade) {
        return Ok(Some(TerminalTurn { _held: Some(held) }));
    }
    let started = Instant::now();
    let mut waited = false;
    loop {
        match look() {
            Tried::Taken(file) => {
                let held = file.map(|file| Rc::new(Held(file)));
                if let Some(held) = &held {
                    OURS.set(Rc::downgrade(held));
                    // A process that was killed during its prompt left the terminal like this.
                    hidden::mend(terminal);
                }
                return Ok(if waited && (patience.over)() { None } else { Some(TerminalTurn { _held: held }) });
            }
            // Checking whether it is free holds it for a moment, too.
            Tried::Held(holder) if patience.no_wait && waited => return Err(PromptError::InUse(holder)),
            Tried::Held(_) if patience.alongside_a_command && started.elapsed() >= PATIENCE => return Err(PromptError::Unanswered),
            Tried::Held(holder) if !waited => {
                waited = true;
                tracing::info!(process = holder.pid, "another vault asks on this terminal: waiting until it has its answer");
            }
            Tried::Held(_) => {}
        }
        if (patience.over)() {
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Whether another process asks on this terminal now. Overwriting the current line would overwrite its prompt.
pub(super) fn is_anothers() -> bool {
    OURS.with_borrow(Weak::upgrade).is_none() && matches!(look(), Tried::Held(_))
}

/// If the system does not number its terminals, or there is no place for lock files, everything is free.
fn look() -> Tried {
    let (Some(number), Some(directories)) = (tty::number(), Directories::of_user()) else { return Tried::Taken(None) };
    let open = |name: &str| {
        let path = directories.locks().join(name);
        let not_opened = |error: &files::FileError| tracing::info!(%error, "questions on this terminal do not wait for each other");
        files::open_lock_file(&path).inspect_err(not_opened).ok()
    };
    try_take(&open, &format!("question-terminal-{number:x}"), Overtakes::Background)
}
