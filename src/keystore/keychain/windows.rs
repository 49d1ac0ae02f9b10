//! The Credential Manager of Windows. Never lets a key roam to other machines of a domain.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use windows_native_keyring_store::Store;

use super::faults::{Cause, fault};
use super::items::KeyringItems;
use super::platform::{Items, KeychainState, Platform};
use crate::keystore::ItemName;
use crate::ports::KeyStoreError;

/// A credential's name here is built from the item's and the service's names.
const PREFIX: &str = "vault:";
const DIVIDER: &str = "@";

/// The Credential Manager.
pub(super) struct Native;

impl Platform for Native {
    /// The login unlocks it.
    fn state(&self) -> Result<KeychainState, KeyStoreError> {
        store().map(|_| KeychainState::Unlocked)
    }

    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
        let modifier = |_: &ItemName| Some(("persistence", "Local".to_owned()));
        // The Credential Manager does not distinguish `Prod` and `prod`, like some file systems.
        Ok(Box::new(KeyringItems { store: store()?, modifier, name: ItemName::file_stem, cause }))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        let all = ItemName::reserved("list");
        let entries = store()?.search(&HashMap::from([("pattern", "^vault:.*@vault$")])).map_err(|error| fault(cause, &all, error))?;
        Ok(entries.iter().filter_map(|entry| ItemName::from_file_stem(&entry.get_specifiers()?.1)).collect())
    }
}

fn cause(error: &(dyn StdError + 'static)) -> Cause {
    Cause::Unavailable(error.to_string())
}

fn store() -> Result<Arc<Store>, KeyStoreError> {
    let configuration = HashMap::from([("prefix", PREFIX), ("divider", DIVIDER), ("service_no_divider", "true")]);
    Store::new_with_configuration(&configuration).map_err(|error| fault(cause, &ItemName::reserved("store"), error))
}
