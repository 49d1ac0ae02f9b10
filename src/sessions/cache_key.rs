//! Decides where the key that seals sessions is: in the kernel's keyring, else in a keystore. Never writes it to a file unencrypted.

use std::cell::RefCell;
use std::path::PathBuf;

use chacha20poly1305::aead::{OsRng, rand_core::RngCore};
use secrecy::{ExposeSecret, SecretSlice};

use crate::os::dirs::Directories;
use crate::os::files::{self, FileLock};
use crate::os::kernel_keyring::{self, KeyringUnusable};

/// Thirty-two random bytes that seal every cached session of one user.
#[derive(Clone)]
pub struct CacheKey(SecretSlice<u8>);

impl CacheKey {
    const LENGTH: usize = 32;

    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = vec![0; Self::LENGTH];
        OsRng.fill_bytes(&mut bytes);
        Self(SecretSlice::from(bytes))
    }

    /// The key in these bytes; `None` if they are not one.
    #[must_use]
    pub fn from_secret(secret: SecretSlice<u8>) -> Option<Self> {
        (secret.expose_secret().len() == Self::LENGTH).then_some(Self(secret))
    }

    pub(super) fn expose(&self) -> &[u8; Self::LENGTH] {
        self.0.expose_secret().try_into().expect("a cache key was measured when it was made")
    }

    /// The bytes, for the keystore that holds them.
    #[must_use]
    pub fn as_secret(&self) -> &SecretSlice<u8> {
        &self.0
    }
}

/// The keystore's part, for when the kernel has no keyring.
pub trait CacheKeyHolder {
    /// The keystore's key; `None` if it has none or cannot be opened now.
    fn load(&self) -> Option<CacheKey>;
    /// Stores the key.
    ///
    /// # Errors
    /// Why it could not.
    fn save(&self, key: &CacheKey) -> Result<(), String>;
    /// Drops the key, if there is one.
    ///
    /// # Errors
    /// Why it is still there.
    fn forget(&self) -> Result<(), String>;
}

/// Where the key is in memory: the kernel's keyring, or a stand-in for it.
pub(super) trait Keyring {
    fn get(&self, description: &str) -> Option<SecretSlice<u8>>;
    fn put(&self, description: &str, secret: &SecretSlice<u8>) -> Result<(), KeyringUnusable>;
    fn forget(&self, description: &str) -> Result<(), KeyringUnusable>;
}

/// The kernel's keyring of this user.
pub(super) struct Kernel;

impl Keyring for Kernel {
    fn get(&self, description: &str) -> Option<SecretSlice<u8>> {
        kernel_keyring::get(description)
    }

    fn put(&self, description: &str, secret: &SecretSlice<u8>) -> Result<(), KeyringUnusable> {
        kernel_keyring::put(description, secret, None)
    }

    fn forget(&self, description: &str) -> Result<(), KeyringUnusable> {
        kernel_keyring::forget(description)
    }
}

/// Finds the cache key, and creates one if there is none.
pub(super) struct CacheKeys<'a> {
    description: String,
    lock_file: PathBuf,
    /// Exists while a keystore holds the key, so that nobody has to unlock it for nothing. It identifies the key.
    marker: PathBuf,
    keyring: &'a dyn Keyring,
    holder: &'a dyn CacheKeyHolder,
    /// The last key that was found. A missing key is looked up again, since another process may create one.
    found: RefCell<Option<Found>>,
}

/// A key, and the marker's content when the keystore was asked for it; `None` if the key came from the kernel.
struct Found {
    key: CacheKey,
    generation: Option<Vec<u8>>,
}

/// The lock of the cache key. Under it, the key and the files sealed with it change together. It guards nothing if there is no place for
/// lock files.
pub(super) struct Locked(#[expect(dead_code, reason = "dropping it lets the next process in")] Option<FileLock>);

impl<'a> CacheKeys<'a> {
    /// `description` names the key in the kernel's keyring.
    pub(super) fn new(description: String, directories: &Directories, keyring: &'a dyn Keyring, holder: &'a dyn CacheKeyHolder) -> Self {
        let (lock_file, marker) = (directories.locks().join("cache-key"), directories.state.join("cache-key-in-keystore"));
        Self { description, lock_file, marker, keyring, holder, found: RefCell::default() }
    }

    /// Waits until no other process changes the key, or seals a session with it. A process must not take it twice.
    pub(super) fn lock(&self) -> Locked {
        let lock = files::lock(&self.lock_file, "another vault to finish changing the session cache");
        Locked(lock.inspect_err(|error| tracing::info!(%error, "there is no place for the lock of the cache key")).ok())
    }

    /// The key, if there is one. Without it, every cached session is useless.
    pub(super) fn existing(&self) -> Option<CacheKey> {
        let known = self.found.borrow().as_ref().map(|found| found.key.clone());
        known.or_else(|| self.look())
    }

    /// The current key: another process may have replaced the one that this run found.
    pub(super) fn latest(&self) -> Option<CacheKey> {
        if let Some(key) = self.in_kernel() {
            return Some(self.remember(key, None));
        }
        let generation = self.generation()?;
        match self.found.take() {
            Some(found) if found.generation.as_ref() == Some(&generation) => Some(self.remember(found.key, Some(generation))),
            _ => self.look(),
        }
    }

    /// The current key, created if there is none.
    ///
    /// # Errors
    /// Why there is no place for one.
    pub(super) fn latest_or_new(&self, locked: &Locked) -> Result<CacheKey, String> {
        if let Some(key) = self.latest() {
            return Ok(key);
        }
        let key = CacheKey::generate();
        if let Some(reason) = self.keep(&key, locked)? {
            tracing::info!(reason, "the keystore still holds an old cache key, which nothing uses");
        }
        Ok(key)
    }

    /// Replaces the current key: nothing that was sealed with the old one can be opened any more. If the old one is still in
    /// a keystore, the result says why.
    ///
    /// # Errors
    /// Why the old key is still the current one.
    pub(super) fn keep(&self, key: &CacheKey, _locked: &Locked) -> Result<Option<String>, String> {
        if self.keyring.put(&self.description, key.as_secret()).is_ok() {
            self.remember(key.clone(), None);
            return Ok(self.forget_in_keystore().err());
        }
        self.holder.save(key)?;
        // After the key: a process that reads the marker before that, and the key after it, checks again next time.
        let generation = new_generation();
        files::write_private(&self.marker, &generation).map_err(|error| error.to_string())?;
        // Last: a key in the kernel wins over one in a keystore, and up to here the old one is valid.
        self.keyring.forget(&self.description).map_err(|error| error.to_string())?;
        self.remember(key.clone(), Some(generation));
        Ok(None)
    }

    /// Drops the key: no session that was sealed with it can be opened again.
    ///
    /// # Errors
    /// Why it is still there.
    pub(super) fn forget(&self) -> Result<(), String> {
        self.found.take();
        let in_kernel = self.keyring.forget(&self.description).map_err(|error| error.to_string());
        let in_keystore = self.forget_in_keystore();
        in_kernel.and(in_keystore)
    }

    fn forget_in_keystore(&self) -> Result<(), String> {
        if self.in_keystore() {
            self.holder.forget()?;
            files::remove(&self.marker).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn remember(&self, key: CacheKey, generation: Option<Vec<u8>>) -> CacheKey {
        self.found.replace(Some(Found { key: key.clone(), generation }));
        key
    }

    /// The key, if the kernel's keyring holds it: asking there unlocks nothing.
    pub(super) fn in_kernel(&self) -> Option<CacheKey> {
        self.keyring.get(&self.description).and_then(CacheKey::from_secret)
    }

    /// Whether a keystore holds the key.
    pub(super) fn in_keystore(&self) -> bool {
        files::exists(&self.marker)
    }

    /// The marker's content; `None` if no keystore holds the key. Each key has a different one, except in older versions.
    fn generation(&self) -> Option<Vec<u8>> {
        files::read_private(&self.marker).unwrap_or_else(|error| {
            tracing::info!(%error, "cannot tell which key the keystore holds");
            Some(Vec::new())
        })
    }

    fn look(&self) -> Option<CacheKey> {
        if let Some(key) = self.in_kernel() {
            return Some(self.remember(key, None));
        }
        // Before the key: if it changes in between, it is read again.
        let generation = self.generation()?;
        let key = self.holder.load()?;
        Some(self.remember(key, Some(generation)))
    }
}

fn new_generation() -> Vec<u8> {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    hex::encode(bytes).into_bytes()
}
