//! The interface of a platform's keychain. A new platform is one file that implements it, listed in `mod.rs`. Never limits how long a call
//! takes: the store does.

use secrecy::SecretSlice;

use crate::keystore::ItemName;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// The state of a keychain, without unlocking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainState {
    /// It is ready for use.
    Unlocked,
    /// It needs to be unlocked first.
    Locked,
    /// It runs, but has no collection yet.
    Empty,
}

/// A platform's keychain. Any of its calls may hang, so they run on threads that can be abandoned.
pub(super) trait Platform: Sync {
    /// Whether it prompts in its own windows, and therefore needs a screen here. Most systems know where to ask.
    fn needs_screen(&self) -> bool {
        false
    }

    /// Why there cannot be a keychain, known without asking it.
    fn absent(&self, _env: &Environment) -> Option<String> {
        None
    }

    /// Unlocks nothing and never prompts. Most list their items even while they are locked, and unlock as part of the first
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

    /// Creates a collection for items if there is none yet.
    ///
    /// # Errors
    /// When there is none afterwards.
    fn prepare(&self) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// Asks the user to unlock it, if that is not part of the first use.
    ///
    /// # Errors
    /// When it stays locked.
    fn unlock(&self) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// Whether there is such an item, as far as can be seen without unlocking anything.
    ///
    /// # Errors
    /// When that cannot be asked.
    fn shows(&self, item: &ItemName) -> Result<bool, KeyStoreError> {
        Ok(self.list()?.contains(item))
    }

    /// The items that can be seen without unlocking anything.
    ///
    /// # Errors
    /// When the list is not available.
    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError>;
}

/// The items of one opened keychain; the errors are those of [`SecretStore`](crate::keystore::SecretStore).
pub(super) trait Items {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError>;

    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError>;

    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError>;
}
