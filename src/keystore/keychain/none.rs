//! The keychain of a build without one: always absent. Stores nothing.

use super::platform::{Items, Platform};
use super::unavailable::unavailable;
use crate::keystore::ItemName;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

const ABSENT: &str = "this build of the program has no keychain";

/// No keychain.
pub(super) struct Native;

impl Platform for Native {
    fn absent(&self, _env: &Environment) -> Option<String> {
        Some(ABSENT.to_owned())
    }

    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
        Err(unavailable(ABSENT))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        Err(unavailable(ABSENT))
    }
}
