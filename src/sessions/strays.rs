//! Finds the files in the session cache that are not sessions of this user. Never removes anything.

use std::path::{Path, PathBuf};

use crate::os::files;
use crate::plan::SessionKey;

use super::files::{SessionFiles, is_group};
use super::seal;

/// Files and folders that the cache does not use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strays {
    /// Other programs' files, and damaged sessions.
    pub unknown: Vec<PathBuf>,
    /// Files and folders of another user.
    pub foreign: Vec<PathBuf>,
}

impl SessionFiles<'_> {
    /// The files that do not belong there. Temporary files of runs do: they are being written, or are swept.
    #[must_use]
    pub fn strays(&self) -> Strays {
        let mut strays = Strays::default();
        for name in files::names_in(&self.folder).unwrap_or_default() {
            let group = self.folder.join(&name);
            if !is_ours(&group, &mut strays) {
                continue;
            }
            if !is_group(&name) || !files::is_directory(&group) {
                strays.unknown(&name, group);
                continue;
            }
            for name in files::names_in(&group).unwrap_or_default() {
                let path = group.join(&name);
                if is_ours(&path, &mut strays) && !self.is_session(&name, &path) {
                    strays.unknown(&name, path);
                }
            }
        }
        strays
    }

    /// Whether its name and its beginning are those of a session in that folder.
    fn is_session(&self, name: &str, path: &Path) -> bool {
        let is_in_place = SessionKey::parse(name).is_some_and(|key| self.path(&key) == path);
        is_in_place && files::read_private(path).ok().flatten().is_some_and(|content| seal::expiration(&content).is_some())
    }
}

impl Strays {
    fn unknown(&mut self, name: &str, path: PathBuf) {
        if !files::is_temporary(name) {
            self.unknown.push(path);
        }
    }
}

fn is_ours(path: &Path, strays: &mut Strays) -> bool {
    let is_foreign = files::modes(path).is_some_and(|modes| !modes.is_mine);
    if is_foreign {
        strays.foreign.push(path.to_owned());
    }
    !is_foreign
}
