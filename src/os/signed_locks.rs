//! One process at a time for each place where a prompt can be shown, through a lock file that names the process. Never waits, and never keeps
//! a person at a terminal waiting for a job that is not in its foreground.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::process;

use super::tty;
use crate::ports::Holder;

/// How many prompts there can be in one place, all but one of them from processes in the background of the terminal.
const LEVELS: u8 = 8;

/// The result of a try.
pub enum Tried {
    /// This process has the place until the file is closed; no file if there is no place for lock files.
    Taken(Option<File>),
    Held(Holder),
}

/// Tries to take the place, whose lock files are named `name` and opened by `open`.
pub fn try_take(open: &dyn Fn(&str) -> Option<File>, name: &str, on_terminal: bool) -> Tried {
    let mut held = Holder::default();
    for level in 0..LEVELS {
        let Some(file) = open(&if level == 0 { name.to_owned() } else { format!("{name}-{level}") }) else { return Tried::Taken(None) };
        match try_lock(&file) {
            Free::Yes => {
                sign(&file);
                return Tried::Taken(Some(file));
            }
            Free::NoLocks => return Tried::Taken(None),
            Free::No(holder) => held = holder,
        }
        // A stopped or background job keeps nobody waiting at its terminal.
        if !on_terminal || held.pid.is_none_or(tty::is_in_foreground) {
            break;
        }
    }
    // A process that has just taken the lock has not recorded its number yet.
    held.on_same_terminal |= on_terminal;
    Tried::Held(held)
}

/// The state of a lock.
pub enum Free {
    /// It was free, and this process holds it now.
    Yes,
    No(Holder),
    /// The file system has no locks.
    NoLocks,
}

pub fn try_lock(file: &File) -> Free {
    match file.try_lock() {
        Ok(()) => Free::Yes,
        Err(TryLockError::WouldBlock) => Free::No(holder(file)),
        Err(TryLockError::Error(error)) => {
            tracing::info!(%error, "this file system has no locks");
            Free::NoLocks
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

fn holder(mut file: &File) -> Holder {
    let mut text = String::new();
    let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(64).read_to_string(&mut text));
    let mut numbers = text.split(' ');
    let pid = numbers.next().and_then(|pid| pid.parse().ok());
    let terminal = numbers.next().and_then(|number| number.parse().ok()).filter(|number| *number != 0);
    Holder { pid, on_same_terminal: terminal.is_some() && terminal == tty::number() }
}
