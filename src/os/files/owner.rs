//! Decides whether only this user can change one of our files or folders. Never changes an owner, except for what root writes for a user.

use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::model::path_in_shell;

/// A problem with a file or a folder that a command can fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cure {
    /// It belongs to root, usually because of `sudo`.
    TakeBack(PathBuf),
    /// It belongs to another user, who may have made it on purpose.
    MoveAway(PathBuf),
    /// It is ours, but others may write to it.
    Close(PathBuf),
    /// It is a link, or a second name of another file.
    Remove(PathBuf),
}

impl fmt::Display for Cure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::TakeBack(path) | Self::MoveAway(path) | Self::Close(path) | Self::Remove(path)) = self;
        let quoted = path_in_shell(path);
        match self {
            Self::TakeBack(_) => write!(f, "take it back: `sudo chown -R \"$(id -un)\" {quoted}`"),
            Self::MoveAway(_) => {
                let mut away = path.clone().into_os_string();
                away.push(".not-mine");
                write!(f, "look at it with `ls -ld {quoted}`, then move it away: `mv {quoted} {}`", path_in_shell(Path::new(&away)))
            }
            Self::Close(_) => write!(f, "close it to others: `chmod go-w {quoted}`"),
            Self::Remove(_) => write!(f, "look at it with `ls -l {quoted}`, then remove it: `rm {quoted}`"),
        }
    }
}

/// Why one of our files or folders is not used, as a clause.
pub(super) struct Fault {
    pub(super) reason: String,
    pub(super) cure: Cure,
}

/// Whether the opened file, or the one at `path`, belongs to this user and nobody else can write to it.
// Security: somebody else controls an identity, an index or a lock that they put there or can change.
#[cfg(unix)]
pub(super) fn check(path: &Path, metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = metadata.uid();
    if owner != user() {
        return Err(not_ours(path, owner));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(Fault { reason: "other users may write to it".to_owned(), cure: Cure::Close(path.to_owned()) });
    }
    Ok(())
}

#[cfg(unix)]
fn not_ours(path: &Path, owner: u32) -> Fault {
    let cure = if owner == ROOT { Cure::TakeBack(path.to_owned()) } else { Cure::MoveAway(path.to_owned()) };
    Fault { reason: format!("it belongs to {}, not to you", called(owner)), cure }
}

/// The same for files that the user writes and `vault` only reads, such as settings: root, which can do anything, may own them too, for example if a
/// system's configuration manages them.
#[cfg(unix)]
pub(super) fn check_settings(path: &Path, metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt as _;
    if metadata.uid() == ROOT && metadata.mode() & 0o022 == 0 { Ok(()) } else { check(path, metadata) }
}

/// The same for a folder of the user through which a link leads: others may write to it if only owners may remove files in it.
#[cfg(unix)]
pub(super) fn check_passage(path: &Path, metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt as _;
    const STICKY: u32 = 0o1000;
    let owner = metadata.uid();
    let is_sticky = metadata.mode() & STICKY != 0;
    if is_sticky && (owner == ROOT || owner == user()) { Ok(()) } else { check_settings(path, metadata) }
}

/// The same for a link, whose mode means nothing.
#[cfg(unix)]
pub(super) fn check_link(path: &Path, metadata: &Metadata) -> Result<(), Fault> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = metadata.uid();
    if owner == ROOT || owner == user() { Ok(()) } else { Err(not_ours(path, owner)) }
}

#[cfg(not(unix))]
pub(super) use {check as check_link, check as check_passage, check as check_settings};

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same question on every system")]
pub(super) fn check(_path: &Path, _metadata: &Metadata) -> Result<(), Fault> {
    Ok(())
}

/// Why `path` may not be read or changed: its topmost part in the home folder that belongs to somebody else.
#[cfg(unix)]
pub(super) fn behind_denial(path: &Path) -> Option<Cure> {
    use std::os::unix::fs::MetadataExt as _;
    let (user, home) = (user(), crate::os::dirs::home()?);
    if user == ROOT {
        return None;
    }
    let owner = |path: &Path| std::fs::symlink_metadata(path).ok().map(|metadata| metadata.uid());
    let parts = path.ancestors().take_while(|part| part.starts_with(&home) && *part != home);
    let (part, owner) = parts.filter_map(|part| Some((part, owner(part)?))).filter(|(_, owner)| *owner != user).last()?;
    Some(if owner == ROOT { Cure::TakeBack(part.to_owned()) } else { Cure::MoveAway(part.to_owned()) })
}

#[cfg(not(unix))]
pub(super) fn behind_denial(_path: &Path) -> Option<Cure> {
    None
}

#[cfg(unix)]
const ROOT: u32 = 0;

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn called(owner: u32) -> String {
    if owner == ROOT { "root".to_owned() } else { format!("another user (number {owner})") }
}

/// Gives `file`, which is about to replace `old`, the owner and mode of `old`.
// Security: if the group cannot be kept, it gets no rights, so that nobody new can open the file.
#[cfg(unix)]
pub(super) fn keep(file: &std::fs::File, old: &Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let new = file.metadata()?;
    let mut mode = old.mode() & 0o7777;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
        && new.gid() != old.gid()
        && fchown(file, None, Some(old.gid())).is_err()
    {
        mode &= !0o070;
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn keep(file: &std::fs::File, old: &Metadata) -> std::io::Result<()> {
    file.set_permissions(old.permissions())
}

/// Gives a file that root has just made to the owner of its folder: root may act in a user's folders, and the user must be able to continue.
#[cfg(unix)]
pub(super) fn hand_down(path: &Path) {
    use std::os::unix::fs::{MetadataExt as _, lchown};
    if user() != ROOT {
        return;
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = std::fs::metadata(folder)
        && folder.uid() != ROOT
    {
        // If root may not do that either, as on some network file systems, the file stays root's.
        let _ = lchown(path, Some(folder.uid()), Some(folder.gid()));
    }
}

#[cfg(not(unix))]
pub(super) fn hand_down(_path: &Path) {}
