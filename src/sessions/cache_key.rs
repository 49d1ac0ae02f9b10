//! Decides where the key that seals sessions is held: in the kernel's keyring, else in a keystore. Never writes it to a file in the clear.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{OsRng, rand_core::RngCore};
use secrecy::{ExposeSecret, SecretSlice};

use crate::os::files;
use crate::os::kernel_keyring;

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

    /// The key in these bytes; `None` where they are not one.
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

/// The keystore's part in it, where the kernel has no keyring.
pub trait CacheKeyHolder {
    /// The key that the keystore holds; `None` where it holds none or cannot be opened now.
    fn load(&self) -> Option<CacheKey>;
    /// Keeps the key.
    ///
    /// # Errors
    /// Why it could not, in words.
    fn save(&self, key: &CacheKey) -> Result<(), String>;
    /// Drops the key, where there is one.
    ///
    /// # Errors
    /// Why it is still there, in words.
    fn forget(&self) -> Result<(), String>;
}

/// Finds the cache key, and makes one where there is none.
pub(super) struct CacheKeys<'a> {
    description: String,
    lock_file: PathBuf,
    /// There once the key went to the keystore, so that nobody is asked to unlock it for nothing.
    marker: PathBuf,
    holder: &'a dyn CacheKeyHolder,
    /// The key that was found last. That there is none is asked again, since another process may make one.
    found: RefCell<Option<CacheKey>>,
}

impl<'a> CacheKeys<'a> {
    /// `description` names the key in the kernel's keyring.
    pub(super) fn new(description: String, state: &Path, holder: &'a dyn CacheKeyHolder) -> Self {
        let (lock_file, marker) = (state.join("locks").join("cache-key"), state.join("cache-key-in-keystore"));
        Self { description, lock_file, marker, holder, found: RefCell::default() }
    }

    /// The key, if there is one. Without it every cached session is as good as none.
    pub(super) fn existing(&self) -> Option<CacheKey> {
        let known = self.found.borrow().clone();
        known.or_else(|| self.look())
    }

    /// The key as it is now: another process may have put a new one in place of the one that this run found.
    pub(super) fn latest(&self) -> Option<CacheKey> {
        match self.in_kernel() {
            Some(key) => Some(self.remember(key)),
            None if self.in_keystore() => self.existing(),
            None => None,
        }
    }

    /// The key as it is now, made if there is none.
    ///
    /// # Errors
    /// Why there is no place for one, in words.
    pub(super) fn existing_or_new(&self) -> Result<CacheKey, String> {
        if let Some(key) = self.latest() {
            return Ok(key);
        }
        // Two processes that make a key at once would each seal sessions that the other cannot open.
        let _lock = files::lock(&self.lock_file).ok();
        match self.latest() {
            Some(key) => Ok(key),
            None => self.keep(CacheKey::generate()),
        }
    }

    /// Puts a new key in place of the one that there is. `reseal` is handed both before: what it does not seal anew can never be opened again.
    ///
    /// # Errors
    /// Why the old key is still there, in words.
    // Security: a session file that was dropped may come back, from a backup or by a program of the same user. Only a key that is gone keeps
    // it shut.
    pub(super) fn replace<T>(&self, reseal: impl FnOnce(&CacheKey, &CacheKey) -> T) -> Result<Option<T>, String> {
        let Some(old) = self.latest() else {
            return if self.in_keystore() { Err("the keystore that holds their key cannot be opened".to_owned()) } else { Ok(None) };
        };
        let _lock = files::lock(&self.lock_file).ok();
        let new = CacheKey::generate();
        let resealed = reseal(&old, &new);
        self.keep(new)?;
        Ok(Some(resealed))
    }

    /// Drops the key: no session that was ever sealed can be opened again.
    ///
    /// # Errors
    /// Why it is still there, in words.
    pub(super) fn forget(&self) -> Result<(), String> {
        self.found.take();
        kernel_keyring::forget(&self.description).map_err(|error| error.to_string())?;
        if self.in_keystore() {
            self.holder.forget()?;
            files::remove(&self.marker).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn keep(&self, key: CacheKey) -> Result<CacheKey, String> {
        if kernel_keyring::put(&self.description, key.as_secret(), None).is_err() {
            self.holder.save(&key)?;
            files::write_private(&self.marker, b"").map_err(|error| error.to_string())?;
        }
        Ok(self.remember(key))
    }

    fn remember(&self, key: CacheKey) -> CacheKey {
        self.found.replace(Some(key.clone()));
        key
    }

    /// The key, where the kernel's keyring holds it: asking there unlocks nothing.
    pub(super) fn in_kernel(&self) -> Option<CacheKey> {
        kernel_keyring::get(&self.description).and_then(CacheKey::from_secret)
    }

    /// Whether a keystore was given the key to hold.
    pub(super) fn in_keystore(&self) -> bool {
        files::exists(&self.marker)
    }

    fn look(&self) -> Option<CacheKey> {
        let key = self.in_kernel().or_else(|| self.in_keystore().then(|| self.holder.load()).flatten())?;
        Some(self.remember(key))
    }
}
