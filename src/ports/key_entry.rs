//! Where a stored key is written while it is being replaced. Never says how a keystore does it.

use crate::model::StoredKey;

use super::KeyStoreError;

/// One stored key, with how far its rotation is.
pub trait KeyEntry {
    /// Stores it in place of what is there, and reads it back.
    ///
    /// # Errors
    /// When it is not safely stored, or another run has stored another key meanwhile, which is left alone.
    fn save(&self, key: &StoredKey) -> Result<(), KeyStoreError>;
}
