//! aws-vault's store in the Secret Service of a Linux or BSD desktop: a collection for itself, or another one that the user chose. Reads
//! only, and unlocks it only where a person can see the question.

use std::time::Duration;

use secret_service::EncryptionType;
use secret_service::blocking::{Collection, SecretService};
use zeroize::Zeroizing;

use super::item::{found, is_session, wrapped};
use super::{Contents, StoreFault};
use crate::foreign::{Held, StoreKind};
use crate::keystore::{KeychainStore, secret_service_failure, time_limit};
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

/// The collection that aws-vault makes.
pub const COLLECTION: &str = "awsvault";

/// What says which profile an item is of.
const PROFILE: &str = "profile";

/// How long it may take if nobody could answer its question.
const WITHOUT_SCREEN: Duration = Duration::from_secs(20);

const KIND: StoreKind = StoreKind::SecretService;

/// What the collection of this name holds.
///
/// # Errors
/// When there is no such collection, or it stays locked.
pub fn read(env: &Environment, collection: &str) -> Result<Contents, StoreFault> {
    // Says within seconds whether a service answers.
    KeychainStore::new(env).state().map_err(of_keystore)?;
    let has_screen = env.has_screen();
    let name = collection.to_owned();
    let limit = if has_screen { time_limit::OF_A_PERSON } else { WITHOUT_SCREEN };
    let read = time_limit::within(limit, move || read_now(&name));
    let unseen = || StoreFault::Locked { kind: KIND, reason: "it cannot ask for its password without a screen".to_owned() };
    match read {
        // A collection without a password is unlocked without a question.
        Some(Err(StoreFault::Locked { .. } | StoreFault::Refused { .. })) | None if !has_screen => Err(unseen()),
        Some(read) => read,
        None => Err(StoreFault::Locked { kind: KIND, reason: format!("nobody answered its prompt within {} seconds", limit.as_secs()) }),
    }
}

fn read_now(name: &str) -> Result<Contents, StoreFault> {
    let service = SecretService::connect(EncryptionType::Dh).map_err(failed)?;
    let all = service.get_all_collections().map_err(failed)?;
    let collection = named(&all, name).ok_or_else(|| StoreFault::NotThere { kind: KIND, place: format!("collection `{name}`") })?;
    if collection.is_locked().map_err(failed)? {
        collection.unlock().map_err(failed)?;
    }
    let mut contents = Contents::default();
    for item in collection.get_all_items().map_err(failed)? {
        let Ok(attributes) = item.get_attributes() else { continue };
        // In a collection with other items, only those of aws-vault have it.
        let Some(profile) = attributes.get(PROFILE) else { continue };
        if is_session(profile) {
            contents.sessions += 1;
            continue;
        }
        let held = match item.get_secret() {
            Ok(secret) => wrapped(&Zeroizing::new(secret)),
            Err(error) => Held::Unreadable(failed(error).to_string()),
        };
        contents.found.push(found(KIND, profile, held));
    }
    contents.found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(contents)
}

/// By the end of its path, as aws-vault finds it; else by its label.
fn named<'a>(all: &'a [Collection<'a>], name: &str) -> Option<&'a Collection<'a>> {
    let path: String = name.bytes().map(path_element).collect();
    let has_path = |collection: &&Collection<'_>| collection.collection_path.as_str().rsplit('/').next() == Some(&path);
    all.iter().find(has_path).or_else(|| all.iter().find(|collection| collection.get_label().is_ok_and(|label| label == name)))
}

/// As the path of a D-Bus object has it: other bytes than letters and digits are `_` and two hexadecimal digits.
fn path_element(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("_{byte:02x}") }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what an error is mapped with")]
fn failed(error: secret_service::Error) -> StoreFault {
    of_keystore(secret_service_failure(&error))
}

/// The failure as one of aws-vault's store: what is locked here need not be our keystore.
fn of_keystore(error: KeyStoreError) -> StoreFault {
    match error {
        KeyStoreError::Locked { reason, .. } => StoreFault::Locked { kind: KIND, reason },
        KeyStoreError::Cancelled { reason, .. } | KeyStoreError::Denied { reason, .. } => StoreFault::Refused { kind: KIND, reason },
        KeyStoreError::Unavailable { reason, .. } => StoreFault::Unavailable { kind: KIND, reason },
        error => error.into(),
    }
}
