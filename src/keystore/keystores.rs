//! Decides which keystore a key is read from and written to, and keeps the index correct. Never lets a change of keystore hide a key.

use std::collections::BTreeMap;
use std::mem;
use std::sync::OnceLock;

use secrecy::SecretSlice;

use super::entry::Entry;
use super::index::{Index, Reading};
use super::unwritten::warn_unwritten;
use super::{Choice, FileStore, ItemName, KeychainStore, PassStore, PassphrasePrompt, SecretStore, payload, warned};
use crate::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, StoredKey};
use crate::os::dirs::{self, Directories};
use crate::os::env::Environment;
use crate::os::files::{self, FileError};
use crate::ports::{KeyStore, KeyStoreError, Notices};

/// The user's choices.
#[derive(Debug, Clone, Default)]
pub struct KeystoreSettings {
    /// The keystore chosen by name; `None` is `auto`.
    pub backend: Option<Backend>,
    /// The same for the keys of single names, instead of the above.
    pub of_names: BTreeMap<ProfileName, Option<Backend>>,
    /// How long, in seconds, the unlocked identity of the `file` keystore may stay in the kernel keyring; 0 is not at all.
    pub unlock_ttl: u32,
    /// The folder of the password-store for the `pass` keystore, unless the environment names another; `None` is its usual one.
    pub pass_prefix: Option<String>,
    /// The choice without the flag or the variable that overrides it in this run.
    pub without_flag: Option<Lasting>,
}

/// The keystores that the settings file chooses.
#[derive(Debug, Clone, Default)]
pub struct Lasting {
    /// `None` is `auto`.
    pub backend: Option<Backend>,
    /// The same for single names.
    pub of_names: BTreeMap<ProfileName, Option<Backend>>,
}

/// All keystores of the user. Creating this touches nothing.
pub struct Keystores<'a> {
    directories: &'a Directories,
    settings: KeystoreSettings,
    pub(super) index: Index,
    pub(super) keychain: KeychainStore,
    pub(super) file: FileStore<'a>,
    pub(super) pass: PassStore<'a>,
    automatic: OnceLock<Choice>,
}

impl<'a> Keystores<'a> {
    #[must_use]
    pub fn new(directories: &'a Directories, env: &'a Environment, prompt: &'a dyn PassphrasePrompt, settings: KeystoreSettings) -> Self {
        Self {
            directories,
            index: Index::new(directories),
            keychain: KeychainStore::new(env),
            file: FileStore::new(directories, env, prompt, settings.unlock_ttl),
            pass: PassStore::new(env, prompt, settings.pass_prefix.as_deref()),
            automatic: OnceLock::new(),
            settings,
        }
    }

    /// These keystores, and output of the passphrase command goes to `notices`.
    #[must_use]
    pub fn heard_through(mut self, notices: &'a dyn Notices) -> Self {
        self.file = self.file.heard_through(notices);
        self
    }

    /// Every stored key: a name has one entry for each keystore that holds it. Unlocks nothing, and asks the keystores only if there is
    /// no index.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, KeyStoreError> {
        match self.index.read().map_err(unreadable)? {
            Reading::Entries(entries) => Ok(entries),
            Reading::Missing | Reading::Damaged => {
                let found = self.found();
                // Looking for keys does not create a missing home folder.
                if dirs::home().is_some_and(|home| files::exists(&home)) {
                    match self.index.change(|| found.clone(), |_| ()) {
                        // Another process may have written a better one meanwhile.
                        Ok(()) => return self.indexed(),
                        Err(error) => warn_unwritten(&error),
                    }
                }
                Ok(found)
            }
        }
    }

    /// The entries of the index, or none if there is no index: no keystore is asked.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn indexed(&self) -> Result<Vec<Entry>, KeyStoreError> {
        Ok(self.index.read().map_err(unreadable)?.entries())
    }

    /// [`Self::indexed`], read again: another process may have changed it before this one got the lock of the keystore.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub(super) fn indexed_by_now(&self) -> Result<Vec<Entry>, KeyStoreError> {
        Ok(self.index.read_anew().map_err(unreadable)?.entries())
    }

    /// The entry of this name in this keystore, read again.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub(super) fn entry_by_now(&self, name: &ProfileName, backend: Backend) -> Result<Option<Entry>, KeyStoreError> {
        Ok(self.indexed_by_now()?.into_iter().find(|entry| entry.is_of(name, backend)))
    }

    /// The entry that `long_term_credentials` would read, as far as the index knows.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn entry(&self, name: &ProfileName) -> Result<Option<Entry>, KeyStoreError> {
        Ok(self.read_from(name, self.entries()?))
    }

    /// The key that took the place of `key_id`, if the rotation of that key did it: a key of the same user.
    // Security: any other key under this name may be another user's.
    #[must_use]
    pub fn rotated_to(&self, name: &ProfileName, key_id: &AccessKeyId) -> Option<AccessKeyId> {
        let entry = self.read_from(name, self.indexed_by_now().ok()?)?;
        entry.key_id.filter(|_| entry.previous.contains(key_id))
    }

    /// The one of these entries that `long_term_credentials` would read.
    fn read_from(&self, name: &ProfileName, mut entries: Vec<Entry>) -> Option<Entry> {
        entries.retain(|entry| entry.name == *name && self.reads_from(entry));
        entries.into_iter().max_by_key(Entry::stored_order)
    }

    /// Those of these entries that `long_term_credentials` would read: one for each name, in the order of the names.
    #[must_use]
    pub fn in_use(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|entry| self.reads_from(entry));
        entries.sort_by(|a, b| (&a.name, a.stored_order()).cmp(&(&b.name, b.stored_order())));
        // If several keystores have the name, the one where it was stored last counts.
        entries.dedup_by(|later, kept| {
            let is_same = later.name == kept.name;
            if is_same {
                mem::swap(later, kept);
            }
            is_same
        });
        entries
    }

    /// Whether `long_term_credentials` would read from the entry's keystore with the current settings.
    #[must_use]
    pub fn reads_from(&self, entry: &Entry) -> bool {
        self.asked_for(&entry.name).is_none_or(|backend| backend == entry.backend)
    }

    /// The keystore chosen by name for this key; `None` is `auto`.
    #[must_use]
    pub fn asked_for(&self, name: &ProfileName) -> Option<Backend> {
        self.settings.of_names.get(name).copied().unwrap_or(self.settings.backend)
    }

    /// The same without the flag or the variable of this run.
    pub(super) fn asked_for_without_flag(&self, name: &ProfileName) -> Option<Backend> {
        let lasting = self.settings.without_flag.as_ref();
        lasting.map_or_else(|| self.asked_for(name), |lasting| lasting.of_names.get(name).copied().unwrap_or(lasting.backend))
    }

    /// The other keystores that hold a key of this name, as far as the index knows.
    fn elsewhere(&self, name: &ProfileName, than: Backend) -> Vec<Backend> {
        let entries = self.entries().unwrap_or_default();
        entries.iter().filter(|entry| entry.name == *name && entry.backend != than).map(|entry| entry.backend).collect()
    }

    /// Where a new key of this name goes. May check whether the keychain is there, for at most three seconds.
    #[must_use]
    pub fn choice(&self, name: &ProfileName) -> Choice {
        self.chosen(self.asked_for(name))
    }

    fn chosen(&self, asked_for: Option<Backend>) -> Choice {
        match asked_for {
            Some(backend) => Choice::asked_for(backend),
            None => self.automatic.get_or_init(|| Choice::automatic(self.keychain.usable()).compared(self.directories)).clone(),
        }
    }

    /// The keystore that keys of no name in particular go to.
    #[must_use]
    pub fn chosen_for_new_keys(&self) -> Backend {
        self.chosen(self.settings.backend).backend
    }

    /// Whether the keystore answers. Nothing is unlocked.
    ///
    /// # Errors
    /// Why it cannot be used now.
    pub fn state(&self, backend: Backend) -> Result<(), KeyStoreError> {
        match backend {
            Backend::Keychain => self.keychain.usable(),
            Backend::File | Backend::Pass => self.backend(backend).list().map(drop),
        }
    }

    /// Call this after the user was told about a new choice.
    pub fn told(&self, choice: &Choice) {
        choice.remember(self.directories);
    }

    /// One of our own items, such as the key of the session cache, from the keystore for new keys.
    ///
    /// # Errors
    /// `NotFound` if it was never stored there.
    pub fn load_reserved(&self, purpose: &'static str) -> Result<SecretSlice<u8>, KeyStoreError> {
        let (item, backend) = (ItemName::reserved(purpose), self.chosen_for_new_keys());
        let content = self.backend(backend).load(&item)?;
        payload::to_bytes(&content).map_err(|reason| corrupt(backend, &item, reason))
    }

    /// # Errors
    /// When it is not safely kept.
    pub fn save_reserved(&self, purpose: &'static str, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        self.backend(self.chosen_for_new_keys()).save(&ItemName::reserved(purpose), &payload::of_bytes(secret))
    }

    /// Drops what `save_reserved` kept.
    ///
    /// # Errors
    /// When it is still there.
    pub fn remove_reserved(&self, purpose: &'static str) -> Result<(), KeyStoreError> {
        match self.backend(self.chosen_for_new_keys()).delete(&ItemName::reserved(purpose)) {
            Err(KeyStoreError::NotFound { .. }) => Ok(()),
            result => result,
        }
    }

    /// Makes the `file` keystore ask for its passphrase at the next use. `false` if the kernel still holds an unlocked identity.
    pub fn lock(&self) -> bool {
        self.file.lock()
    }

    pub(super) fn backend(&self, backend: Backend) -> &dyn SecretStore {
        match backend {
            Backend::Keychain => &self.keychain,
            Backend::File => &self.file,
            Backend::Pass => &self.pass,
        }
    }

    pub(super) fn load(&self, name: &ProfileName, backend: Backend) -> Result<StoredKey, KeyStoreError> {
        let content = self.backend(backend).load(&name.into())?;
        payload::to_key(&content).map_err(|reason| corrupt(backend, name, reason))
    }

    /// Searches every keystore for a key that the index does not know, starting with the one for new keys. The first answer other than "no such
    /// item" counts, but a keystore that is not in use here is skipped.
    fn search(&self, name: &ProfileName) -> Result<(Backend, StoredKey), KeyStoreError> {
        let first = self.choice(name).backend;
        let missing = match self.load(name, first) {
            Ok(key) => return Ok((first, key)),
            Err(error @ KeyStoreError::NotFound { .. }) => error,
            Err(error) => return Err(error),
        };
        if self.asked_for(name).is_some() {
            return Err(match missing {
                KeyStoreError::NotFound { backend, item, .. } => {
                    KeyStoreError::NotFound { backend, item, elsewhere: self.elsewhere(name, backend) }
                }
                error => error,
            });
        }
        for backend in Backend::ALL.into_iter().filter(|backend| *backend != first) {
            match self.load(name, backend) {
                Ok(key) => return Ok((backend, key)),
                Err(KeyStoreError::NotFound { .. } | KeyStoreError::Unavailable { .. }) => {}
                // A locked keychain that lists no such item is not in use here.
                Err(KeyStoreError::Locked { .. }) if backend == Backend::Keychain && !self.keychain.shows(&name.into()) => {}
                Err(error) => return Err(error),
            }
        }
        Err(missing)
    }

    /// The lists of the keystores themselves. A key in one that cannot be asked now is found by name when it is needed.
    pub(super) fn found(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for backend in Backend::ALL {
            match self.backend(backend).list() {
                Ok(items) => entries.extend(items.iter().filter_map(ItemName::profile).map(|name| Entry::unread(&name, backend))),
                Err(error) => tracing::info!("not listed for the index: {error}"),
            }
        }
        entries
    }
}

/// The item exists, but does not hold what was stored.
pub(super) fn corrupt(backend: Backend, item: &impl ToString, reason: &str) -> KeyStoreError {
    KeyStoreError::Corrupt { backend, item: item.to_string(), reason: reason.to_owned() }
}

fn unreadable(error: FileError) -> KeyStoreError {
    if let Some(cure) = &error.cure {
        return KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() };
    }
    KeyStoreError::Index { reason: error.to_string(), path: error.path }
}

impl KeyStore for Keystores<'_> {
    /// The key from the keystore chosen by name; else from the one where it was stored last; else from any other.
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError> {
        let known = self.entry(name).unwrap_or_else(|error| {
            warned::once("index", || tracing::warn!("{error}"));
            None
        });
        let (backend, key) = match &known {
            Some(entry) => match self.load(name, entry.backend) {
                // Another program removed it there; it may still be elsewhere.
                Err(missing @ KeyStoreError::NotFound { .. }) => {
                    self.forget_missing(entry);
                    self.search(name).map_err(|error| match error {
                        KeyStoreError::NotFound { .. } => missing,
                        error => error,
                    })?
                }
                result => (entry.backend, result?),
            },
            None => self.search(name)?,
        };
        let known = known.filter(|entry| entry.backend == backend);
        if !known.as_ref().is_some_and(|entry| entry.describes(&key)) {
            return Ok(self.correct(known.as_ref(), name, backend, key).current);
        }
        Ok(key.current)
    }

    fn key_id_by_now(&self, name: &ProfileName) -> Option<AccessKeyId> {
        self.read_from(name, self.indexed_by_now().ok()?)?.key_id
    }
}
