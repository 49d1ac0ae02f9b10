//! The note of an enrolment that is under way, a file for each user. Never holds a seed, and never fails a run.

use crate::model::{Arn, MfaSerial};
use crate::os::dirs::Directories;
use crate::os::files;
use crate::ports::EnrolmentNote;

use super::lock_files::hash;

/// The note of one user, in the state folder.
pub struct EnrolmentFile {
    folder: std::path::PathBuf,
    name: String,
}

impl EnrolmentFile {
    #[must_use]
    pub fn of(directories: &Directories, user: &Arn) -> Self {
        let name = format!("enrolment-{}", hash(&[&user.to_string()]));
        Self { folder: directories.state.clone(), name }
    }
}

impl EnrolmentNote for EnrolmentFile {
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
            tracing::info!(%error, "the note of the enrolment stays");
        }
    }
}
