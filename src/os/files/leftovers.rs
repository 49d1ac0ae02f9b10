//! The name of a file while it is being written, and the removal of one whose writer was killed. Never removes a file that may be
//! somebody else's.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::model::Timestamp;
use crate::os::clock;

/// The prefix of a file that is being written.
const TEMPORARY: &str = ".vault-";

/// How many random letters and digits follow: too many for a name that a person chooses.
const RANDOM: usize = 12;

/// The same in older versions. Only in a folder that they are known to use: a person could choose the name `.vault-config`.
const RANDOM_BEFORE: usize = 6;

/// No write takes this many seconds: a temporary file of that age comes from a killed run.
const ABANDONED_AFTER: i64 = 3_600;

/// Creates a file under a recognizable temporary name.
pub(super) fn temporary_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).rand_bytes(RANDOM);
    builder
}

/// Whether the file in one of our folders was left by a killed write. `false` if that is not known.
#[must_use]
pub fn is_abandoned(path: &Path, now: Timestamp) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(is_temporary) && is_old(path, now)
}

/// Whether a file of this name in one of our folders is one that a run of ours is writing, or was.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    has_temporary_name(name, true)
}

/// Whether only a write of ours uses such a name; `by_older` includes the names of older versions.
fn has_temporary_name(name: &str, by_older: bool) -> bool {
    name.strip_prefix(TEMPORARY).is_some_and(|rest| {
        let is_of_length = rest.len() == RANDOM || by_older && rest.len() == RANDOM_BEFORE;
        // A user chose a name of lower-case letters alone. A random name is hardly ever like that; if one is, the file just stays.
        is_of_length && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !rest.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Removes what killed runs left in this folder. A folder that is not `ours` may contain other people's files with similar names. Files that
/// stay are removed another time.
pub(super) fn sweep(folder: &Path, ours: bool) {
    let by_older = ours || folder.file_name().is_some_and(|name| name == ".aws");
    let Ok(names) = super::names_in(folder) else { return };
    let now = clock::now();
    for name in names {
        let path = folder.join(&name);
        if has_temporary_name(&name, by_older) && is_old(&path, now) {
            let _ = super::remove(&path);
        }
    }
}

/// Whether the file was last written so long ago that no writer can still be active.
fn is_old(path: &Path, now: Timestamp) -> bool {
    let written = || {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs())
    };
    let age = || Some(now.as_unix().saturating_sub(i64::try_from(written()?).ok()?));
    age().is_some_and(|age| age > ABANDONED_AFTER)
}
