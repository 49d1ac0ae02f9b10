//! One lock file per MFA device and per group of sessions, with the device's ledger in its lock file. Never waits for a lock that the
//! file system does not have.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::thread;

use crate::model::{MfaSerial, Timestamp, TokenCode};
use crate::os::signed_locks::{Overtakes, Tried, try_take};
use crate::os::waiting::{self, Wait};
use crate::plan::{ProgramKind, SessionKey, Source, TokenFrom};
use crate::ports::{DeviceGuard, NotWaited, Place, Sent, SessionGuard, SingleFlight, TurnGuard, Waiting};

use super::device_turn::{self, LOOK};
use super::ledger::Ledger;
use super::lock_files::{FileLocks, hash};

/// More bytes than a ledger has.
const MOST: u64 = 1024 * 1024;

impl SingleFlight for FileLocks {
    fn turn(&self, serial: &MfaSerial, place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited> {
        device_turn::take(self, serial, place, wait)
    }

    fn device(&self, serial: &MfaSerial) -> Box<dyn DeviceGuard> {
        let file = self.open(&format!("device-{}", hash(&[serial.as_str()]))).inspect(|file| {
            wait_for(file, &format!("another vault to finish its call with a code of {serial}"));
        });
        let ledger = file.as_ref().map(read_ledger).unwrap_or_default();
        Box::new(Device { serial: serial.clone(), file, ledger })
    }

    fn session(&self, key: &SessionKey, place: Option<Place>) -> Box<dyn SessionGuard> {
        // A fixed number of files, so that they do not accumulate: two sessions that share one only wait for each other.
        let name = match place {
            None => format!("session-{}", &key.as_str()[..2]),
            Some(place) => format!("session-{}-{}", &key.as_str()[..1], device_turn::name(place)),
        };
        Box::new(SessionLock { _file: unless_stopped(self, &name, "finish its call to AWS") })
    }

    fn source(&self, source: &Source) -> Box<dyn SessionGuard> {
        let (kind, text) = match source {
            Source::Program(program) => match &program.kind {
                ProgramKind::CredentialProcess { command, .. } => ("process", command.as_str()),
                ProgramKind::AwsCli { .. } => ("aws-cli", program.profile.as_str()),
            },
            Source::WebIdentity(identity) => match &identity.token.from {
                TokenFrom::File { path } => ("file", path.as_str()),
                TokenFrom::Process { command } => ("process", command.as_str()),
            },
        };
        // One file per source, never shared: a source that is this program again may wait for the lock of its own source.
        let name = format!("source-{}", hash(&[kind, text]));
        Box::new(SessionLock { _file: unless_stopped(self, &name, "get credentials from the same source") })
    }
}

/// The ledger in a lock file that this process has locked. An unreadable or truncated one counts as empty.
fn read_ledger(mut file: &File) -> Ledger {
    let mut text = Vec::new();
    let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(MOST).read_to_end(&mut text));
    Ledger::read(&text)
}

/// A lock under which a person may be asked. It is waited for as long as its holder can go on. `does` says what that does, as in "waiting for
/// another vault to …".
fn unless_stopped(locks: &FileLocks, name: &str, does: &str) -> Option<File> {
    let mut wait: Option<Wait> = None;
    loop {
        match try_take(&|name| locks.open(name), name, Overtakes::Stopped) {
            Tried::Taken(file) => return file,
            Tried::Held(holder) => wait.get_or_insert_with(|| Wait::for_(&format!("{} to {does}", holder.in_words()))).look(false),
        }
        thread::sleep(LOOK);
    }
}

/// Takes the lock once no other process has it, or notices that it cannot be taken.
fn wait_for(file: &File, holder: &str) {
    if let Err(error) = waiting::for_lock(file, holder) {
        tracing::info!(%error, "this file system has no locks");
    }
}

struct SessionLock {
    _file: Option<File>,
}

impl SessionGuard for SessionLock {}

struct Device {
    serial: MfaSerial,
    file: Option<File>,
    ledger: Ledger,
}

impl Device {
    fn write(&self) {
        let Some(mut file) = self.file.as_ref() else { return };
        // Written in place: the lock is on this file, and a truncated ledger counts as empty.
        let text = self.ledger.write();
        let written = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(&text))
            .and_then(|()| file.set_len(u64::try_from(text.len()).unwrap_or(0)));
        if let Err(error) = written {
            tracing::info!(%error, "the code ledger could not be written");
        }
    }
}

impl DeviceGuard for Device {
    fn last_spent_step(&self) -> Option<u64> {
        self.ledger.last_spent_step()
    }

    fn sent_before(&self, code: &TokenCode, step: u64) -> Option<Sent> {
        self.ledger.sent_before(&self.serial, code, step)
    }

    fn has_worked(&self) -> bool {
        self.ledger.has_worked()
    }

    fn closed_until(&self) -> Option<Timestamp> {
        self.ledger.closed_until()
    }

    fn close_until(&mut self, until: Timestamp) {
        self.ledger.close_until(until);
        self.write();
    }

    fn record(&mut self, code: &TokenCode, step: u64, what: Sent) {
        self.ledger.record(&self.serial, code, step, what);
        self.write();
    }
}

#[cfg(test)]
mod tests {
    use crate::os::files;

    use super::*;
    use crate::model::{CommandLine, Origin, ProfileName};
    use crate::os::dirs::Directories;
    use crate::plan::Program;

    fn serial() -> MfaSerial {
        MfaSerial::parse("arn:aws:iam::123456789012:mfa/some-user").unwrap()
    }

    fn locks(root: &tempfile::TempDir) -> FileLocks {
        FileLocks::new(&Directories::under(root.path()))
    }

    #[test]
    fn who_waits_for_a_device_then_sees_what_became_of_the_code() {
        let root = tempfile::tempdir().unwrap();
        let code = TokenCode::parse("111111").unwrap();
        let mut first = locks(&root).device(&serial());
        let second = thread::spawn({
            let locks = locks(&root);
            move || locks.device(&serial()).last_spent_step()
        });
        first.record(&code, 7, Sent::Pending);
        first.record(&code, 7, Sent::Taken);
        drop(first);
        assert_eq!(second.join().unwrap(), Some(7));
    }

    #[test]
    fn a_ledger_that_was_torn_holds_nobody_up() {
        let root = tempfile::tempdir().unwrap();
        let mut guard = locks(&root).device(&serial());
        guard.record(&TokenCode::parse("111111").unwrap(), 7, Sent::Taken);
        drop(guard);
        let folder = Directories::under(root.path()).locks();
        let name = files::names_in(&folder).unwrap().remove(0);
        File::options().write(true).open(folder.join(name)).unwrap().set_len(20).unwrap();
        let mut guard = locks(&root).device(&serial());
        assert_eq!(guard.last_spent_step(), None);
        guard.record(&TokenCode::parse("222222").unwrap(), 9, Sent::Taken);
        drop(guard);
        assert_eq!(locks(&root).device(&serial()).last_spent_step(), Some(9));
    }

    /// A source may be this program again: none of the locks that it takes may be the one that its caller holds.
    #[test]
    fn the_lock_of_a_source_is_no_other_lock() {
        let root = tempfile::tempdir().unwrap();
        let locks = locks(&root);
        let process = |command: &str| {
            let origin = Origin { file: std::sync::Arc::default(), line: 1 };
            let kind = ProgramKind::CredentialProcess { command: CommandLine::new(command), origin };
            Source::Program(Program { profile: ProfileName::parse("ops").unwrap(), kind })
        };
        let _source = locks.source(&process("vault credential-process ops"));
        let _other = locks.source(&process("vault credential-process dev"));
        let _device = locks.device(&serial());
        // If one of these were the same file, this would wait forever.
        let sessions =
            (0..=255_u8).map(|group| locks.session(&SessionKey::parse(&format!("{group:02x}{}", "0".repeat(62))).unwrap(), None));
        assert_eq!(sessions.collect::<Vec<_>>().len(), 256);
        assert_eq!(files::names_in(&locks.folder).unwrap().len(), 256 + 3);
    }

    #[test]
    fn without_a_place_for_locks_nobody_waits_and_nobody_fails() {
        let root = tempfile::tempdir().unwrap();
        files::write_public(&root.path().join("state"), b"").unwrap();
        let locks = locks(&root);
        let mut first = locks.device(&serial());
        let second = locks.device(&serial());
        first.record(&TokenCode::parse("111111").unwrap(), 7, Sent::Taken);
        assert_eq!((first.last_spent_step(), second.last_spent_step()), (Some(7), None));
    }
}
