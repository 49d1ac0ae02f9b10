//! The Secret Service of a Linux or BSD desktop (GNOME Keyring, `KWallet`, `KeePassXC`), over D-Bus. Never starts a bus, and never unlocks
//! anything only to look.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::path::PathBuf;

use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use zbus::DBusError as _;
use zbus_secret_service_keyring_store::Store;

use super::faults::{Cause, fault};
use super::items::{KeyringItems, SERVICE};
use super::platform::{Items, KeychainState, Platform};
use super::unavailable::unavailable;
use crate::keystore::ItemName;
use crate::model::Backend;
use crate::os::env::Environment;
use crate::os::files;
use crate::ports::KeyStoreError;

/// libsecret's name for a new default collection.
const COLLECTION: &str = "Default keyring";

/// The Secret Service of the session.
pub(super) struct Native;

impl Platform for Native {
    /// Its prompts are windows.
    fn needs_screen(&self) -> bool {
        true
    }

    fn absent(&self, env: &Environment) -> Option<String> {
        let bus = env.path("XDG_RUNTIME_DIR").unwrap_or_else(|| PathBuf::from(format!("/run/user/{}", rustix::process::getuid().as_raw())));
        let reachable = env.os("DBUS_SESSION_BUS_ADDRESS").is_some() || files::exists(&bus.join("bus"));
        (!reachable).then(|| "there is no D-Bus session here, so there is no Secret Service".to_owned())
    }

    fn state(&self) -> Result<KeychainState, KeyStoreError> {
        let service = connect()?;
        match service.get_default_collection() {
            Ok(collection) => match collection.is_locked() {
                Ok(true) => Ok(KeychainState::Locked),
                Ok(false) => Ok(KeychainState::Unlocked),
                // An alias may point to a removed collection.
                Err(Error::Zbus(error)) if is_missing_object(&error) => Ok(KeychainState::Empty),
                Err(error) => Err(failed(&error)),
            },
            Err(Error::NoResult) => Ok(KeychainState::Empty),
            Err(error) => Err(failed(&error)),
        }
    }

    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
        let store = Store::new().map_err(|error| fault(cause, &ItemName::reserved("store"), error))?;
        let modifier = |item: &ItemName| Some(("label", format!("vault ({item})")));
        Ok(Box::new(KeyringItems { store, modifier, name: ItemName::to_string, cause }))
    }

    /// Creates the default collection, for which the service asks the user for a password.
    fn prepare(&self) -> Result<(), KeyStoreError> {
        let service = connect()?;
        service.create_collection(COLLECTION, "default").map(drop).map_err(|error| failed(&error))
    }

    /// Unlocks the default collection; the service asks the user for its password.
    fn unlock(&self) -> Result<(), KeyStoreError> {
        let service = connect()?;
        service.get_default_collection().and_then(|collection| collection.unlock()).map_err(|error| failed(&error))
    }

    /// GNOME Keyring finds an item in a locked collection by the hashes of its attributes, without unlocking it.
    fn shows(&self, item: &ItemName) -> Result<bool, KeyStoreError> {
        let service = connect()?;
        let found = service.search_items(HashMap::from([("service", SERVICE), ("username", item.as_str())]));
        let found = found.map_err(|error| failed(&error))?;
        Ok(!found.unlocked.is_empty() || !found.locked.is_empty())
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        let service = connect()?;
        let found = service.search_items(HashMap::from([("service", SERVICE)])).map_err(|error| failed(&error))?;
        let mut names = Vec::new();
        for item in found.unlocked.iter().chain(&found.locked) {
            let attributes = item.get_attributes().map_err(|error| failed(&error))?;
            // A collection that has not been unlocked since login shows only hashes of its names.
            let name = attributes.get("username").ok_or_else(|| failed(&Error::Locked))?;
            names.extend(ItemName::parse(name));
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// For looking only: no secret is transferred, so the session needs no encryption.
fn connect() -> Result<SecretService<'static>, KeyStoreError> {
    SecretService::connect(EncryptionType::Plain).map_err(|error| failed(&error))
}

pub(crate) fn failed(error: &Error) -> KeyStoreError {
    match cause_of(error) {
        Cause::Locked(reason) => KeyStoreError::Locked { backend: Backend::Keychain, reason },
        Cause::Cancelled(reason) => KeyStoreError::Cancelled { backend: Backend::Keychain, reason },
        Cause::Denied(reason) => KeyStoreError::Denied { backend: Backend::Keychain, reason },
        Cause::Unavailable(reason) => unavailable(reason),
    }
}

fn cause(error: &(dyn StdError + 'static)) -> Cause {
    error.downcast_ref::<Error>().map_or_else(|| Cause::Unavailable(error.to_string()), cause_of)
}

fn cause_of(error: &Error) -> Cause {
    match error {
        Error::Locked => Cause::Locked("its collection is locked".to_owned()),
        Error::Prompt => Cause::Denied("its prompt was dismissed, or could not be shown".to_owned()),
        Error::PromptDisconnected => Cause::Locked("it went away while its prompt was open".to_owned()),
        Error::NoResult => Cause::Unavailable("it has no default collection".to_owned()),
        Error::Unavailable => Cause::Unavailable("there is no D-Bus session here, so there is no Secret Service".to_owned()),
        Error::Zbus(error) => from_bus(error),
        Error::ZbusFdo(error) => from_standard(error),
        error => Cause::Unavailable(error.to_string()),
    }
}

fn from_bus(error: &zbus::Error) -> Cause {
    match error {
        zbus::Error::MethodError(name, ..) => by_name(name, error),
        zbus::Error::FDO(fdo) => from_standard(fdo),
        zbus::Error::Connection(..) | zbus::Error::InputOutput(_) => {
            Cause::Unavailable("nothing answers at the address of the D-Bus session".to_owned())
        }
        error => Cause::Unavailable(error.to_string()),
    }
}

fn from_standard(error: &zbus::fdo::Error) -> Cause {
    match error {
        zbus::fdo::Error::ZBus(error) => from_bus(error),
        error => by_name(&error.name(), error),
    }
}

fn by_name(name: &str, error: &dyn StdError) -> Cause {
    match name {
        "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
            Cause::Unavailable("no Secret Service runs on this D-Bus session".to_owned())
        }
        "org.freedesktop.Secret.Error.IsLocked" => Cause::Locked("its collection is locked".to_owned()),
        "org.freedesktop.DBus.Error.AccessDenied" => Cause::Denied(error.to_string()),
        _ => Cause::Unavailable(error.to_string()),
    }
}

fn is_missing_object(error: &zbus::Error) -> bool {
    let is = |name: &str| {
        matches!(
            name,
            "org.freedesktop.DBus.Error.UnknownObject"
                | "org.freedesktop.DBus.Error.UnknownMethod"
                | "org.freedesktop.Secret.Error.NoSuchObject"
        )
    };
    match error {
        zbus::Error::MethodError(name, ..) => is(name),
        zbus::Error::FDO(fdo) => match &**fdo {
            zbus::fdo::Error::ZBus(error) => is_missing_object(error),
            fdo => is(&fdo.name()),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use zbus::fdo;

    use super::*;

    #[test]
    fn an_error_of_the_bus_is_known_by_its_name() {
        let text = || "IsLocked, AccessDenied, os error: words that name other errors".to_owned();
        let unavailable = |error: zbus::Error| matches!(from_bus(&error), Cause::Unavailable(_));
        for error in [fdo::Error::ServiceUnknown(text()), fdo::Error::NameHasNoOwner(text())] {
            let error = zbus::Error::FDO(Box::new(error));
            assert!(matches!(from_bus(&error), Cause::Unavailable(reason) if reason == "no Secret Service runs on this D-Bus session"));
        }
        assert!(unavailable(zbus::Error::FDO(Box::new(fdo::Error::Failed(text())))));
        assert!(unavailable(zbus::Error::Failure(text())));
        assert!(matches!(from_standard(&fdo::Error::AccessDenied(text())), Cause::Denied(_)));
        let refused = || std::sync::Arc::new(std::io::Error::from(std::io::ErrorKind::ConnectionRefused));
        assert!(
            matches!(from_bus(&zbus::Error::InputOutput(refused())), Cause::Unavailable(reason) if reason.starts_with("nothing answers"))
        );
        for error in [fdo::Error::UnknownObject(text()), fdo::Error::UnknownMethod(text())] {
            assert!(is_missing_object(&error.into()));
        }
        assert!(!is_missing_object(&zbus::Error::Failure("UnknownObject".to_owned())));
    }
}
