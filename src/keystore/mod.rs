//! Where long-term keys are: the platform's keychain, encrypted files, or `pass`. Never writes a secret in the clear.

mod choose;
mod claims;
mod file;
mod index;
mod item;
mod keychain;
mod keystores;
mod pass;
mod payload;
mod warned;

use secrecy::SecretSlice;

pub use self::choose::Choice;
pub use self::file::{FileStore, NoPassphrasePrompt, PassphrasePrompt};
pub use self::index::Entry;
pub use self::item::ItemName;
pub use self::keychain::{KeychainState, KeychainStore};
pub use self::keystores::{Keystores, Removal, Settings};
pub use self::pass::PassStore;
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
