//! How a file is called while it is being written, and what becomes of one whose writer was killed. Never removes a file that may be
//! somebody else's.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::model::Timestamp;
use crate::os::clock;

/// How the name of a file begins that is being written.
const TEMPORARY: &str = ".vault-";

/// How many letters and digits follow, by chance: too many for a name that a person gives.
const RANDOM: usize = 12;

/// The same by older versions. Only in a folder that is known to be one of theirs: `.vault-config` is a name that a person could give.
const RANDOM_BEFORE: usize = 6;

/// No write takes as long as this, in seconds: a temporary file of that age is of a run that was killed.
const ABANDONED_AFTER: i64 = 3_600;

/// A file under a name by which it is known for what it is.
pub(super) fn temporary_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).rand_bytes(RANDOM);
    builder
}

/// Whether the file in a folder of ours is what a run that was killed left of a write. `false` where that is not known.
#[must_use]
pub fn is_abandoned(path: &Path, now: Timestamp) -> bool {
    let is_temporary = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()));
    is_temporary && is_old(path, now)
}

/// Removes what killed runs left of their writes in this folder. One that is not `ours` may hold files of people that are called alike. What
/// stays is swept another time.
pub(super) fn sweep(folder: &Path, ours: bool) {
    let lengths: &[usize] = if folder.file_name().is_some_and(|name| name == ".aws") { &[RANDOM, RANDOM_BEFORE] } else { &[RANDOM] };
    let Ok(names) = super::names_in(folder) else { return };
    let now = clock::now();
    for name in names {
        let Some(rest) = name.strip_prefix(TEMPORARY) else { continue };
        let by_chance = lengths.contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let path = folder.join(&name);
        if (ours || by_chance) && is_old(&path, now) {
            let _ = super::remove(&path);
        }
    }
}

/// Whether it is a file that was not written to for so long that no writer can be at it.
fn is_old(path: &Path, now: Timestamp) -> bool {
    let written = || {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs())
    };
    let age = || Some(now.as_unix().saturating_sub(i64::try_from(written()?).ok()?));
    age().is_some_and(|age| age > ABANDONED_AFTER)
}
