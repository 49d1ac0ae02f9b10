//! One process at a time for each place where a prompt can be shown, through a lock file that names the process. Never waits, and never keeps
//! a person waiting for a job that is stopped, or, at a terminal, for one that is not in its foreground.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::process;

use super::tty;
use crate::ports::Holder;

/// How many prompts there can be in one place, all but one of them from processes that keep nobody waiting.
const LEVELS: u8 = 8;

/// The result of a try.
pub enum Tried {
    /// This process has the place until the file is closed; no file if there is no place for lock files.
    Taken(Option<File>),
    Held(Holder),
}

/// Which holder of a place keeps nobody waiting: another process can have a place next to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overtakes {
    /// None: the lock guards more than a question.
    Nobody,
    /// A stopped job: nobody can answer it, and it calls nobody.
    Stopped,
    /// At a terminal, every job that is not in the foreground.
    Background,
}

/// Tries to take the place, whose lock files are named `name` and opened by `open`.
pub fn try_take(open: &dyn Fn(&str) -> Option<File>, name: &str, overtakes: Overtakes) -> Tried {
    let mut held = Signature::default();
    for level in 0..LEVELS {
        let Some(file) = open(&if level == 0 { name.to_owned() } else { format!("{name}-{level}") }) else { return Tried::Taken(None) };
        match tried(&file) {
            Ok(true) => {
                sign(&file);
                return Tried::Taken(Some(file));
            }
            Ok(false) => held = Signature::of(&file),
            Err(NoLocks) => return Tried::Taken(None),
        }
        if !held.is_overtaken(overtakes) {
            break;
        }
    }
    let mut holder = held.holder();
    // A process that has just taken the lock has not recorded its number yet.
    holder.on_same_terminal |= overtakes == Overtakes::Background && holder.pid.is_none();
    Tried::Held(holder)
}

/// The state of a lock.
pub enum Free {
    /// It was free, and this process holds it now.
    Yes,
    No(Holder),
    /// The file system has no locks.
    NoLocks,
}

#[must_use]
pub fn try_lock(file: &File) -> Free {
    match tried(file) {
        Ok(true) => Free::Yes,
        Ok(false) => Free::No(Signature::of(file).holder()),
        Err(NoLocks) => Free::NoLocks,
    }
}

struct NoLocks;

fn tried(file: &File) -> Result<bool, NoLocks> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => {
            tracing::info!(%error, "this file system has no locks");
            Err(NoLocks)
        }
    }
}

/// Records which process asks, and on which terminal.
pub fn sign(mut file: &File) {
    let text = format!("{} {}", process::id(), tty::number().unwrap_or(0));
    let written = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.write_all(text.as_bytes()))
        .and_then(|()| file.set_len(u64::try_from(text.len()).unwrap_or(0)));
    if let Err(error) = written {
        tracing::info!(%error, "who asks could not be written down");
    }
}

/// What the process that holds a lock has recorded.
#[derive(Default)]
struct Signature {
    pid: Option<u32>,
    on_same_terminal: bool,
}

impl Signature {
    fn of(mut file: &File) -> Self {
        let mut text = String::new();
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(64).read_to_string(&mut text));
        let mut numbers = text.split(' ');
        let pid = numbers.next().and_then(|pid| pid.parse().ok());
        let terminal = numbers.next().and_then(|number| number.parse().ok()).filter(|number| *number != 0);
        Self { pid, on_same_terminal: terminal.is_some() && terminal == tty::number() }
    }

    fn is_overtaken(&self, by: Overtakes) -> bool {
        let Some(pid) = self.pid else { return false };
        let is_in_background = || self.on_same_terminal && !tty::is_in_foreground(pid);
        match by {
            Overtakes::Nobody => false,
            // Where the system does not report it, a job that has lost the terminal is most likely stopped.
            Overtakes::Stopped => tty::is_stopped(pid).unwrap_or_else(is_in_background),
            Overtakes::Background => is_in_background() || tty::is_stopped(pid) == Some(true),
        }
    }

    fn holder(self) -> Holder {
        let Self { pid, on_same_terminal } = self;
        // Nobody sees what a job in the background asks.
        Holder { pid, on_same_terminal: on_same_terminal && pid.is_none_or(tty::is_in_foreground) }
    }
}
