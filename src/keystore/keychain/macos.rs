//! The login keychain of macOS. Never touches the system's other keychains.

use std::collections::HashMap;
use std::error::Error as StdError;

use apple_native_keyring_store::keychain::Store;
use keyring_core::api::CredentialStoreApi;
use security_framework::base::Error;

use super::faults::{Cause, fault};
use super::items::{KeyringItems, SERVICE};
use super::platform::{Items, Platform};
use crate::keystore::ItemName;
use crate::ports::KeyStoreError;

/// The keychain of the login.
pub(super) struct Native;

impl Platform for Native {
    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
        let store = Store::new().map_err(|error| fault(cause, &ItemName::reserved("store"), error))?;
        Ok(Box::new(KeyringItems { store, modifier: |_| None, name: ItemName::to_string, cause }))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        let all = ItemName::reserved("list");
        let store = Store::new().map_err(|error| fault(cause, &all, error))?;
        let entries = store.search(&HashMap::from([("service", SERVICE)])).map_err(|error| fault(cause, &all, error))?;
        Ok(entries.iter().filter_map(|entry| ItemName::parse(&entry.get_specifiers()?.1)).collect())
    }
}

/// The codes are those of `SecBase.h`.
fn cause(error: &(dyn StdError + 'static)) -> Cause {
    const USER_CANCELED: i32 = -128;
    const AUTH_FAILED: i32 = -25293;
    const NOT_AVAILABLE: i32 = -25291;
    const NO_SUCH_KEYCHAIN: i32 = -25294;
    const INTERACTION_NOT_ALLOWED: i32 = -25308;
    const INTERACTION_REQUIRED: i32 = -25315;
    match error.downcast_ref::<Error>().map(|error| error.code()) {
        Some(USER_CANCELED) => Cause::Cancelled("the prompt was cancelled".to_owned()),
        Some(AUTH_FAILED) => Cause::Denied("the keychain's password was wrong, or access was refused".to_owned()),
        Some(INTERACTION_NOT_ALLOWED | INTERACTION_REQUIRED) => {
            Cause::Locked("it cannot ask without a screen; `security unlock-keychain` unlocks it".to_owned())
        }
        Some(NOT_AVAILABLE | NO_SUCH_KEYCHAIN) => Cause::Unavailable("the user has no login keychain".to_owned()),
        _ => Cause::Unavailable(error.to_string()),
    }
}
