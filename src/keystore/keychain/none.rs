//! Stands where a keychain would be in a build without one. Holds nothing.

use super::platform::{Items, KeychainState, Platform};
use super::unavailable::unavailable;
use crate::keystore::ItemName;
use crate::os::env::Environment;
use crate::ports::KeyStoreError;

const ABSENT: &str = "this build of the program has no keychain";

/// No keychain.
pub(super) struct Native;

impl Platform for Native {
    fn needs_screen(&self) -> bool {
        false
    }

    fn absent(&self, _env: &Environment) -> Option<String> {
        Some(ABSENT.to_owned())
    }

    fn state(&self) -> Result<KeychainState, KeyStoreError> {
        Err(unavailable(ABSENT))
    }

    fn open(&self) -> Result<Box<dyn Items>, KeyStoreError> {
        Err(unavailable(ABSENT))
    }

    fn list(&self) -> Result<Vec<ItemName>, KeyStoreError> {
        Err(unavailable(ABSENT))
    }
}
