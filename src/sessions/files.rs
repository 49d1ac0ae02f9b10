//! Keeps each session in a file of its own, named by its session key. Never fails a run: what cannot be opened is as good as absent.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::model::{SessionCredentials, Timestamp, hex};
use crate::os::dirs::Directories;
use crate::os::{clock, files, kernel_keyring};
use crate::plan::{Base, CredentialPlan, SessionKey, Step};
use crate::ports::SessionCache;

use super::cache_key::{CacheKeyHolder, CacheKeys};
use super::seal::{self, Label};

/// The session cache of one user.
///
/// Files lie in folders by the first two digits of their names, so that expired ones are swept a folder at a time.
pub struct SessionFiles<'a> {
    folder: PathBuf,
    keys: CacheKeys<'a>,
    warn: &'a dyn Fn(&str),
    warned: Cell<bool>,
    /// Files that this run has read, so that each is read once.
    read: RefCell<BTreeMap<SessionKey, Option<Vec<u8>>>>,
    /// For whom sessions are stored in this run.
    owner: Owner,
}

/// What the sessions of one run are labelled with.
#[derive(Debug, Clone, Default)]
struct Owner {
    profile: String,
    base: String,
}

/// What `list` and `clear` know of a cached session.
#[derive(Debug, Clone)]
pub struct CachedSession {
    pub key: SessionKey,
    pub expires: Timestamp,
    pub label: Label,
}

impl<'a> SessionFiles<'a> {
    #[must_use]
    pub fn new(directories: &Directories, holder: &'a dyn CacheKeyHolder, warn: &'a dyn Fn(&str)) -> Self {
        let folder = directories.cache.join("sessions");
        let keys = CacheKeys::new(key_description(directories), &directories.state, holder);
        Self { folder, keys, warn, warned: Cell::new(false), read: RefCell::default(), owner: Owner::default() }
    }

    /// Labels what is stored from now on with the plan that it is made for.
    #[must_use]
    pub fn labelled(mut self, plan: &CredentialPlan) -> Self {
        self.owner = Owner { profile: plan.profile.to_string(), base: base_label(&plan.base) };
        self
    }

    /// Every cached session that can be opened and has not expired.
    #[must_use]
    pub fn all(&self) -> Vec<CachedSession> {
        let mut all = Vec::new();
        let Some(cache_key) = self.keys.existing() else { return all };
        let now = clock::now();
        for key in self.names() {
            let Some(content) = self.content(&key) else { continue };
            if let Some((session, label)) = seal::open(&cache_key, &key, &content)
                && let Some(expires) = session.expiration
                && expires > now
            {
                all.push(CachedSession { key, expires, label });
            }
        }
        all.sort_by(|a, b| (&a.label.profile, a.expires, &a.key).cmp(&(&b.label.profile, b.expires, &b.key)));
        all
    }

    /// The sessions as they can be looked at without a keystore.
    #[must_use]
    pub fn at_rest(&self) -> AtRest<'_> {
        AtRest(self)
    }

    /// When the session under `key` expires, without asking a keystore for anything: where the cache key is held by one, what the file
    /// says is believed.
    fn expiration_at_rest(&self, key: &SessionKey) -> Option<Timestamp> {
        let content = self.content(key)?;
        match self.keys.in_kernel() {
            Some(cache_key) => seal::open(&cache_key, key, &content)?.0.expiration,
            None => seal::expiration(&content).filter(|_| self.keys.in_keystore()),
        }
    }

    /// Drops one session; whether it was there.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn remove(&self, key: &SessionKey) -> Result<bool, files::FileError> {
        self.read.borrow_mut().remove(key);
        files::remove(&self.path(key))
    }

    /// Drops every session, those that cannot be opened too; how many there were.
    ///
    /// # Errors
    /// When a file is there and cannot be removed.
    pub fn remove_all(&self) -> Result<usize, files::FileError> {
        let mut removed = 0;
        for key in self.names() {
            removed += usize::from(self.remove(&key)?);
        }
        Ok(removed)
    }

    fn names(&self) -> Vec<SessionKey> {
        let folders = files::names_in(&self.folder).unwrap_or_default();
        folders
            .iter()
            .flat_map(|folder| files::names_in(&self.folder.join(folder)).unwrap_or_default())
            .filter_map(|name| SessionKey::parse(&name))
            .collect()
    }

    fn path(&self, key: &SessionKey) -> PathBuf {
        self.folder.join(&key.as_str()[..2]).join(key.as_str())
    }

    fn content(&self, key: &SessionKey) -> Option<Vec<u8>> {
        self.read.borrow_mut().entry(key.clone()).or_insert_with(|| files::read_optional(&self.path(key)).ok().flatten()).clone()
    }

    /// Removes expired sessions from the folder of `key` and from one more, a different one each minute: never all at once.
    fn sweep(&self, key: &SessionKey) {
        let now = clock::now();
        let minute = now.as_unix() / 60;
        for folder in [key.as_str()[..2].to_owned(), format!("{:02x}", minute.rem_euclid(256))] {
            let folder = self.folder.join(folder);
            for name in files::names_in(&folder).unwrap_or_default() {
                let path = folder.join(&name);
                // One that cannot be read now is left alone.
                let Ok(Some(content)) = files::read_optional(&path) else { continue };
                let expires = seal::expiration(&content);
                let over = if SessionKey::parse(&name).is_some() {
                    // What is no session file any more is as good as expired.
                    expires.is_none_or(|expires| expires <= now)
                } else {
                    // What a process that was killed left half-way; without an end, and young, it may be one that is being written now.
                    expires.map_or_else(|| files::is_abandoned(&path, now), |expires| expires <= now)
                };
                if over {
                    // One that stays is swept another time.
                    let _ = files::remove(&path);
                }
            }
        }
    }
}

/// What can be said of the sessions without a keystore. Gives none away, and keeps none.
pub struct AtRest<'a>(&'a SessionFiles<'a>);

impl SessionCache for AtRest<'_> {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        self.0.expiration_at_rest(key)
    }

    fn load(&self, _key: &SessionKey) -> Option<SessionCredentials> {
        None
    }

    fn store(&self, _key: &SessionKey, _step: &Step, _session: &SessionCredentials) {}
}

impl SessionCache for SessionFiles<'_> {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        // Read anew: another process may have written it since.
        self.read.borrow_mut().remove(key);
        seal::expiration(&self.content(key)?)
    }

    fn load(&self, key: &SessionKey) -> Option<SessionCredentials> {
        let content = self.content(key)?;
        let session = seal::open(&self.keys.existing()?, key, &content).map(|(session, _)| session);
        if session.is_none() {
            tracing::info!(session = key.as_str(), "a cached session cannot be opened and is made anew");
        }
        session
    }

    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials) {
        let label = Label {
            profile: self.owner.profile.clone(),
            call: step.call.name().to_owned(),
            role_arn: step.call.role().map(|role| role.arn.to_string()),
            mfa_serial: step.with_code.as_ref().map(ToString::to_string),
            base: self.owner.base.clone(),
        };
        let outcome = self.keys.existing_or_new().and_then(|cache_key| {
            let Some(content) = seal::seal(&cache_key, key, session, &label) else { return Ok(()) };
            let path = self.path(key);
            let folder = path.parent().unwrap_or(&self.folder);
            files::create_private_directory(folder).map_err(|error| error.to_string())?;
            files::write_disposable(&path, &content).map_err(|error| error.to_string())
        });
        match outcome {
            Ok(()) => self.sweep(key),
            // Credentials in hand are never thrown away because they could not be kept.
            Err(reason) if !self.warned.replace(true) => {
                (self.warn)(&format!("the session is not cached, so the next command asks again: {reason}"));
            }
            // Once is enough: a chain of roles fails for one reason.
            Err(reason) => tracing::info!("the session is not cached either: {reason}"),
        }
        self.read.borrow_mut().remove(key);
    }
}

/// Forgets the key that seals the sessions of these folders, where the kernel's keyring holds it: what is cached cannot be opened any more.
pub fn forget_cache_key(directories: &Directories) {
    kernel_keyring::forget(&key_description(directories));
}

/// What the cache key is called in the kernel's keyring. That is one per user: the folder's path keeps two homes of one user apart.
fn key_description(directories: &Directories) -> String {
    let digest = Sha256::digest(directories.cache.as_os_str().as_encoded_bytes());
    format!("vault:sessions:{}", hex::encode(&digest[..8]))
}

/// What the base is called in a session's label.
#[must_use]
pub(crate) fn base_label(base: &Base) -> String {
    match base {
        Base::StoredKey { key_id, .. } => key_id.to_string(),
        Base::CredentialProcess { profile, .. }
        | Base::WebIdentityFile { profile, .. }
        | Base::WebIdentityProcess { profile, .. }
        | Base::AwsCli { profile, .. } => profile.to_string(),
    }
}
