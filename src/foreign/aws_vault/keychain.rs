//! aws-vault's keychain on macOS: a keychain file of its own, whose items hold the key and nothing around it. Reads only.

use std::path::Path;

use security_framework::base::Error;
use security_framework::item::{ItemClass, ItemSearchOptions, Limit};
use security_framework::os::macos::keychain::SecKeychain;
use security_framework::os::macos::passwords::find_generic_password;

use super::item::{found, is_session, raw};
use super::{Contents, StoreFault};
use crate::foreign::{Held, StoreKind};
use crate::keystore::time_limit;
use crate::model::shown;
use crate::os::env::Environment;
use crate::os::{dirs, files};

const KIND: StoreKind = StoreKind::Keychain;

/// What its items are filed under.
const SERVICE: &str = "aws-vault";

/// What the keychain holds. The system asks the person to unlock it.
///
/// # Errors
/// When there is no such keychain, or it stays locked.
pub fn read(env: &Environment) -> Result<Contents, StoreFault> {
    let not_there = |place: String| StoreFault::NotThere { kind: KIND, place };
    let path = super::seen::keychain(env).ok_or_else(|| not_there("the home folder, because there is no home folder".to_owned()))?;
    if !files::exists(&path) {
        return Err(not_there(format!("`{}`", shown(&dirs::with_tilde(&path)))));
    }
    let seconds = time_limit::OF_A_PERSON.as_secs();
    time_limit::within(time_limit::OF_A_PERSON, move || read_now(&path))
        .unwrap_or_else(|| Err(StoreFault::Locked { kind: KIND, reason: format!("nobody answered its prompt within {seconds} seconds") }))
}

fn read_now(path: &Path) -> Result<Contents, StoreFault> {
    const NOT_FOUND: i32 = -25300;
    let keychain = SecKeychain::open(path).map_err(failed)?;
    let mut search = ItemSearchOptions::new();
    search.keychains(std::slice::from_ref(&keychain)).class(ItemClass::generic_password()).service(SERVICE).load_attributes(true);
    let items = match search.limit(Limit::All).search() {
        Ok(items) => items,
        Err(error) if error.code() == NOT_FOUND => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let mut contents = Contents::default();
    for name in items.iter().filter_map(|item| item.simplify_dict()?.remove("acct")) {
        if is_session(&name) {
            contents.sessions += 1;
            continue;
        }
        let held = match find_generic_password(Some(std::slice::from_ref(&keychain)), SERVICE, &name) {
            Ok((content, _)) => raw(content.as_ref()),
            Err(error) => match failed(error) {
                // The next would ask again.
                fault @ (StoreFault::Locked { .. } | StoreFault::Refused { .. }) if contents.found.is_empty() => return Err(fault),
                fault => Held::Unreadable(fault.to_string()),
            },
        };
        contents.found.push(found(KIND, &name, held));
    }
    Ok(contents)
}

/// The codes are those of `SecBase.h`.
fn failed(error: Error) -> StoreFault {
    const USER_CANCELED: i32 = -128;
    const AUTH_FAILED: i32 = -25293;
    const INTERACTION_NOT_ALLOWED: i32 = -25308;
    const INTERACTION_REQUIRED: i32 = -25315;
    match error.code() {
        USER_CANCELED => StoreFault::Refused { kind: KIND, reason: "the prompt was cancelled".to_owned() },
        AUTH_FAILED => StoreFault::Refused { kind: KIND, reason: "the keychain's password was wrong, or access was refused".to_owned() },
        INTERACTION_NOT_ALLOWED | INTERACTION_REQUIRED => {
            StoreFault::Locked { kind: KIND, reason: "it cannot ask without a screen".to_owned() }
        }
        _ => StoreFault::Unavailable { kind: KIND, reason: error.to_string() },
    }
}
