//! Whose turn it is to ask for a code of a device: one process for each place where a prompt can appear. Never delays a process that has a code,
//! or a person at another terminal.

use std::fs::File;
use std::thread;
use std::time::Duration;

use crate::model::MfaSerial;
use crate::os::files;
use crate::os::signed_locks::{Free, Overtakes, Tried, sign, try_lock, try_take};
use crate::ports::{NotWaited, Place, TurnGuard, Waiting};

use super::lock_files::{FileLocks, hash};

/// How often it is looked whether another process still asks. Nobody notices such a delay, and many may wait.
pub(super) const LOOK: Duration = Duration::from_millis(50);

/// The turn: the place, which is exclusive, and the mark that somebody asks, which is shared.
struct DeviceTurn {
    _place: Option<File>,
    _asking: Option<File>,
}

impl TurnGuard for DeviceTurn {}

/// A place as part of a file name.
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
        Place::Given => DeviceTurn { _place: None, _asking: None },
        Place::Nowhere => {
            if let Some(file) = asking() {
                let mut seen = false;
                while let Free::No(holder) = try_lock(&file) {
                    // Another process that only checks holds it for a moment, too.
                    if seen {
                        wait(&holder)?;
                    }
                    seen = true;
                    thread::sleep(LOOK);
                }
            }
            // The lock is released at once: nobody is asked here.
            DeviceTurn { _place: None, _asking: None }
        }
        place => DeviceTurn { _place: in_place(locks, &format!("turn-{device}-{}", name(place)), place, wait)?, _asking: say_so(asking()) },
    };
    Ok(Box::new(turn))
}

/// The lock of the place; `None` if there is no place for lock files.
fn in_place(locks: &FileLocks, name: &str, place: Place, wait: &mut Waiting<'_>) -> Result<Option<File>, NotWaited> {
    // The window of a job in the background can be seen, and its program may need no answer.
    let overtakes = if matches!(place, Place::Terminal(_)) { Overtakes::Background } else { Overtakes::Stopped };
    loop {
        match try_take(&|name| locks.open(name), name, overtakes) {
            Tried::Taken(file) => return Ok(file),
            Tried::Held(holder) => wait(&holder)?,
        }
        thread::sleep(LOOK);
    }
}

/// Marks that somebody asks, for processes that cannot prompt and may wait for the answer.
fn say_so(file: Option<File>) -> Option<File> {
    let file = file?;
    // Another process holds it exclusively for a moment at most, to check.
    files::uninterrupted(|| file.lock_shared()).ok()?;
    sign(&file);
    Some(file)
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::*;
    use crate::os::dirs::Directories;
    use crate::ports::Holder;

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
