//! Whose turn it is to ask on a terminal: one question at a time, whichever process asks and whatever it asks for. An answer is never read for
//! another question than the one that the person sees last, and no process hides what is typed while another does.
//!
//! Order of the locks: the turn for a device or the lock of a session or a source, then those of the keystore and its index, then this one.
//! Nobody who holds this one waits for another: what is looked at meanwhile, such as the cache or the kernel keyring, takes none. A device
//! is locked only between questions.

use std::cell::RefCell;
use std::fs::File;
use std::rc::{Rc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::os::dirs::Directories;
use crate::os::turns::{Tried, try_take};
use crate::os::{files, hidden, tty};
use crate::ports::{PromptError, TurnGuard};

/// How often it is looked whether another process still asks. Nobody notices such a delay.
const LOOK: Duration = Duration::from_millis(50);
/// How long it is waited for alongside a command: what waits there goes on without.
const PATIENCE: Duration = Duration::from_mins(2);

/// The turn to ask on a terminal; on nothing where there is none, or no place for lock files.
#[derive(Default)]
pub struct Turn {
    _held: Option<Rc<Held>>,
}

impl TurnGuard for Turn {}

struct Held(#[expect(dead_code, reason = "the lock is the open file")] File);

thread_local! {
    /// What this thread holds by now: a question may have several parts, each of which takes the turn.
    static OURS: RefCell<Weak<Held>> = const { RefCell::new(Weak::new()) };
}

/// How a turn is waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    /// `--no-wait`: not at all.
    pub no_wait: bool,
    /// Whether a command runs alongside this process.
    pub alongside_a_command: bool,
    /// Whether the question is moot by now.
    pub over: &'a dyn Fn() -> bool,
}

/// Takes the turn at the terminal of this process; `None` once the question is moot. Nothing is said meanwhile: the person sees the question
/// of the other process on this very terminal, and a word would come between it and the answer.
///
/// # Errors
/// [`PromptError::InUse`] where another process asks and is not waited for, and [`PromptError::Unanswered`] alongside a command.
pub(super) fn take(terminal: &File, patience: Patience<'_>) -> Result<Option<Turn>, PromptError> {
    if let Some(held) = OURS.with_borrow(Weak::upgrade) {
        return Ok(Some(Turn { _held: Some(held) }));
    }
    let started = Instant::now();
    let mut waited = false;
    loop {
        match look() {
            Tried::Taken(file) => {
                let held = file.map(|file| Rc::new(Held(file)));
                if let Some(held) = &held {
                    OURS.set(Rc::downgrade(held));
                    // The one that was killed in its question left the terminal so.
                    hidden::mend(terminal);
                }
                return Ok(if waited && (patience.over)() { None } else { Some(Turn { _held: held }) });
            }
            // A look at whether it is free holds it for a moment, too.
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

/// Whether another process asks on this terminal now. What is written over the current line would be written over its question.
pub(super) fn is_anothers() -> bool {
    OURS.with_borrow(Weak::upgrade).is_none() && matches!(look(), Tried::Held(_))
}

/// Where the system does not number its terminals, or there is no place for lock files, everything is free.
fn look() -> Tried {
    let (Some(number), Some(directories)) = (tty::number(), Directories::of_user()) else { return Tried::Taken(None) };
    let open = |name: &str| {
        let path = directories.locks().join(name);
        let not_opened = |error: &files::FileError| tracing::info!(%error, "questions on this terminal do not wait for each other");
        files::open_lock_file(&path).inspect_err(not_opened).ok()
    };
    try_take(&open, &format!("question-terminal-{number:x}"), true)
}
