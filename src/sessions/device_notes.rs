//! The notes of enrolments and removals under way: a file for each user and each kind, and a lock, so that a second run does not mistake
//! the note of a running one for that of a killed one. Never holds a seed, and never fails a run.

use std::fs::File;
use std::path::PathBuf;

use crate::model::{Arn, MfaSerial};
use crate::os::dirs::Directories;
use crate::os::files::{self, FileError, FileLock};
use crate::os::signed_locks::{Overtakes, Tried, try_take};
use crate::ports::{DeviceNote, Holder};

use super::lock_files::hash;

/// The note of one user, in the state folder.
pub struct DeviceFile {
    folder: PathBuf,
    locks: PathBuf,
    name: String,
}

/// Held while this run owns the note. Dropping it, or the end of the process, frees the note for the next run.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "the lock is the open file")] Option<File>);

impl DeviceFile {
    /// The note of a device that is being made.
    #[must_use]
    pub fn of_enrolment(directories: &Directories, user: &Arn) -> Self {
        Self::new(directories, "enrolment", user)
    }

    /// The note of a device that is being removed.
    #[must_use]
    pub fn of_removal(directories: &Directories, user: &Arn) -> Self {
        Self::new(directories, "removal", user)
    }

    fn new(directories: &Directories, what: &str, user: &Arn) -> Self {
        let name = format!("{what}-{}", hash(&[&user.to_string()]));
        Self { folder: directories.state.clone(), locks: directories.locks(), name }
    }

    /// Claims the note for this run. If there is no place for locks, nothing guards it.
    ///
    /// # Errors
    /// The run that holds it.
    pub fn hold(&self) -> Result<Held, Holder> {
        match try_take(&|name| unguarded(files::open_lock_file(&self.locks.join(name))), &self.name, Overtakes::Nobody) {
            Tried::Taken(file) => Ok(Held(file)),
            Tried::Held(holder) => Err(holder),
        }
    }

    /// The same, but waits for the other run, which must not prompt while it holds the note. `what` ends the message "waiting for …".
    #[must_use]
    pub fn wait_and_hold(&self, what: &str) -> Option<FileLock> {
        unguarded(files::lock(&self.locks.join(&self.name), what))
    }
}

fn unguarded<T>(opened: Result<T, FileError>) -> Option<T> {
    opened.inspect_err(|error| tracing::info!(%error, "there is no place for lock files: nothing guards the note")).ok()
}

impl DeviceNote for DeviceFile {
    fn begun(&self) -> Option<MfaSerial> {
        let text = files::read_private(&self.folder.join(&self.name)).ok().flatten()?;
        MfaSerial::parse(std::str::from_utf8(&text).ok()?.trim()).ok()
    }

    fn begin(&self, serial: &MfaSerial) {
        let path = self.folder.join(&self.name);
        let written =
            files::create_private_directory(&self.folder).and_then(|()| files::write_private(&path, format!("{serial}\n").as_bytes()));
        if let Err(error) = written {
            tracing::info!(%error, "if this run is interrupted, the next one does not know the name of the device");
        }
    }

    fn done(&self) {
        if let Err(error) = files::remove(&self.folder.join(&self.name)) {
            tracing::info!(%error, "the note of the device stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_two_notes_and_one_run_at_a_time_has_each() {
        let root = tempfile::tempdir().unwrap();
        let directories = Directories::under(root.path());
        let user = |name| Arn::parse(&format!("arn:aws:iam::123456789012:user/{name}")).unwrap();
        let serial = |name| MfaSerial::parse(&format!("arn:aws:iam::123456789012:mfa/{name}")).unwrap();
        let made = || DeviceFile::of_enrolment(&directories, &user("a"));
        let removed = DeviceFile::of_removal(&directories, &user("a"));
        made().begin(&serial("new"));
        removed.begin(&serial("old"));
        assert_eq!((made().begun(), removed.begun()), (Some(serial("new")), Some(serial("old"))));
        assert_eq!(DeviceFile::of_enrolment(&directories, &user("b")).begun(), None);
        removed.done();
        assert_eq!((made().begun(), removed.begun()), (Some(serial("new")), None));

        let held = made().hold().expect("nobody has it");
        assert_eq!(made().hold().unwrap_err().pid, Some(std::process::id()));
        let others = [DeviceFile::of_removal(&directories, &user("a")), DeviceFile::of_enrolment(&directories, &user("b"))];
        assert!(others.iter().all(|other| other.hold().is_ok()));
        drop(held);
        assert!(made().hold().is_ok());
        let held = made().wait_and_hold("nobody");
        assert!(made().hold().is_err());
        drop(held);
    }
}
