//! The Credential Manager of Windows. Never lets a key roam to other machines of a domain.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use windows_native_keyring_store::Store;

use super::faults::{Cause, fault};
pub(super) use super::items::Items;
use super::{ItemName, KeychainState};
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// It is unlocked by the login itself.
pub(super) const NEEDS_SCREEN: bool = false;

/// The only name that a credential has here is put together from the item's and the service's.
const PREFIX: &str = "vault:";
const DIVIDER: &str = "@";

pub(super) fn absent(_env: &Environment) -> Option<String> {
    None
}

pub(super) fn state() -> Result<KeychainState, KeyStoreError> {
    store().map(|_| KeychainState::Unlocked)
}

pub(super) fn items() -> Result<Items, KeyStoreError> {
    // The Credential Manager takes `Prod` and `prod` for one name, as a file system may.
    Ok(Items { store: store()?, modifier: |_| Some(("persistence", "Local".to_owned())), name: ItemName::file_stem })
}

#[expect(clippy::unnecessary_wraps, reason = "other keychains can fail here")]
pub(super) fn prepare() -> Result<(), KeyStoreError> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "other keychains can fail here")]
pub(super) fn unlock() -> Result<(), KeyStoreError> {
    Ok(())
}

pub(super) fn shows(item: &ItemName) -> bool {
    list().is_ok_and(|items| items.contains(item))
}

pub(super) fn list() -> Result<Vec<ItemName>, KeyStoreError> {
    let all = ItemName::reserved("list");
    let entries = store()?.search(&HashMap::from([("pattern", "^vault:.*@vault$")])).map_err(|error| fault(&all, error))?;
    Ok(entries.iter().filter_map(|entry| ItemName::from_file_stem(&entry.get_specifiers()?.1)).collect())
}

pub(super) fn cause(error: &(dyn StdError + 'static)) -> Cause {
    Cause::Unavailable(error.to_string())
}

fn store() -> Result<Arc<Store>, KeyStoreError> {
    let configuration = HashMap::from([("prefix", PREFIX), ("divider", DIVIDER), ("service_no_divider", "true")]);
    Store::new_with_configuration(&configuration).map_err(|error| fault(&ItemName::reserved("store"), error))
}
