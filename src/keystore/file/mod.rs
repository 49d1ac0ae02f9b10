//! The `file` keystore: one age file per item, all opened by one identity that the passphrase protects. Storing unlocks the identity as
//! reading does, so that nothing is encrypted to somebody else's; no secret is ever written unencrypted.
//!
//! Everything can be read without this program: `age -d -i identity.age ITEM.age` asks for the passphrase and prints the item.

mod identity;
mod passphrase;
mod unavailable;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use age::x25519;
use secrecy::{ExposeSecret, SecretSlice};

use self::identity::{IDENTITY, IdentityFile};
pub use self::passphrase::{NoPassphrasePrompt, PassphrasePrompt};
use self::unavailable::{unavailable, unusable};
use super::place::check_place;
use super::{Before, ItemName, ItemState, SecretStore, payload, warned};
use crate::model::{Backend, path_in_shell, shown};
use crate::os::dirs::Directories;
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::{KeyStoreError, NoNotices, Notices};

const SUFFIX: &str = ".age";

/// Items as encrypted files in `keys/` of the data directory.
pub struct FileStore<'a> {
    directory: PathBuf,
    identity: IdentityFile<'a>,
    /// So that one run asks for the passphrase once, even if the kernel keyring fails.
    unlocked: Mutex<Option<x25519::Identity>>,
}

impl<'a> FileStore<'a> {
    /// `unlock_ttl` is how long, in seconds, the unlocked identity may stay in the kernel keyring; 0 is not at all.
    #[must_use]
    pub fn new(directories: &Directories, env: &'a Environment, prompt: &'a dyn PassphrasePrompt, unlock_ttl: u32) -> Self {
        let directory = directories.keys();
        let identity = IdentityFile {
            sealed: directory.join(IDENTITY),
            lock: directories.locks().join("identity.lock"),
            env,
            notices: &NoNotices,
            prompt,
            unlock_ttl,
        };
        Self { directory, identity, unlocked: Mutex::new(None) }
    }

    /// The same, and output of the passphrase command goes to `notices`.
    #[must_use]
    pub fn heard_through(mut self, notices: &'a dyn Notices) -> Self {
        self.identity.notices = notices;
        self
    }

    /// Makes the next use ask for the passphrase again. `false` if the kernel still holds an unlocked identity.
    pub fn lock(&self) -> bool {
        if let Ok(mut unlocked) = self.unlocked.lock() {
            *unlocked = None;
        }
        self.identity.forget().inspect_err(|error| tracing::info!("the unlocked identity is kept: {error}")).is_ok()
    }

    /// The state of the item's file: whether it begins as age writes it, and has not lost its end.
    pub(super) fn look(&self, item: &ItemName) -> ItemState {
        seen(&self.path(item))
    }

    /// The same for the file of the identity.
    pub(super) fn look_at_identity(&self) -> ItemState {
        seen(&self.identity.sealed)
    }

    /// Whether the next use asks the user for the passphrase.
    pub(super) fn is_locked(&self) -> bool {
        !self.unlocked.lock().is_ok_and(|unlocked| unlocked.is_some()) && self.identity.is_locked()
    }

    /// Runs with the identity, which `unlock` provides the first time.
    fn with_identity<T>(
        &self,
        unlock: impl FnOnce(&IdentityFile<'_>) -> Result<x25519::Identity, KeyStoreError>,
        work: impl FnOnce(&x25519::Identity) -> T,
    ) -> Result<T, KeyStoreError> {
        let mut unlocked = self.unlocked.lock().map_err(|_| poisoned())?;
        let identity = match &mut *unlocked {
            Some(identity) => identity,
            empty => {
                warn_if_open_to_others(&self.identity.sealed);
                empty.insert(unlock(&self.identity)?)
            }
        };
        Ok(work(identity))
    }

    /// Runs with the identity that the item is to be encrypted to.
    fn to_save<T>(&self, item: &ItemName, work: impl FnOnce(&x25519::Identity) -> T) -> Result<T, KeyStoreError> {
        files::create_private_directory(&self.directory).map_err(|error| unavailable(&error))?;
        check_place(Backend::File, &self.path(item))?;
        // If there are items but no identity, a new one would hide that the old one is lost.
        let must_exist = !self.item_files()?.is_empty();
        self.with_identity(|identity| identity.unlock_or_create(must_exist), work)
    }

    fn path(&self, item: &ItemName) -> PathBuf {
        self.directory.join(item.file_stem() + SUFFIX)
    }

    /// The files that only the identity opens, except its own.
    fn item_files(&self) -> Result<Vec<String>, KeyStoreError> {
        let names = files::names_in(&self.directory).map_err(|error| unavailable(&error))?;
        Ok(names
            .into_iter()
            .filter(|name| name != IDENTITY && !name.starts_with('.') && files::instead_of_a_file(&self.directory.join(name)).is_none())
            .filter_map(|name| name.strip_suffix(SUFFIX).map(str::to_owned))
            .collect())
    }
}

impl SecretStore for FileStore<'_> {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        // Before any prompt: a missing name needs no passphrase.
        let path = self.path(item);
        let sealed = files::read_private(&path).map_err(|error| unusable(&path, &error))?.ok_or_else(|| not_found(item))?;
        warn_if_open_to_others(&path);
        let unlock = |identity: &IdentityFile<'_>| identity.unlock()?.ok_or_else(|| identity.missing());
        let content =
            self.with_identity(unlock, |identity| identity::decrypt(identity, &sealed))?.map_err(|error| KeyStoreError::Corrupt {
                backend: Backend::File,
                item: item.to_string(),
                reason: format!("`{}`: {}", shown(&path), identity::words(&error)),
            })?;
        Ok(payload::exact(&content))
    }

    fn get_ready_to_save(&self, item: &ItemName) -> Result<(), KeyStoreError> {
        self.to_save(item, |_| ())
    }

    fn save_after(&self, item: &ItemName, secret: &SecretSlice<u8>, before: Before<'_>) -> Result<(), KeyStoreError> {
        let sealed = self
            .to_save(item, |identity| identity::encrypt(&identity.to_public(), secret.expose_secret()))?
            .map_err(|error| KeyStoreError::Unavailable { backend: Backend::File, reason: error.to_string() })?;
        before()?;
        files::write_private(&self.path(item), &sealed).map_err(|error| unavailable(&error))
    }

    fn delete_after(&self, item: &ItemName, before: Before<'_>) -> Result<(), KeyStoreError> {
        if !files::exists(&self.path(item)) {
            return Err(not_found(item));
        }
        check_place(Backend::File, &self.path(item))?;
        before()?;
        let removed = files::remove(&self.path(item)).map_err(|error| unavailable(&error))?;
        if removed { Ok(()) } else { Err(not_found(item)) }
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        Ok(self.item_files()?.iter().filter_map(|stem| ItemName::from_file_stem(stem)).collect())
    }
}

fn seen(path: &Path) -> ItemState {
    match files::read_private(path) {
        Ok(None) => ItemState::Missing,
        Ok(Some(sealed)) => identity::visible_fault(&sealed).map_or(ItemState::Present, ItemState::Damaged),
        Err(error) if error.cure.is_some() => ItemState::Untrusted,
        Err(error) => ItemState::Damaged(error.to_string()),
    }
}

// Security: with a copy of these files, an attacker can try passphrases at leisure.
fn warn_if_open_to_others(path: &Path) {
    if files::is_open_to_others(path) {
        let shown = shown(path);
        warned::once(&shown, || tracing::warn!("others may read the key file `{shown}`: run `chmod 600 {}`", path_in_shell(path)));
    }
}

fn not_found(item: &ItemName) -> KeyStoreError {
    KeyStoreError::NotFound { backend: Backend::File, item: item.to_string(), elsewhere: Vec::new() }
}

fn poisoned() -> KeyStoreError {
    KeyStoreError::Unavailable { backend: Backend::File, reason: "an earlier use of it failed half-way".to_owned() }
}
