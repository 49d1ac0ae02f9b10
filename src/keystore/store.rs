//! What each keystore does for the secrets of this program. Never says which of several is used.

use secrecy::SecretSlice;

use super::ItemName;
use crate::ports::KeyStoreError;

/// One place for secrets, which it takes for mere bytes.
pub trait SecretStore {
    /// # Errors
    /// `NotFound` where there is no such item; no prompt is shown to find that out.
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError>;

    /// Stores the item, in place of one of that name.
    ///
    /// # Errors
    /// When it is not safely stored; an older one is then still there.
    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError>;

    /// # Errors
    /// `NotFound` where there was no such item, another state where it is still there.
    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError>;

    /// The items that can be seen without unlocking anything. One that is missing here may still be there.
    ///
    /// # Errors
    /// When nothing can be said.
    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError>;
}
