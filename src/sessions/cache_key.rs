//! Decides where the key that seals sessions is held: in the kernel's keyring, else in a keystore. Never writes it to a file in the clear.

use std::cell::OnceCell;
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
}

/// Finds the cache key, and makes one where there is none.
pub(super) struct CacheKeys<'a> {
    description: String,
    lock_file: PathBuf,
    /// There once the key went to the keystore, so that nobody is asked to unlock it for nothing.
    marker: PathBuf,
    holder: &'a dyn CacheKeyHolder,
    /// Once there is a key it stays the same; that there is none is asked again, since another process may make one.
    found: OnceCell<CacheKey>,
}

impl<'a> CacheKeys<'a> {
    /// `description` names the key in the kernel's keyring.
    pub(super) fn new(description: String, state: &Path, holder: &'a dyn CacheKeyHolder) -> Self {
        let (lock_file, marker) = (state.join("locks").join("cache-key"), state.join("cache-key-in-keystore"));
        Self { description, lock_file, marker, holder, found: OnceCell::new() }
    }

    /// The key, if there is one. Without it every cached session is as good as none.
    pub(super) fn existing(&self) -> Option<CacheKey> {
        if self.found.get().is_none()
            && let Some(key) = self.look()
        {
            return Some(self.found.get_or_init(|| key).clone());
        }
        self.found.get().cloned()
    }

    /// The key, made now if there is none.
    ///
    /// # Errors
    /// Why there is no place for one, in words.
    pub(super) fn existing_or_new(&self) -> Result<CacheKey, String> {
        if let Some(key) = self.existing() {
            return Ok(key);
        }
        // Two processes that make a key at once would each seal sessions that the other cannot open.
        let _lock = files::lock(&self.lock_file).ok();
        if let Some(key) = self.existing() {
            return Ok(key);
        }
        let key = CacheKey::generate();
        if kernel_keyring::put(&self.description, key.as_secret(), None).is_err() {
            self.holder.save(&key)?;
            files::write_private(&self.marker, b"").map_err(|error| error.to_string())?;
        }
        Ok(self.found.get_or_init(|| key).clone())
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
        self.in_kernel().or_else(|| self.in_keystore().then(|| self.holder.load()).flatten())
    }
}
