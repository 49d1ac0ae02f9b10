//! Reads and writes items through `keyring-core`, the same on every platform. Never shows what was read, damaged or not.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretSlice};
use zeroize::Zeroizing;

use super::faults::{CauseOf, fault};
use super::platform::Items;
use crate::keystore::{ItemName, payload};
use crate::model::Backend;
use crate::ports::KeyStoreError;

/// The service name of all our items.
pub(super) const SERVICE: &str = "vault";

/// The items of one opened keychain.
pub(super) struct KeyringItems {
    pub(super) store: Arc<CredentialStore>,
    /// What the platform needs to create an item.
    pub(super) modifier: fn(&ItemName) -> Option<(&'static str, String)>,
    /// The item's name there.
    pub(super) name: fn(&ItemName) -> String,
    /// Interprets its errors.
    pub(super) cause: CauseOf,
}

impl Items for KeyringItems {
    fn load(&self, item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        let mut contents: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for entry in self.existing(item)? {
            contents.push(Zeroizing::new(entry.get_secret().map_err(|error| fault(self.cause, item, error))?));
        }
        contents.dedup();
        match &*contents {
            [content] => Ok(payload::exact(content)),
            several => Err(KeyStoreError::Corrupt {
                backend: Backend::Keychain,
                item: item.to_string(),
                reason: format!("there are {} different items of that name; storing the key again makes them the same", several.len()),
            }),
        }
    }

    fn save(&self, item: &ItemName, secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        let write = |entry: &Entry| entry.set_secret(secret.expose_secret());
        match write(&self.entry(item)?) {
            // All of them, so that every one that is read is correct.
            Err(Error::Ambiguous(entries)) => entries.iter().try_for_each(write),
            result => result,
        }
        .map_err(|error| fault(self.cause, item, error))
    }

    fn delete(&self, item: &ItemName) -> Result<(), KeyStoreError> {
        self.existing(item)?.iter().try_for_each(Entry::delete_credential).map_err(|error| fault(self.cause, item, error))
    }
}

impl KeyringItems {
    /// The item, or all items of its name: two collections may each hold one.
    fn existing(&self, item: &ItemName) -> Result<Vec<Entry>, KeyStoreError> {
        let entry = self.entry(item)?;
        match entry.get_credential() {
            Ok(_) => Ok(vec![entry]),
            Err(Error::Ambiguous(entries)) => Ok(entries),
            Err(error) => Err(fault(self.cause, item, error)),
        }
    }

    fn entry(&self, item: &ItemName) -> Result<Entry, KeyStoreError> {
        let modifier = (self.modifier)(item);
        let modifiers: HashMap<_, _> = modifier.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.store.build(SERVICE, &(self.name)(item), Some(&modifiers)).map_err(|error| fault(self.cause, item, error))
    }
}
