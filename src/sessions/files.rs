//! Keeps each session in a separate file, named by its session key. Never fails a run: a session that cannot be opened counts as missing.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::model::{SessionCredentials, Timestamp};
use crate::os::clock;
use crate::os::dirs::Directories;
use crate::os::files::{self, FileError};
use crate::plan::{Base, CredentialPlan, SessionKey, Step};
use crate::ports::{Expirations, SessionCache};

use super::cache_key::{CacheKeyHolder, CacheKeys, Kernel, Keyring};
use super::drops::{Drops, Seen};
use super::seal::{self, Label};

/// The session cache of one user.
///
/// Files are in folders by the first two digits of their names, so that expired ones are removed one folder at a time.
pub struct SessionFiles<'a> {
    pub(super) folder: PathBuf,
    pub(super) keys: CacheKeys<'a>,
    pub(super) drops: Drops,
    /// When sessions were last dropped before this run looked for some.
    began: OnceCell<Seen>,
    warn: &'a dyn Fn(&str),
    warned: Cell<bool>,
    /// Files that this run has read, so that each is read once.
    pub(super) read: RefCell<BTreeMap<SessionKey, Option<Vec<u8>>>>,
    /// The label for sessions that this run stores.
    pub(super) owner: Owner,
}

/// The label of one run's sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct Owner {
    pub(super) profile: String,
    pub(super) base: String,
}

/// What `list` and `clear` know about a cached session.
#[derive(Debug, Clone)]
pub struct CachedSession {
    pub key: SessionKey,
    pub expires: Timestamp,
    pub label: Label,
}

impl<'a> SessionFiles<'a> {
    #[must_use]
    pub fn new(directories: &Directories, holder: &'a dyn CacheKeyHolder, warn: &'a dyn Fn(&str)) -> Self {
        Self::with_keyring(directories, &Kernel, holder, warn)
    }

    pub(super) fn with_keyring(
        directories: &Directories,
        keyring: &'a dyn Keyring,
        holder: &'a dyn CacheKeyHolder,
        warn: &'a dyn Fn(&str),
    ) -> Self {
        let folder = directories.cache.join("sessions");
        let keys = CacheKeys::new(key_description(directories), directories, keyring, holder);
        let (drops, began) = (Drops::new(directories), OnceCell::new());
        Self { folder, keys, drops, began, warn, warned: Cell::new(false), read: RefCell::default(), owner: Owner::default() }
    }

    /// Labels sessions that are stored from now on with their plan.
    #[must_use]
    pub fn labelled(mut self, plan: &CredentialPlan) -> Self {
        self.owner = Owner { profile: plan.profile.to_string(), base: base_label(&plan.base) };
        self
    }

    /// Every cached session that can be opened and has not expired.
    #[must_use]
    pub fn all(&self) -> Vec<CachedSession> {
        let mut all = Vec::new();
        // Without a key, none can be opened, and a keystore is asked once.
        if self.keys.existing().is_none() {
            return all;
        }
        let now = clock::now();
        for key in self.names().0 {
            // The header is bound to the session, and reading it needs no key.
            let Some(expires) = self.content(&key).and_then(|content| seal::expiration(&content)) else { continue };
            if expires > now
                && let Some((_, label)) = self.opened(&key)
            {
                all.push(CachedSession { key, expires, label });
            }
        }
        all.sort_by(|a, b| (&a.label.profile, a.expires, &a.key).cmp(&(&b.label.profile, b.expires, &b.key)));
        all
    }

    /// The sessions whose files say that they have expired. Those of a run on another clock may be among them.
    #[must_use]
    pub fn expired(&self) -> Vec<SessionKey> {
        let now = clock::now();
        let is_over = |key: &SessionKey| self.content(key).and_then(|content| seal::expiration(&content)).is_some_and(|end| end <= now);
        self.names().0.into_iter().filter(is_over).collect()
    }

    /// When the session as its file is now expires, if the kernel holds the key that opens it: a keystore is not needed for it.
    #[must_use]
    pub fn expiration_without_keystore(&self, key: &SessionKey) -> Option<Timestamp> {
        seal::open(&self.keys.in_kernel()?, key, &self.read_now(key)?)?.0.expiration
    }

    /// The folders that sessions are in.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let groups = files::names_in(&self.folder).unwrap_or_default().into_iter().filter(|name| is_group(name));
        std::iter::once(self.folder.clone()).chain(groups.map(|name| self.folder.join(name))).collect()
    }

    /// A view of the sessions without a keystore.
    #[must_use]
    pub fn at_rest(&self) -> AtRest<'_> {
        AtRest(self)
    }

    /// When the session under `key` expires, without asking a keystore: if one holds the cache key, the file's
    /// header is trusted.
    fn expiration_at_rest(&self, key: &SessionKey) -> Option<Timestamp> {
        let content = self.content(key)?;
        match self.keys.in_kernel() {
            Some(cache_key) => seal::open(&cache_key, key, &content)?.0.expiration,
            None => seal::expiration(&content).filter(|_| self.keys.in_keystore()),
        }
    }

    /// The sessions with a file, and the folders that cannot be listed.
    pub(super) fn names(&self) -> (Vec<SessionKey>, Vec<FileError>) {
        let (mut names, mut unlisted) = (Vec::new(), Vec::new());
        let mut listed = |folder: &Path| {
            files::names_in(folder).unwrap_or_else(|error| {
                unlisted.push(error);
                Vec::new()
            })
        };
        // Other files there, such as those of a file manager, are not ours.
        for folder in listed(&self.folder).into_iter().filter(|folder| is_group(folder)) {
            names.extend(listed(&self.folder.join(folder)).iter().filter_map(|name| SessionKey::parse(name)));
        }
        (names, unlisted)
    }

    pub(super) fn path(&self, key: &SessionKey) -> PathBuf {
        self.folder.join(&key.as_str()[..2]).join(key.as_str())
    }

    fn content(&self, key: &SessionKey) -> Option<Vec<u8>> {
        self.read.borrow_mut().entry(key.clone()).or_insert_with(|| self.read_now(key)).clone()
    }

    /// The session in the file. Takes the key's lock if key and file do not match, because another process may be changing both.
    fn opened(&self, key: &SessionKey) -> Option<(SessionCredentials, Label)> {
        let content = self.content(key)?;
        let known = self.keys.existing()?;
        seal::open(&known, key, &content).or_else(|| {
            let _locked = self.keys.lock();
            let (latest, content) = (self.keys.latest()?, self.read_now(key)?);
            let opened = seal::open(&latest, key, &content);
            self.read.borrow_mut().insert(key.clone(), Some(content));
            opened
        })
    }

    pub(super) fn read_now(&self, key: &SessionKey) -> Option<Vec<u8>> {
        files::read_private(&self.path(key)).unwrap_or_else(|error| {
            match &error.cure {
                Some(cure) if !self.warned.replace(true) => (self.warn)(&format!("a cached session is not used: {error}; {cure}")),
                _ => tracing::info!("a cached session is not used: {error}"),
            }
            None
        })
    }

    /// Removes expired sessions from the folder of `key` and from another folder, a different one each minute: never all at once.
    fn sweep(&self, key: &SessionKey) {
        let now = clock::now();
        let minute = now.as_unix() / 60;
        for folder in [key.as_str()[..2].to_owned(), format!("{:02x}", minute.rem_euclid(256))] {
            let folder = self.folder.join(folder);
            for name in files::names_in(&folder).unwrap_or_default() {
                let path = folder.join(&name);
                let expires = match files::read_private(&path) {
                    Ok(Some(content)) => seal::expiration(&content),
                    // For example, a pipe or a file that is far too large.
                    Err(error) if error.kind == ErrorKind::InvalidData => None,
                    // A file that cannot be read now is left alone.
                    Ok(None) | Err(_) => continue,
                };
                let over = if SessionKey::parse(&name).is_some() {
                    // A damaged session file counts as expired.
                    expires.is_none_or(|expires| expires <= now)
                } else {
                    // Left by a killed process; a recent one without an end may still be being written.
                    expires.map_or_else(|| files::is_abandoned(&path, now), |expires| expires <= now)
                };
                if over {
                    // One that stays is removed another time.
                    let _ = files::remove(&path);
                }
            }
        }
    }
}

/// A view of the sessions without a keystore.
pub struct AtRest<'a>(&'a SessionFiles<'a>);

impl Expirations for AtRest<'_> {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        self.0.expiration_at_rest(key)
    }
}

impl Expirations for SessionFiles<'_> {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        self.began.get_or_init(|| self.drops.seen(&self.owner.base));
        // Read again: another process may have written it since.
        self.read.borrow_mut().remove(key);
        seal::expiration(&self.content(key)?)
    }
}

impl SessionCache for SessionFiles<'_> {
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials> {
        self.content(key)?;
        let session = self.opened(key).map(|(session, _)| session);
        if session.is_none() {
            tracing::info!(session = key.as_str(), "a cached session cannot be decrypted; vault makes a new one");
        }
        session
    }

    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials) {
        let label = Label {
            profile: self.owner.profile.clone(),
            call: step.call.kind(),
            role_arn: step.call.role().map(|role| role.arn.to_string()),
            mfa_serial: step.with_code.as_ref().map(ToString::to_string),
            base: self.owner.base.clone(),
        };
        // A keystore may ask for a passphrase: not while others wait for the lock.
        self.keys.existing();
        let locked = self.keys.lock();
        let is_dropped = self.began.get().is_some_and(|began| *began != self.drops.seen(&self.owner.base));
        let cache_key = if is_dropped {
            Err("cached sessions were dropped while this one was made".to_owned())
        } else {
            self.keys.latest_or_new(&locked)
        };
        let outcome = cache_key.and_then(|cache_key| {
            let Some(content) = seal::seal(&cache_key, key, session, &label) else { return Ok(()) };
            let path = self.path(key);
            let folder = path.parent().unwrap_or(&self.folder);
            files::create_private_directory(folder).map_err(|error| error.to_string())?;
            files::write_disposable(&path, &content).map_err(|error| error.to_string())
        });
        drop(locked);
        match outcome {
            Ok(()) => self.sweep(key),
            // Credentials in hand are never thrown away because they could not be stored.
            Err(reason) if !self.warned.replace(true) => {
                (self.warn)(&format!("the session is not cached, so the next command asks again: {reason}"));
            }
            // One warning is enough: a chain of roles fails for the same reason.
            Err(reason) => tracing::info!("the session is not cached either: {reason}"),
        }
        self.read.borrow_mut().remove(key);
    }
}

/// Whether a folder of sessions has this name.
pub(super) fn is_group(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The name of the cache key in the kernel's keyring. There is one keyring per user: the folder's path distinguishes two homes of one user.
fn key_description(directories: &Directories) -> String {
    let digest = Sha256::digest(directories.cache.as_os_str().as_encoded_bytes());
    format!("vault:sessions:{}", hex::encode(&digest[..8]))
}

/// The name of the base in a session's label.
#[must_use]
pub(crate) fn base_label(base: &Base) -> String {
    match base {
        Base::StoredKey { key_id, .. } => key_id.to_string(),
        Base::Source(source) => source.profile().to_string(),
    }
}
