//! aws-vault's stores: where they are, what their items are called, and what is in one. Reads only.
//!
//! aws-vault keeps its items through the library `keyring` of 99designs, in one of several backends.

pub mod file;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod item;
mod jwe;
#[cfg_attr(not(all(feature = "keychain", target_os = "macos")), path = "no_keychain.rs")]
pub mod keychain;
pub mod pass;
#[cfg_attr(all(feature = "keychain", unix, not(target_os = "macos")), path = "secret_service.rs")]
#[cfg_attr(not(all(feature = "keychain", unix, not(target_os = "macos"))), path = "no_secret_service.rs")]
pub mod secret_service;
mod seen;
#[cfg_attr(not(all(feature = "keychain", windows)), path = "no_wincred.rs")]
pub mod wincred;

pub use seen::{PASS_PREFIX, USUAL_PREFIX, seen};

use crate::os::files::FileError;
use crate::ports::KeyStoreError;

use super::StoreKind;

/// What a store holds.
#[derive(Default)]
pub struct Contents {
    pub found: Vec<super::Found>,
    /// How many of its items are sessions and sign-ins, which are not keys.
    pub sessions: usize,
}

/// Why a store cannot be read. Each state has its own variant, since each has its own cure.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("there is no {} store of aws-vault at {place}", .kind.as_str())]
    NotThere { kind: StoreKind, place: String },
    #[error("aws-vault's {} store is locked: {reason}", .kind.as_str())]
    Locked { kind: StoreKind, reason: String },
    /// The person or the system said no.
    #[error("aws-vault's {} store refused: {reason}", .kind.as_str())]
    Refused { kind: StoreKind, reason: String },
    #[error("aws-vault's {} store is not available: {reason}", .kind.as_str())]
    Unavailable { kind: StoreKind, reason: String },
    #[error(transparent)]
    File(#[from] FileError),
    /// Of the program that keeps both its store and ours.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
}
