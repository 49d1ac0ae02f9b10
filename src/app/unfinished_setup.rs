//! Remembers that a `vault setup` is not finished, with the command that continues it, for `vault` alone. Holds no secret. Never fails a run: a
//! file that cannot be read says nothing, and one that cannot be written is lost.

use std::collections::BTreeMap;

use crate::keystore::Entry;
use crate::model::ProfileName;
use crate::os::dirs::Directories;
use crate::os::files::{self, FileError};

/// In the state folder: the command for each profile, as JSON.
const FILE: &str = "setup-begun";

type Commands = BTreeMap<String, String>;

/// Notes that `command` continues the setup of the profile.
pub fn begun(directories: &Directories, profile: &ProfileName, command: String) {
    change(directories, |commands| commands.insert(profile.to_string(), command));
}

/// Notes that the profile is set up, or that there is nothing left of its setup.
pub fn over(directories: &Directories, profile: &ProfileName) {
    change(directories, |commands| commands.remove(profile.as_str()));
}

/// The profile of a setup that is not finished, and the command that continues it. Without its key, there is nothing to continue.
#[must_use]
pub fn pending(directories: &Directories, entries: &[Entry]) -> Option<(ProfileName, String)> {
    let commands = read(directories);
    entries.iter().find_map(|entry| Some((entry.name.clone(), commands.get(entry.name.as_str())?.clone())))
}

fn read(directories: &Directories) -> Commands {
    let bytes = files::read_private(&directories.state.join(FILE)).ok().flatten().unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn change<T>(directories: &Directories, change: impl FnOnce(&mut Commands) -> T) {
    let mut commands = read(directories);
    let before = commands.clone();
    change(&mut commands);
    if commands != before
        && let Err(error) = write(directories, &commands)
    {
        tracing::info!("how far the setup is, is not remembered: {error}");
    }
}

fn write(directories: &Directories, commands: &Commands) -> Result<(), FileError> {
    let path = directories.state.join(FILE);
    if commands.is_empty() {
        return files::remove(&path).map(|_| ());
    }
    files::create_private_directory(&directories.state)?;
    files::write_disposable(&path, serde_json::json!(commands).to_string().as_bytes())
}
