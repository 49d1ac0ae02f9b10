//! A private file that exists as long as this process: restored if something else removes it, and removed by the next run if a kill
//! left it. Never readable by another user.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::{Builder, TempPath};
use zeroize::Zeroizing;

use super::files;

/// How often to check it: files are rarely removed, and no client waits for that moment.
const LOOKED_AFTER: Duration = Duration::from_secs(5);

/// A file that is removed when this is dropped. While it exists, it is locked, so that others see that its process is alive.
pub struct KeptFile {
    path: TempPath,
    /// Nothing is ever sent: the keeper ends when this is dropped.
    stop: Option<mpsc::Sender<Infallible>>,
    keeper: Option<JoinHandle<()>>,
}

impl KeptFile {
    /// Writes the content under a name that begins with `prefix`, in one of our folders, and keeps it there.
    ///
    /// # Errors
    /// When others can change the folder, or the file cannot be written.
    pub fn create(folder: &Path, prefix: &str, content: Zeroizing<Vec<u8>>) -> io::Result<Self> {
        prepare(folder)?;
        sweep(folder, prefix);
        // `tempfile` creates a new file, only for this user.
        let (file, path) = Builder::new().prefix(prefix).tempfile_in(folder)?.into_parts();
        let file = filled(file, &content)?;
        let (stop, stopped) = mpsc::channel();
        let mut kept = Kept { folder: folder.to_owned(), path: path.to_path_buf(), content, file };
        let keeper = thread::Builder::new().name("kept-file".to_owned()).spawn(move || {
            while stopped.recv_timeout(LOOKED_AFTER) == Err(RecvTimeoutError::Timeout) {
                kept.put_back();
            }
        })?;
        Ok(Self { path, stop: Some(stop), keeper: Some(keeper) })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for KeptFile {
    /// Nothing restores the file once it is removed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // A panic there ends the whole process, so there is no other outcome.
            let _ = keeper.join();
        }
    }
}

/// What the keeper needs to create the file again.
struct Kept {
    folder: PathBuf,
    path: PathBuf,
    content: Zeroizing<Vec<u8>>,
    /// Holds the lock.
    file: File,
}

impl Kept {
    /// Creates the file again if it is gone. Anything else in its place is left alone.
    fn put_back(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok() {
            return;
        }
        let anew = prepare(&self.folder).and_then(|()| create_new(&self.path)).and_then(|file| filled(file, &self.content));
        match anew {
            Ok(file) => self.file = file,
            Err(error) => tracing::info!(reason = files::reason(&error), "a file that something removed is not put back"),
        }
    }
}

/// Creates the folder if it is missing, and refuses one that others can change.
#[cfg(unix)]
fn prepare(folder: &Path) -> io::Result<()> {
    files::use_private_directory(folder).map_err(|error| io::Error::other(error.to_string()))
}

/// Elsewhere, no other process can read a locked file.
#[cfg(not(unix))]
fn prepare(_folder: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn filled(mut file: File, content: &[u8]) -> io::Result<File> {
    // On a file system without locks, a kill leaves the file.
    let _ = file.lock();
    file.write_all(content)?;
    Ok(file)
}

#[cfg(unix)]
fn create_new(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(open(path, flags, Mode::RUSR | Mode::WUSR)?.into())
}

#[cfg(not(unix))]
fn create_new(_path: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes the files of killed runs. If one cannot be removed, it stays.
fn sweep(folder: &Path, prefix: &str) {
    for name in files::names_in(folder).unwrap_or_default().iter().filter(|name| name.starts_with(prefix)) {
        let path = folder.join(name);
        if is_left_over(&path) {
            let _ = files::remove(&path);
        }
    }
}

/// Whether the file is this user's, and nobody holds it. An empty one is about to be locked by the run that has just created it.
#[cfg(unix)]
fn is_left_over(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{Mode, OFlags, open};
    let user = rustix::process::geteuid().as_raw();
    let is_ours = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.uid() == user && found.len() > 0);
    let opened = || open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).map(File::from);
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

    fn kept(folder: &Path, content: &[u8]) -> KeptFile {
        KeptFile::create(folder, "x-", Zeroizing::new(content.to_vec())).expect("it can be written")
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn it_is_private_and_goes_with_its_owner() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("vault");
        let file = kept(&folder, b"1");
        let path = file.path().to_owned();
        assert_eq!((path.parent(), files::read(&path).unwrap().as_slice()), (Some(&*folder), &b"1"[..]));
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        drop(file);
        assert!(!files::exists(&path));
    }

    #[test]
    fn it_is_made_in_no_folder_that_others_may_write_to() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("vault");
        fs::create_dir(&folder).unwrap();
        for open in [0o777, 0o775, 0o1777] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(open)).unwrap();
            assert!(KeptFile::create(&folder, "x-", Zeroizing::new(b"1".to_vec())).is_err(), "{open:o}");
            assert_eq!(files::names_in(&folder).unwrap().len(), 0);
        }
    }

    #[test]
    fn it_is_put_back_where_it_or_its_folder_is_gone_and_takes_nothings_place() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("vault");
        let path = folder.join("x-1");
        prepare(&folder).unwrap();
        let file = filled(create_new(&path).unwrap(), b"1").unwrap();
        let mut kept = Kept { folder: folder.clone(), path: path.clone(), content: Zeroizing::new(b"1".to_vec()), file };
        fs::remove_file(&path).unwrap();
        kept.put_back();
        assert_eq!((files::read(&path).unwrap().as_slice(), mode(&path)), (&b"1"[..], 0o600));
        fs::remove_dir_all(&folder).unwrap();
        kept.put_back();
        assert_eq!((files::read(&path).unwrap().as_slice(), mode(&folder)), (&b"1"[..], 0o700));
        assert!(!is_left_over(&path), "it is locked again");
        fs::remove_file(&path).unwrap();
        symlink(world.path().join("elsewhere"), &path).unwrap();
        kept.put_back();
        assert!(!world.path().join("elsewhere").exists());
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_nothing_else() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("vault");
        let alive = kept(&folder, b"1");
        for (name, content) in [("x-left", "1"), ("x-new", ""), ("other", "1")] {
            files::write_disposable(&folder.join(name), content.as_bytes()).unwrap();
        }
        symlink(folder.join("other"), folder.join("x-link")).unwrap();
        let second = kept(&folder, b"2");
        assert!(alive.path().exists() && second.path().exists());
        let there = ["x-left", "x-new", "other", "x-link"].map(|name| folder.join(name).exists());
        assert_eq!(there, [false, true, true, true]);
    }
}
