//! What a platform's keychain must be able to do. A new platform is one file with an implementation of it, named in `mod.rs`.

use secrecy::SecretSlice;

use crate::keystore::ItemName;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// How the keychain is found to be, without unlocking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainState {
    /// It can be used as it is.
    Unlocked,
    /// It asks the person to unlock it first.
    Locked,
    /// It runs and has nowhere to put anything yet.
    Empty,
}

/// A platform's keychain. Any of its calls may hang: they are made on threads that can be left to themselves.
pub(super) trait Platform: Sync {
    /// Whether it prompts in its own windows, and therefore needs a screen here. Most systems find by themselves where to ask.
    fn needs_screen(&self) -> bool {
        false
    }

    /// Why there can be no keychain at all, known without asking anything.
    fn absent(&self, _env: &Environment) -> Option<String> {
        None
    }

    /// Unlocks nothing, and prompts for nothing. Most show what they hold whether they are locked or not, and unlock as part of the first
    /// use.
    ///
    /// # Errors
    /// When there is none, or it fails.
    fn state(&self) -> Result<KeychainState, KeyStoreError> {
        self.list().map(|_| KeychainState::Unlocked)
    }

    /// Opens it to read and write items.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError>;

    /// Makes a place for items where there is none yet.
    ///
    /// # Errors
    /// When there is none afterwards.
    fn prepare(&self) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// Has the person unlock it, where that is not a part of the first use.
    ///
    /// # Errors
    /// When it stays locked.
    fn unlock(&self) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// Whether there is such an item, as far as can be seen without unlocking anything.
    fn shows(&self, item: &ItemName) -> bool {
        self.list().is_ok_and(|items| items.contains(item))
    }

    /// The items that can be seen without unlocking anything.
    ///
    /// # Errors
    /// When nothing can be said.
    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError>;
}

/// The items of one opened keychain; the errors are those of [`SecretStore`](crate::keystore::SecretStore).
pub(super) trait Items {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError>;

    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError>;

    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError>;
}
