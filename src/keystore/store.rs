//! The interface of each keystore. Never decides which keystore is used.

use secrecy::SecretSlice;

use super::ItemName;
use crate::ports::KeyStoreError;

/// A store for secrets, which it treats as bytes.
pub trait SecretStore {
    /// # Errors
    /// `NotFound` if there is no such item; finding that out never prompts.
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError>;

    /// Stores the item, replacing one of that name.
    ///
    /// # Errors
    /// When it is not safely stored; an older one is then still there.
    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError>;

    /// # Errors
    /// `NotFound` if there was no such item, another error if it is still there.
    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError>;

    /// The items that can be seen without unlocking anything. One that is missing here may still be there.
    ///
    /// # Errors
    /// When the list is not available.
    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError>;
}
