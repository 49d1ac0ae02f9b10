//! Records which keys are stored where, so that listing and planning unlock nothing. Holds no secret, is never the only record (it can be
//! rebuilt from the keystores), and never names an id that an item may no longer have.

mod record;

use std::cell::RefCell;
use std::fs::{File, TryLockError};
use std::path::PathBuf;

use self::record::{Document, Record};
use super::entry::Entry;
use crate::model::Backend;
use crate::os::dirs::Directories;
use crate::os::files::{self, FileError, FileLock};

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// The contents of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Entries(Vec<Entry>),
    /// There is no file yet.
    Missing,
    /// The file is damaged.
    Damaged,
}

impl Reading {
    /// The entries; none if there is no usable index.
    pub(super) fn entries(self) -> Vec<Entry> {
        match self {
            Self::Entries(entries) => entries,
            Self::Missing | Self::Damaged => Vec::new(),
        }
    }
}

/// The index file, and the lock for changing it.
#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    locks: PathBuf,
    /// Its contents when this run read it, unless this run has changed it since.
    read: RefCell<Option<Reading>>,
}

impl Index {
    pub(super) fn new(directories: &Directories) -> Self {
        Self { path: directories.data.join("index.json"), locks: directories.locks(), read: RefCell::default() }
    }

    /// The contents of the file: read once in a run, and again after this run has changed it.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn read(&self) -> Result<Reading, FileError> {
        if let Some(known) = &*self.read.borrow() {
            return Ok(known.clone());
        }
        self.read_anew()
    }

    /// [`Self::read`] as the file is now: for decisions under the lock of a keystore, before which another process may have changed it.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn read_anew(&self) -> Result<Reading, FileError> {
        let read = match self.document()? {
            Content::Document(document) => Reading::Entries(document.entries.iter().filter_map(Record::entry).collect()),
            Content::Missing => Reading::Missing,
            Content::Damaged => Reading::Damaged,
        };
        self.read.replace(Some(read.clone()));
        Ok(read)
    }

    /// Whether items of the keystore can be changed: for before anybody is asked.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub(super) fn check_changing(&self, backend: Backend) -> Result<(), FileError> {
        files::open_lock_file(&self.lock_of(backend)).map(drop)
    }

    /// Held by a run that changes items of the keystore, from before the index drops an id until it records the new one: so the
    /// index and the item match after the last of several writers.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub(super) fn changing(&self, backend: Backend) -> Result<FileLock, FileError> {
        files::lock(&self.lock_of(backend), &format!("another vault to finish changing the {backend} keystore"))
    }

    /// The same for a reader that found the index wrong: `None` if a writer is at work, which will correct it.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub(super) fn unless_changing(&self, backend: Backend) -> Result<Option<File>, FileError> {
        let lock = files::open_lock_file(&self.lock_of(backend))?;
        Ok((!is_held(&lock)).then_some(lock))
    }

    /// Whether another run is changing items of the keystore.
    pub(super) fn is_changing(&self, backend: Backend) -> bool {
        let lock = self.lock_of(backend);
        files::exists(&lock) && self.unless_changing(backend).is_ok_and(|held| held.is_none())
    }

    /// Whether anything was ever locked here.
    pub(super) fn has_locks(&self) -> bool {
        files::exists(&self.locks)
    }

    fn lock_of(&self, backend: Backend) -> PathBuf {
        self.locks.join(format!("keys-{backend}.lock"))
    }

    /// Changes the entries while no other process does. If there is no index, or a damaged one, `rebuild` lists the entries;
    /// a damaged file is kept aside.
    ///
    /// # Errors
    /// When the change is not written to disk.
    pub(super) fn change(&self, rebuild: impl FnOnce() -> Vec<Entry>, edit: impl FnOnce(&mut Vec<Entry>)) -> Result<(), FileError> {
        let _held = files::lock(&self.locks.join("index.lock"), "another vault to finish changing the index of stored keys")?;
        self.read.take();
        let (mut entries, mut unread) = match self.document()? {
            Content::Document(document) => {
                let (known, unread): (Vec<_>, Vec<_>) = document.entries.into_iter().partition(|record| record.entry().is_some());
                (known.iter().filter_map(Record::entry).collect(), unread)
            }
            Content::Missing => (rebuild(), Vec::new()),
            Content::Damaged => {
                files::rename(&self.path, &self.path.with_extension("json.damaged"))?;
                (rebuild(), Vec::new())
            }
        };
        edit(&mut entries);
        entries.sort_by(|a, b| (&a.name, a.backend).cmp(&(&b.name, b.backend)));
        let mut records: Vec<Record> = entries.iter().map(Record::of).collect();
        records.append(&mut unread);
        let mut text = serde_json::to_vec_pretty(&Document { version: VERSION, entries: records }).expect("strings are always JSON");
        text.push(b'\n');
        if let Some(directory) = self.path.parent() {
            files::create_private_directory(directory)?;
        }
        files::write_private(&self.path, &text)
    }

    fn document(&self) -> Result<Content, FileError> {
        let Some(text) = files::read_private(&self.path)? else { return Ok(Content::Missing) };
        // A newer version is read as far as possible: newer versions may only add fields.
        Ok(serde_json::from_slice(&text).map_or(Content::Damaged, Content::Document))
    }
}

/// Whether another process holds the lock; if none does, this one holds it now. Without file system locks, none ever does.
fn is_held(lock: &File) -> bool {
    matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

enum Content {
    Document(Document),
    Missing,
    Damaged,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccessKeyId, ProfileName, RotationKind, RotationNote, SessionDuration, Timestamp};

    fn entry(name: &str, backend: Backend) -> Entry {
        Entry {
            name: ProfileName::parse(name).unwrap(),
            backend,
            key_id: AccessKeyId::parse_any("AKIAIOSFODNN7EXAMPLE").ok(),
            stored_at: Some(Timestamp::from_unix(1_800_000_000)),
            user: Some("some-user".to_owned()),
            changing_to: None,
            removing: false,
            order: Some(7),
            rotation: Some(RotationNote {
                kind: RotationKind::Grace,
                since: Timestamp::from_unix(1_800_000_000),
                grace: SessionDuration::HOUR,
                other: AccessKeyId::parse_any("AKIAIOSFODNN7OTHERXX").ok(),
            }),
            previous: AccessKeyId::parse_any("AKIAIOSFODNN7OTHERXX").into_iter().collect(),
        }
    }

    fn world() -> (tempfile::TempDir, Directories) {
        let root = tempfile::tempdir().unwrap();
        let directories = Directories::under(root.path());
        (root, directories)
    }

    #[test]
    fn many_changes_at_once_lose_nothing() {
        let (_root, directories) = world();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let directories = &directories;
                scope.spawn(move || {
                    for m in 0..10 {
                        let new = entry(&format!("p{n}-{m}"), Backend::File);
                        Index::new(directories).change(Vec::new, |entries| entries.push(new)).unwrap();
                    }
                });
            }
        });
        let Reading::Entries(entries) = Index::new(&directories).read().unwrap() else { panic!("no index") };
        assert_eq!(entries.len(), 80);
        assert_eq!(entries[0], entry("p0-0", Backend::File));
    }

    #[test]
    fn a_damaged_index_is_made_anew_and_kept_aside() {
        let (_root, directories) = world();
        let index = Index::new(&directories);
        assert_eq!(index.read().unwrap(), Reading::Missing);
        files::create_private_directory(&directories.data).unwrap();
        files::write_private(&directories.data.join("index.json"), b"{\"version\":1,\"entr").unwrap();
        assert_eq!(index.read_anew().unwrap(), Reading::Damaged);
        let found = vec![entry("found", Backend::Pass)];
        index.change(|| found.clone(), |entries| entries.push(entry("new", Backend::File))).unwrap();
        assert_eq!(index.read().unwrap(), Reading::Entries(vec![found[0].clone(), entry("new", Backend::File)]));
        assert!(files::exists(&directories.data.join("index.json.damaged")));
    }

    #[test]
    fn a_run_reads_it_once_and_sees_its_own_changes() {
        let (_root, directories) = world();
        let (ours, another) = (Index::new(&directories), Index::new(&directories));
        let push = |index: &Index, name| index.change(Vec::new, |entries| entries.push(entry(name, Backend::File))).unwrap();
        let names = |read: Reading| read.entries().into_iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>();
        push(&another, "a");
        assert_eq!(names(ours.read().unwrap()), ["a"]);
        push(&another, "b");
        assert_eq!(names(ours.read().unwrap()), ["a"], "it was read already");
        push(&ours, "c");
        assert_eq!(names(ours.read().unwrap()), ["a", "b", "c"], "a change is made to what is there by then");
        push(&another, "d");
        assert_eq!(names(ours.read_anew().unwrap()), ["a", "b", "c", "d"], "under a lock it is read as it is");
        assert_eq!(names(ours.read().unwrap()), ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_a_later_version_wrote_stays() {
        let (_root, directories) = world();
        let index = Index::new(&directories);
        files::create_private_directory(&directories.data).unwrap();
        let text = br#"{"version":2,"entries":[{"name":"a","backend":"tpm"},{"name":"b","backend":"file"}]}"#;
        files::write_private(&directories.data.join("index.json"), text).unwrap();
        index.change(Vec::new, |entries| entries.retain(|entry| entry.name.as_str() != "b")).unwrap();
        let text = String::from_utf8(files::read(&directories.data.join("index.json")).unwrap()).unwrap();
        assert!(text.contains("tpm") && !text.contains("file"), "{text}");
    }
}
