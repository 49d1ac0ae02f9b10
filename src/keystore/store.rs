//! The interface of each keystore. Never decides which keystore is used.

use secrecy::SecretSlice;

use super::ItemName;
use crate::ports::KeyStoreError;

/// Called right before an item changes, when nothing is left to ask and the keystore is unlocked. If it fails, nothing is changed.
pub type Before<'b> = &'b mut dyn FnMut() -> Result<(), KeyStoreError>;

/// A store for secrets, which it treats as bytes.
pub trait SecretStore {
    /// # Errors
    /// `NotFound` if there is no such item; finding that out never prompts.
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError>;

    /// Asks what storing the item would ask, which then asks nothing: for before a lock that others wait for.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn get_ready_to_save(&self, _item: &ItemName) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// The same for removing an item.
    ///
    /// # Errors
    /// When nothing can be removed.
    fn get_ready_to_delete(&self) -> Result<(), KeyStoreError> {
        Ok(())
    }

    /// Stores the item, replacing one of that name.
    ///
    /// # Errors
    /// When it is not safely stored; an older one is then still there. Also the error of `before`.
    fn save_after(&self, item: &ItemName, secret: &SecretSlice<u8>, before: Before<'_>) -> Result<(), KeyStoreError>;

    /// [`Self::save_after`] with nothing to do before.
    ///
    /// # Errors
    /// When it is not safely stored; an older one is then still there.
    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        self.save_after(item, secret, &mut || Ok(()))
    }

    /// Removes the item.
    ///
    /// # Errors
    /// `NotFound` if there was no such item, another error if it is still there. Also the error of `before`.
    fn delete_after(&self, item: &ItemName, before: Before<'_>) -> Result<(), KeyStoreError>;

    /// [`Self::delete_after`] with nothing to do before.
    ///
    /// # Errors
    /// `NotFound` if there was no such item, another error if it is still there.
    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError> {
        self.delete_after(item, &mut || Ok(()))
    }

    /// The items that can be seen without unlocking anything. One that is missing here may still be there.
    ///
    /// # Errors
    /// When the list is not available.
    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError>;
}
