//! A private file that lasts as long as this process, in the user's runtime directory (`XDG_RUNTIME_DIR`), which systems keep in memory or
//! empty when the user logs out. Never written to another folder, never readable by another user, and swept by the next run where a kill
//! left it.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::env::Environment;
use super::files;

/// A file that is removed when this is dropped. While it is there, it is locked, so that others see that its process lives.
pub struct RuntimeFile(NamedTempFile);

impl RuntimeFile {
    /// Writes the content under a name that begins with `prefix`, in the user's runtime directory.
    ///
    /// # Errors
    /// `NotFound` where there is no such directory, and when the file cannot be written.
    // Security: a folder for temporary files may be on a disk, and what a kill left there may stay for good.
    pub fn create(env: &Environment, prefix: &str, content: &[u8]) -> io::Result<Self> {
        let folder = runtime_directory(env).ok_or_else(|| io::Error::new(ErrorKind::NotFound, "there is no private runtime directory"))?;
        sweep(&folder, prefix);
        // `tempfile` creates it anew, for this user alone.
        let mut file = Builder::new().prefix(prefix).tempfile_in(folder)?;
        // Where a file system has no locks, a kill leaves the file.
        let _ = file.as_file().lock();
        file.write_all(content)?;
        Ok(Self(file))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// `XDG_RUNTIME_DIR`, where it is the user's own: with `su` it may be another's.
fn runtime_directory(env: &Environment) -> Option<PathBuf> {
    let path = env.path("XDG_RUNTIME_DIR").filter(|path| path.is_absolute())?;
    is_private(&fs::metadata(&path).ok()?).then_some(path)
}

/// Whether it is a folder of this user that nobody else writes to.
#[cfg(unix)]
fn is_private(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    folder.is_dir() && is_own(folder.uid()) && folder.permissions().mode() & 0o022 == 0
}

/// Other systems have no such folder.
#[cfg(not(unix))]
fn is_private(_folder: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn is_own(user: u32) -> bool {
    user == rustix::process::geteuid().as_raw()
}

/// Removes what runs left that were killed. Whatever is in the way of that is left there.
fn sweep(folder: &Path, prefix: &str) {
    for name in files::names_in(folder).unwrap_or_default().iter().filter(|name| name.starts_with(prefix)) {
        let path = folder.join(name);
        if is_left_over(&path) {
            let _ = files::remove(&path);
        }
    }
}

/// Whether the file is this user's, and nobody holds it. One that is empty is about to be locked by the run that has just made it.
#[cfg(unix)]
fn is_left_over(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{Mode, OFlags, open};
    let is_ours = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && is_own(found.uid()) && found.len() > 0);
    let opened = || open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).map(fs::File::from);
    is_ours && opened().is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(not(unix))]
fn is_left_over(_path: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn with_runtime_directory(path: &Path) -> Environment {
        Environment::of([("XDG_RUNTIME_DIR", path.to_str().expect("paths of tests are Unicode"))])
    }

    #[test]
    fn it_is_private_and_goes_with_its_owner() {
        let world = tempfile::tempdir().unwrap();
        let file = RuntimeFile::create(&with_runtime_directory(world.path()), "x-", b"1").unwrap();
        let path = file.path().to_owned();
        assert_eq!((path.parent(), files::read(&path).unwrap().as_slice()), (Some(world.path()), &b"1"[..]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(file);
        assert!(!files::exists(&path));
    }

    #[test]
    fn a_folder_that_is_not_the_users_own_is_not_used() {
        let world = tempfile::tempdir().unwrap();
        fs::set_permissions(world.path(), fs::Permissions::from_mode(0o777)).unwrap();
        for path in [world.path(), Path::new("relative"), Path::new("/no/such/folder"), Path::new("/dev/null")] {
            assert_eq!(runtime_directory(&with_runtime_directory(path)), None, "{}", path.display());
        }
        fs::set_permissions(world.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(runtime_directory(&with_runtime_directory(world.path())).as_deref(), Some(world.path()));
        assert_eq!(runtime_directory(&Environment::of([])), None);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let world = tempfile::tempdir().unwrap();
        let env = with_runtime_directory(world.path());
        let alive = RuntimeFile::create(&env, "x-", b"1").unwrap();
        for (name, content) in [("x-left", "1"), ("x-new", ""), ("other", "1")] {
            files::write_disposable(&world.path().join(name), content.as_bytes()).unwrap();
        }
        symlink(world.path().join("other"), world.path().join("x-link")).unwrap();
        let second = RuntimeFile::create(&env, "x-", b"2").unwrap();
        assert!(alive.path().exists() && second.path().exists());
        let there = ["x-left", "x-new", "other", "x-link"].map(|name| world.path().join(name).exists());
        assert_eq!(there, [false, true, true, true]);
    }
}
