//! The Secret Service of a Linux or BSD desktop (GNOME Keyring, KWallet, KeePassXC), over D-Bus. Never starts a bus, and never unlocks
//! anything only to look.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::PathBuf;

use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use zbus_secret_service_keyring_store::Store;

use super::faults::{Cause, fault};
use super::items::SERVICE;
pub(super) use super::items::Items;
use super::{ItemName, KeychainState, unavailable};
use crate::model::Backend;
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::KeyStoreError;

/// Prompts are windows.
pub(super) const NEEDS_SCREEN: bool = true;

/// What libsecret calls the collection that it makes where there is none.
const COLLECTION: &str = "Default keyring";

pub(super) fn absent(env: &Environment) -> Option<String> {
    let bus = env.path("XDG_RUNTIME_DIR").unwrap_or_else(|| PathBuf::from(format!("/run/user/{}", rustix::process::getuid().as_raw())));
    let reachable = env.os("DBUS_SESSION_BUS_ADDRESS").is_some() || files::exists(&bus.join("bus"));
    (!reachable).then(|| "there is no D-Bus session here, and so no Secret Service".to_owned())
}

pub(super) fn state() -> Result<KeychainState, String> {
    let words = |error: Error| match cause_of(&error) {
        Cause::Locked(reason) | Cause::Denied(reason) | Cause::Unavailable(reason) => reason,
    };
    // Nothing secret passes, so that the session needs no encryption of its own.
    let service = SecretService::connect(EncryptionType::Plain).map_err(words)?;
    match service.get_default_collection() {
        Ok(collection) => match collection.is_locked() {
            Ok(true) => Ok(KeychainState::Locked),
            Ok(false) => Ok(KeychainState::Unlocked),
            // An alias may point to a collection that was removed.
            Err(Error::Zbus(zbus_error)) if is_missing_object(&zbus_error.to_string()) => Ok(KeychainState::Empty),
            Err(error) => Err(words(error)),
        },
        Err(Error::NoResult) => Ok(KeychainState::Empty),
        Err(error) => Err(words(error)),
    }
}

pub(super) fn items() -> Result<Items, KeyStoreError> {
    let store = Store::new().map_err(|error| fault(&ItemName::reserved("store"), error))?;
    Ok(Items { store, modifier: |item| Some(("label", format!("vault ({item})"))) })
}

/// Makes the default collection, for which the service asks the person for a password.
pub(super) fn prepare() -> Result<(), KeyStoreError> {
    let failed = |error: Error| match cause_of(&error) {
        Cause::Locked(reason) => KeyStoreError::Locked { backend: Backend::Keychain, reason },
        Cause::Denied(reason) => KeyStoreError::Denied { backend: Backend::Keychain, reason },
        Cause::Unavailable(reason) => unavailable(reason),
    };
    let service = SecretService::connect(EncryptionType::Plain).map_err(failed)?;
    service.create_collection(COLLECTION, "default").map(drop).map_err(failed)
}

pub(super) fn list() -> Result<Vec<ItemName>, KeyStoreError> {
    let failed = |error: Error| unavailable(error.to_string());
    let service = SecretService::connect(EncryptionType::Plain).map_err(failed)?;
    let found = service.search_items(HashMap::from([("service", SERVICE)])).map_err(failed)?;
    let mut names: Vec<_> = found
        .unlocked
        .iter()
        .chain(&found.locked)
        .filter_map(|item| item.get_attributes().ok()?.get("username").and_then(|name| ItemName::parse(name)))
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

pub(super) fn cause(error: &(dyn StdError + 'static)) -> Cause {
    error.downcast_ref::<Error>().map_or_else(|| Cause::Unavailable(error.to_string()), cause_of)
}

fn cause_of(error: &Error) -> Cause {
    match error {
        Error::Locked => Cause::Locked("its collection is locked".to_owned()),
        Error::Prompt => Cause::Denied("its prompt was dismissed, or could not be shown".to_owned()),
        Error::PromptDisconnected => Cause::Locked("it went away while its prompt was open".to_owned()),
        Error::NoResult => Cause::Unavailable("it has no default collection".to_owned()),
        Error::Unavailable => Cause::Unavailable("there is no D-Bus session here, and so no Secret Service".to_owned()),
        Error::Zbus(error) => from_bus(&error.to_string()),
        Error::ZbusFdo(error) => from_bus(&error.to_string()),
        error => Cause::Unavailable(error.to_string()),
    }
}

fn from_bus(text: &str) -> Cause {
    if text.contains("ServiceUnknown") || text.contains("NameHasNoOwner") || text.contains("org.freedesktop.secrets was not provided") {
        Cause::Unavailable("no Secret Service runs on this D-Bus session".to_owned())
    } else if text.contains("IsLocked") {
        Cause::Locked("its collection is locked".to_owned())
    } else if text.contains("AccessDenied") {
        Cause::Denied(text.to_owned())
    } else {
        Cause::Unavailable(text.to_owned())
    }
}

fn is_missing_object(text: &str) -> bool {
    text.contains("UnknownObject") || text.contains("UnknownMethod") || text.contains("NoSuchObject")
}
