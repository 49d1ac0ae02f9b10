//! Stands where a keychain would be in a build without one. Holds nothing.

use secrecy::SecretSlice;

use super::{ItemName, KeychainState, unavailable};
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

const ABSENT: &str = "this build of the program has no keychain";

pub(super) const NEEDS_SCREEN: bool = false;

/// There are none, ever.
pub(super) enum Items {}

#[expect(clippy::unnecessary_wraps, reason = "where there is a keychain, it may be there")]
pub(super) fn absent(_env: &Environment) -> Option<String> {
    Some(ABSENT.to_owned())
}

pub(super) fn state() -> Result<KeychainState, KeyStoreError> {
    Err(unavailable(ABSENT))
}

pub(super) fn items() -> Result<Items, KeyStoreError> {
    Err(unavailable(ABSENT))
}

pub(super) fn prepare() -> Result<(), KeyStoreError> {
    Err(unavailable(ABSENT))
}

pub(super) fn unlock() -> Result<(), KeyStoreError> {
    Err(unavailable(ABSENT))
}

pub(super) fn shows(_item: &ItemName) -> bool {
    false
}

pub(super) fn list() -> Result<Vec<ItemName>, KeyStoreError> {
    Err(unavailable(ABSENT))
}

impl Items {
    pub(super) fn load(&self, _item: &ItemName) -> Result<SecretSlice<u8>, KeyStoreError> {
        match *self {}
    }

    pub(super) fn save(&self, _item: &ItemName, _secret: &SecretSlice<u8>) -> Result<(), KeyStoreError> {
        match *self {}
    }

    pub(super) fn delete(&self, _item: &ItemName) -> Result<(), KeyStoreError> {
        match *self {}
    }
}
