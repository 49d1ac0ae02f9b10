//! What a run that copies keys has to know of a keystore. Never changes one.

use std::path::PathBuf;

use super::Keystores;
use crate::model::{Backend, LongTermCredentials, ProfileName};
use crate::ports::KeyStoreError;

impl Keystores<'_> {
    /// The key of this name in this keystore alone, read from it again.
    ///
    /// # Errors
    /// See [`KeyStoreError`].
    pub fn stored_in(&self, name: &ProfileName, backend: Backend) -> Result<LongTermCredentials, KeyStoreError> {
        self.load(name, backend).map(|key| key.current)
    }

    /// The file that a key of this name has, or would have, in the password-store; `None` if there is no such store.
    #[must_use]
    pub fn file_in_pass(&self, name: &ProfileName) -> Option<PathBuf> {
        self.pass.file_of(&name.into()).ok()
    }
}
