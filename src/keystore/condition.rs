//! The state of keystores and their items, as far as it shows without unlocking anything. Never starts a program, never prompts, and never
//! takes an item that it cannot see for a missing one.

use super::{Entry, ItemName, Keystores};
use crate::model::Backend;

/// The state of an item, as far as it can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemState {
    /// It is there, and nothing about it is wrong.
    Present,
    Missing,
    /// It is there, and nobody can read it. A clause says why.
    Damaged(String),
    /// It was not looked at. A clause says why.
    Unseen(String),
    /// Others can change it, so it is not used.
    Untrusted,
}

impl Keystores<'_> {
    /// The state of the entry's item. The keychain may take seconds to answer.
    #[must_use]
    pub fn item_state(&self, entry: &Entry) -> ItemState {
        let item = ItemName::from(&entry.name);
        match entry.backend {
            Backend::File => self.file.look(&item),
            Backend::Pass => self.pass.look(&item),
            Backend::Keychain => self.keychain.look(&item),
        }
    }

    /// The state of what opens every item of the `file` keystore.
    #[must_use]
    pub fn identity_state(&self) -> ItemState {
        self.file.look_at_identity()
    }

    /// What the keystore asks for when a command next needs a key of it; `None` if it asks for nothing, or if that cannot be seen, as with
    /// gpg's agent.
    #[must_use]
    pub fn locked_by(&self, backend: Backend) -> Option<&'static str> {
        match backend {
            Backend::File => self.file.is_locked().then_some("it asks for its passphrase"),
            Backend::Keychain => self.keychain.is_locked().then_some("it asks for its password"),
            Backend::Pass => None,
        }
    }
}
