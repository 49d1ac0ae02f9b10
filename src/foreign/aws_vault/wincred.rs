//! aws-vault's credentials in the Credential Manager of Windows, which hold the key and nothing around it. Reads only.

use std::collections::HashMap;

use keyring_core::Error;
use keyring_core::api::CredentialStoreApi as _;
use windows_native_keyring_store::Store;
use zeroize::{Zeroize as _, Zeroizing};

use super::item::{found, is_session, raw};
use super::{Contents, StoreFault};
use crate::foreign::{Held, StoreKind};

const KIND: StoreKind = StoreKind::WinCred;

/// What comes before the name of a profile: the library's prefix, and the service of aws-vault.
const PREFIX: &str = "aws-vault:aws-vault:";

/// What there is of aws-vault.
///
/// # Errors
/// When the Credential Manager fails.
pub fn read() -> Result<Contents, StoreFault> {
    // With nothing between the parts of a name and after them, the name is all that follows the prefix.
    let configuration = HashMap::from([("prefix", PREFIX), ("divider", ""), ("suffix", "")]);
    let store = Store::new_with_configuration(&configuration).map_err(failed)?;
    let entries = store.search(&HashMap::from([("pattern", "^aws-vault:aws-vault:")])).map_err(failed)?;
    let mut contents = Contents::default();
    for entry in entries {
        let Some((_, name)) = entry.get_specifiers() else { continue };
        if is_session(&name) {
            contents.sessions += 1;
            continue;
        }
        let held = match entry.get_secret() {
            Ok(secret) => raw(&Zeroizing::new(secret)),
            Err(error) => Held::Unreadable(failed(error).to_string()),
        };
        contents.found.push(found(KIND, &name, held));
    }
    if contents.found.is_empty() && contents.sessions == 0 {
        return Err(StoreFault::NotThere { kind: KIND, place: "the Credential Manager".to_owned() });
    }
    Ok(contents)
}

// Security: some of its errors carry what was read.
fn failed(mut error: Error) -> StoreFault {
    if let Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) = &mut error {
        bytes.zeroize();
        return StoreFault::Unavailable { kind: KIND, reason: "its content is damaged".to_owned() };
    }
    StoreFault::Unavailable { kind: KIND, reason: error.to_string() }
}
