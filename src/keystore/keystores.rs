//! Decides which keystore a key is read from and written to, and keeps the index true. Never lets a change of keystore hide a key.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use secrecy::SecretSlice;

use super::index::{Entry, Index, Reading};
use super::unwritten::{unwritable, warn_unwritten};
use super::{Choice, FileStore, ItemName, KeychainStore, PassStore, PassphrasePrompt, SecretStore, payload, warned};
use crate::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, Timestamp};
use crate::os::dirs::{self, Directories};
use crate::os::env::Environment;
use crate::os::files::{self, FileError};
use crate::ports::{KeyStore, KeyStoreError, Notices};

/// What the user may set.
#[derive(Debug, Clone, Default)]
pub struct KeystoreSettings {
    /// The keystore asked for by name; `None` is `auto`.
    pub backend: Option<Backend>,
    /// The same for the keys of single names, in place of the above.
    pub of_names: BTreeMap<ProfileName, Option<Backend>>,
    /// How long, in seconds, the unlocked identity of the `file` keystore may rest in the kernel keyring; 0 is not at all.
    pub unlock_ttl: u32,
    /// The folder of the password-store for the `pass` keystore, unless the environment names another; `None` is its usual one.
    pub pass_prefix: Option<String>,
}

/// All keystores of the user. Making one touches nothing.
pub struct Keystores<'a> {
    directories: &'a Directories,
    settings: KeystoreSettings,
    pub(super) index: Index,
    keychain: KeychainStore,
    file: FileStore<'a>,
    pub(super) pass: PassStore<'a>,
    automatic: OnceLock<Choice>,
}

/// What `remove` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The keys that were there and are not any more.
    pub removed: Vec<Entry>,
    /// Where the index still has a key of that name.
    pub still_in: Vec<Backend>,
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

    /// The same, and what the command that gives a passphrase says goes to `notices`.
    #[must_use]
    pub fn heard_through(mut self, notices: &'a dyn Notices) -> Self {
        self.file = self.file.heard_through(notices);
        self
    }

    /// Every stored key: a name has one entry for each keystore that holds it. Unlocks nothing, and asks the keystores only where there is
    /// no index.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, KeyStoreError> {
        match self.index.read().map_err(unreadable)? {
            Reading::Entries(entries) => Ok(entries),
            Reading::Missing | Reading::Damaged => {
                let found = self.found();
                // Looking for keys makes no home folder where there is none.
                if dirs::home().is_some_and(|home| files::exists(&home))
                    && let Err(error) = self.index.change(|| found.clone(), |_| ())
                {
                    warn_unwritten(&error);
                }
                Ok(found)
            }
        }
    }

    /// What the index says, and nothing where there is none: no keystore is asked.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn indexed(&self) -> Result<Vec<Entry>, KeyStoreError> {
        Ok(self.index.read().map_err(unreadable)?.entries())
    }

    /// The same as it is by now: another process may have changed it before this one had the lock of the keystore.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub(super) fn indexed_by_now(&self) -> Result<Vec<Entry>, KeyStoreError> {
        Ok(self.index.read_anew().map_err(unreadable)?.entries())
    }

    /// The entry that `long_term_credentials` would read, as far as the index knows.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn entry(&self, name: &ProfileName) -> Result<Option<Entry>, KeyStoreError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.name == *name && self.reads_from(entry));
        Ok(entries.into_iter().max_by_key(|entry| entry.stored_at))
    }

    /// A key of this name other than `key_id`, which `store` would replace or hide: in the keystore that it stores to, also where the index
    /// does not know of it, and in every other one that would be read from. Where the index does not know which key it is, the key itself
    /// is read, unless `unlock` is false.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn in_the_way(&self, name: &ProfileName, key_id: &AccessKeyId, unlock: bool) -> Result<Option<Entry>, KeyStoreError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.name == *name && self.reads_from(entry));
        let backend = self.choice(name).backend;
        if !entries.iter().any(|entry| entry.backend == backend) {
            // A keystore that cannot be looked into fails at storing.
            let shown = self.backend(backend).list().is_ok_and(|items| items.contains(&name.into()));
            entries.extend(shown.then(|| Entry::unread(name, backend)));
        }
        // That of the keystore stored to comes first: it would be gone.
        entries.sort_by_key(|entry| entry.backend != backend);
        let other = |mut entry: Entry| match &entry.key_id {
            Some(known) => (known != key_id).then_some(entry),
            // A run that was killed over just this key is repeated.
            None if entry.changing_to.as_ref() == Some(key_id) => None,
            None if unlock => match self.load(name, entry.backend) {
                Ok(found) if found.key_id == *key_id => None,
                Ok(found) => {
                    entry.key_id = Some(found.key_id);
                    Some(entry)
                }
                Err(KeyStoreError::NotFound { .. }) => None,
                // What cannot be read may be any key.
                Err(_) => Some(entry),
            },
            None => Some(entry),
        };
        Ok(entries.into_iter().find_map(other))
    }

    /// Whether `long_term_credentials` would read from the entry's keystore, as the settings stand.
    #[must_use]
    pub fn reads_from(&self, entry: &Entry) -> bool {
        self.asked_for(&entry.name).is_none_or(|backend| backend == entry.backend)
    }

    /// The keystore asked for by name for this key; `None` is `auto`.
    #[must_use]
    pub fn asked_for(&self, name: &ProfileName) -> Option<Backend> {
        self.settings.of_names.get(name).copied().unwrap_or(self.settings.backend)
    }

    /// The other keystores that hold a key of this name, as far as the index knows.
    fn elsewhere(&self, name: &ProfileName, than: Backend) -> Vec<Backend> {
        let entries = self.entries().unwrap_or_default();
        entries.iter().filter(|entry| entry.name == *name && entry.backend != than).map(|entry| entry.backend).collect()
    }

    /// Where a new key of this name goes. May ask the keychain whether it is there, for three seconds at most.
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

    /// To be called once the person has heard of a choice that is news.
    pub fn told(&self, choice: &Choice) {
        choice.remember(self.directories);
    }

    /// Stores the key in the keystore of `choice`, in place of one of that name there. `user` is the IAM user whose key it is, where that is
    /// known.
    ///
    /// The index claims no id for the name while the key is replaced: a run that is killed in between leaves an index that knows less, and
    /// never one that claims another key than there is, whose cached sessions would then be used.
    ///
    /// # Errors
    /// When it is not safely stored. Nothing is changed where the index cannot be written.
    pub fn store(
        &self,
        name: &ProfileName,
        credentials: &LongTermCredentials,
        user: Option<&str>,
        now: Timestamp,
    ) -> Result<Choice, KeyStoreError> {
        let choice = self.choice(name);
        let backend = choice.backend;
        let _held = self.index.changing(backend).map_err(unwritable)?;
        let before = self.disclaim(name, backend, Some(&credentials.key_id))?;
        if let Err(error) = self.backend(backend).save(&name.into(), &payload::of_credentials(credentials)) {
            self.after_failure(name, backend, before);
            return Err(error);
        }
        let (key_id, stored_at) = (Some(credentials.key_id.clone()), Some(now));
        self.note(Entry { key_id, stored_at, user: user.map(str::to_owned), ..Entry::unread(name, backend) });
        Ok(choice)
    }

    /// What `remove` would remove: the key in the keystore asked for by name, else in every one that the index or `auto` knows it in.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn removable(&self, name: &ProfileName) -> Result<Vec<Entry>, KeyStoreError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.name == *name && self.reads_from(entry));
        if entries.is_empty() {
            // The index need not know of it.
            entries.push(Entry::unread(name, self.choice(name).backend));
        }
        Ok(entries)
    }

    /// Removes what `removable` says.
    ///
    /// # Errors
    /// `NotFound` where there was none; any other where one is still there.
    pub fn remove(&self, name: &ProfileName) -> Result<Removal, KeyStoreError> {
        let mut indexed = self.entries()?;
        indexed.retain(|entry| entry.name == *name);
        let removed = self.removable(name)?;
        for Entry { backend, .. } in &removed {
            let is_known = || Ok(self.indexed_by_now()?.iter().any(|entry| entry.is_of(name, *backend)));
            // What the index does not mention needs no lock of it, and none is made for what may not be there at all.
            let _held = if is_known()? { Some(self.index.changing(*backend).map_err(unwritable)?) } else { None };
            let known = is_known()?;
            let before = if known { self.disclaim(name, *backend, None)? } else { None };
            match self.backend(*backend).delete(&name.into()) {
                // What the index remembers and the keystore does not is gone already.
                Err(KeyStoreError::NotFound { .. }) if known => {}
                Err(error) => {
                    if known {
                        self.after_failure(name, *backend, before);
                    }
                    return Err(error);
                }
                Ok(()) => {}
            }
            if known {
                self.edit(|entries| entries.retain(|entry| !entry.is_of(name, *backend)));
            }
        }
        let still_in = indexed.into_iter().map(|entry| entry.backend).filter(|backend| removed.iter().all(|gone| gone.backend != *backend));
        Ok(Removal { still_in: still_in.collect(), removed })
    }

    /// Something of our own, such as the key of the session cache. It is looked for where new keys go.
    ///
    /// # Errors
    /// `NotFound` where it was never kept there.
    pub fn load_reserved(&self, purpose: &'static str) -> Result<SecretSlice<u8>, KeyStoreError> {
        let (item, backend) = (ItemName::reserved(purpose), self.chosen(self.settings.backend).backend);
        let content = self.backend(backend).load(&item)?;
        payload::to_bytes(&content).map_err(|reason| KeyStoreError::Corrupt { backend, item: item.to_string(), reason: reason.to_owned() })
    }

    /// # Errors
    /// When it is not safely kept.
    pub fn save_reserved(&self, purpose: &'static str, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        self.backend(self.chosen(self.settings.backend).backend).save(&ItemName::reserved(purpose), &payload::of_bytes(secret))
    }

    /// Drops what `save_reserved` kept.
    ///
    /// # Errors
    /// When it is still there.
    pub fn remove_reserved(&self, purpose: &'static str) -> Result<(), KeyStoreError> {
        match self.backend(self.chosen(self.settings.backend).backend).delete(&ItemName::reserved(purpose)) {
            Err(KeyStoreError::NotFound { .. }) => Ok(()),
            result => result,
        }
    }

    /// Makes the `file` keystore ask for its passphrase at the next use. `false` where the kernel goes on keeping an unlocked identity.
    pub fn lock(&self) -> bool {
        self.file.lock()
    }

    fn backend(&self, backend: Backend) -> &dyn SecretStore {
        match backend {
            Backend::Keychain => &self.keychain,
            Backend::File => &self.file,
            Backend::Pass => &self.pass,
        }
    }

    pub(super) fn load(&self, name: &ProfileName, backend: Backend) -> Result<LongTermCredentials, KeyStoreError> {
        let content = self.backend(backend).load(&name.into())?;
        payload::to_credentials(&content).map_err(|reason| KeyStoreError::Corrupt {
            backend,
            item: name.to_string(),
            reason: reason.to_owned(),
        })
    }

    /// Looks in every keystore for a key that the index does not know, first where new keys go. The first answer that is not "no such
    /// item" counts, but a keystore that is not in use here is passed over.
    fn search(&self, name: &ProfileName) -> Result<(Backend, LongTermCredentials), KeyStoreError> {
        let first = self.choice(name).backend;
        let missing = match self.load(name, first) {
            Ok(credentials) => return Ok((first, credentials)),
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
                Ok(credentials) => return Ok((backend, credentials)),
                Err(KeyStoreError::NotFound { .. } | KeyStoreError::Unavailable { .. }) => {}
                // A locked keychain that shows no such item is one that is not in use here.
                Err(KeyStoreError::Locked { .. }) if backend == Backend::Keychain && !self.keychain.shows(&name.into()) => {}
                Err(error) => return Err(error),
            }
        }
        Err(missing)
    }

    /// What the keystores themselves list. One that cannot be asked now is found again by name when its key is wanted.
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

fn unreadable(error: FileError) -> KeyStoreError {
    if let Some(cure) = &error.cure {
        return KeyStoreError::Untrusted { reason: error.to_string(), cure: cure.to_string() };
    }
    KeyStoreError::Index { reason: error.to_string(), path: error.path }
}

impl KeyStore for Keystores<'_> {
    /// The key from the keystore that was asked for by name; else from the one where it was stored last; else from wherever it is.
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError> {
        let known = self.entry(name).unwrap_or_else(|error| {
            warned::once("index", || tracing::warn!("{error}"));
            None
        });
        let (backend, credentials) = match &known {
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
        if known.as_ref().and_then(|entry| entry.key_id.as_ref()) != Some(&credentials.key_id) {
            return Ok(self.correct(known.as_ref(), name, backend, credentials));
        }
        Ok(credentials)
    }
}
