//! Whose turn it is to ask for a code of a device: one process for each place in which a question can be put. Never holds up who has a code,
//! or a person at another terminal.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::process;
use std::thread;
use std::time::Duration;

use crate::model::MfaSerial;
use crate::os::{files, tty};
use crate::ports::{Holder, NotWaited, Place, TurnGuard, Waiting};

use super::flight::{FileLocks, hash};

/// How often it is looked whether another process still asks. Nobody notices such a delay, and many may wait.
const LOOK: Duration = Duration::from_millis(50);
/// How many questions there can be in one place, all but one of them put by processes in the background of the terminal.
const LEVELS: u8 = 8;

/// The turn: the place, which no other process has, and the word that somebody asks, which many may give.
struct Turn {
    _place: Option<File>,
    _asking: Option<File>,
}

impl TurnGuard for Turn {}

/// A place as a part of a file's name.
pub(super) fn name(place: Place) -> String {
    match place {
        Place::Terminal(number) => format!("terminal-{number:x}"),
        Place::Window => "window".to_owned(),
        Place::Program => "program".to_owned(),
        Place::Nowhere | Place::Given => "nowhere".to_owned(),
    }
}

pub(super) fn take(locks: &FileLocks, serial: &MfaSerial, place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited> {
    let device = hash(&[serial.as_str()]);
    let asking = || locks.open(&format!("asking-{device}"));
    let turn = match place {
        Place::Given => Turn { _place: None, _asking: None },
        Place::Nowhere => {
            if let Some(file) = asking() {
                while let Answer::Held(holder) = try_lock(&file) {
                    wait(&holder)?;
                    thread::sleep(LOOK);
                }
            }
            // The lock is given back at once: nobody is asked here.
            Turn { _place: None, _asking: None }
        }
        place => Turn { _place: in_place(locks, &format!("turn-{device}-{}", name(place)), place, wait)?, _asking: say_so(asking()) },
    };
    Ok(Box::new(turn))
}

/// The lock of the place; nothing where there is no place for lock files.
fn in_place(locks: &FileLocks, name: &str, place: Place, wait: &mut Waiting<'_>) -> Result<Option<File>, NotWaited> {
    loop {
        let mut held = None;
        for level in 0..LEVELS {
            let Some(file) = locks.open(&if level == 0 { name.to_owned() } else { format!("{name}-{level}") }) else { return Ok(None) };
            let holder = match try_lock(&file) {
                Answer::Free => {
                    sign(&file);
                    return Ok(Some(file));
                }
                Answer::Held(holder) => holder,
            };
            held = Some(holder);
            // A job that was stopped, or put into the background, holds nobody up at its terminal.
            if !matches!(place, Place::Terminal(_)) || holder.pid.is_none_or(tty::is_in_foreground) {
                break;
            }
        }
        let mut holder = held.unwrap_or_default();
        // One that has just taken the lock has not written down yet who it is.
        holder.on_same_terminal |= matches!(place, Place::Terminal(_));
        wait(&holder)?;
        thread::sleep(LOOK);
    }
}

/// Says that somebody asks, for who has nobody to ask and may wait for the answer.
fn say_so(file: Option<File>) -> Option<File> {
    let file = file?;
    // Another process has it alone for a moment at most, to look.
    files::uninterrupted(|| file.lock_shared()).ok()?;
    sign(&file);
    Some(file)
}

enum Answer {
    /// Taken, or there is nothing to be taken.
    Free,
    Held(Holder),
}

fn try_lock(file: &File) -> Answer {
    match file.try_lock() {
        Ok(()) => Answer::Free,
        Err(TryLockError::WouldBlock) => Answer::Held(holder(file)),
        Err(TryLockError::Error(error)) => {
            tracing::info!(%error, "this file system has no locks");
            Answer::Free
        }
    }
}

/// Writes down who asks, and on which terminal's session.
fn sign(mut file: &File) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::dirs::Directories;

    fn refuses(holder: &Holder) -> Result<(), NotWaited> {
        Err(NotWaited::NoWait(*holder))
    }

    #[test]
    fn a_question_is_waited_for_in_its_own_place_and_by_who_has_nobody_to_ask() {
        let root = tempfile::tempdir().unwrap();
        let locks = FileLocks::new(&Directories::under(root.path()));
        let [serial, other] =
            ["some-user", "other"].map(|name| MfaSerial::parse(&format!("arn:aws:iam::123456789012:mfa/{name}")).unwrap());
        let turn = |serial: &MfaSerial, place| take(&locks, serial, place, &mut refuses);
        for asking in [Place::Window, Place::Program, Place::Terminal(7)] {
            let first = turn(&serial, asking).expect("nobody asks yet");
            for place in [Place::Window, Place::Program, Place::Terminal(8), Place::Given] {
                assert_eq!(turn(&serial, place).is_err(), place == asking, "{place:?} while {asking:?} is asked");
                assert!(turn(&other, place).is_ok(), "for another device");
            }
            let NotWaited::NoWait(holder) = turn(&serial, Place::Nowhere).err().expect("somebody asks") else {
                panic!("no wait is refused")
            };
            assert_eq!(holder.pid, Some(process::id()));
            drop(first);
            assert!(turn(&serial, asking).is_ok() && turn(&serial, Place::Nowhere).is_ok(), "{asking:?} has been answered");
        }
    }

    #[test]
    fn who_waits_is_asked_again_and_again_and_gets_the_turn_when_it_is_free() {
        let root = tempfile::tempdir().unwrap();
        let locks = FileLocks::new(&Directories::under(root.path()));
        let serial = MfaSerial::parse("GAHT12345678").unwrap();
        for place in [Place::Window, Place::Nowhere] {
            let mut first = take(&locks, &serial, Place::Window, &mut refuses).ok();
            let mut asked = 0;
            let mut wait = |_: &Holder| {
                asked += 1;
                if asked == 3 {
                    first = None;
                }
                Ok(())
            };
            assert!(take(&locks, &serial, place, &mut wait).is_ok());
            assert_eq!(asked, 3);
        }
    }
}
