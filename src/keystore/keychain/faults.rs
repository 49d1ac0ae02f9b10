//! Turns a keychain's failure into its cause. Never quotes the content of an item or a foreign type's debug form.

use std::error::Error as StdError;

use keyring_core::Error;
use zeroize::Zeroize as _;

use super::unavailable::unavailable;
use crate::keystore::ItemName;
use crate::model::Backend;
use crate::ports::KeyStoreError;

/// The cause of a failure, as reported by a platform.
#[cfg_attr(not(target_os = "macos"), allow(dead_code, reason = "not every platform tells them all apart"))]
pub(super) enum Cause {
    Locked(String),
    Cancelled(String),
    Denied(String),
    Unavailable(String),
}

/// How a platform interprets its own errors.
pub(super) type CauseOf = fn(&(dyn StdError + 'static)) -> Cause;

pub(super) fn fault(cause: CauseOf, item: &ItemName, mut error: Error) -> KeyStoreError {
    let backend = Backend::Keychain;
    let corrupt = |reason: &str| KeyStoreError::Corrupt { backend, item: item.to_string(), reason: reason.to_owned() };
    wipe(&mut error);
    match error {
        Error::NoEntry => KeyStoreError::NotFound { backend, item: item.to_string(), elsewhere: Vec::new() },
        Error::NoStorageAccess(error) | Error::PlatformFailure(error) => match cause(&*error) {
            Cause::Locked(reason) => KeyStoreError::Locked { backend, reason },
            Cause::Cancelled(reason) => KeyStoreError::Cancelled { backend, reason },
            Cause::Denied(reason) => KeyStoreError::Denied { backend, reason },
            Cause::Unavailable(reason) => unavailable(reason),
        },
        Error::BadEncoding(_) | Error::BadDataFormat(..) => corrupt("its content is damaged"),
        Error::TooLong(what, limit) => KeyStoreError::Denied { backend, reason: format!("the {what} is longer than the limit of {limit}") },
        Error::Invalid(what, reason) => KeyStoreError::Denied { backend, reason: format!("the {what} {reason}") },
        Error::Ambiguous(entries) => corrupt(&format!("there are {} items of that name", entries.len())),
        Error::BadStoreFormat(reason) | Error::NotSupportedByStore(reason) => unavailable(reason),
        _ => unavailable("it failed with an unknown error"),
    }
}

/// Wipes the data in an error, which may be a secret.
fn wipe(error: &mut Error) {
    if let Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) = error {
        bytes.zeroize();
    }
}
