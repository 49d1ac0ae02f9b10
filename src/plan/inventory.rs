//! What the planner needs to know of the world: which names have a stored key. Never holds a secret.

use std::collections::BTreeMap;

use crate::model::{AccessKeyId, ProfileName};

/// Which names have a stored long-term key, with the key's id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    stored_keys: BTreeMap<ProfileName, AccessKeyId>,
}

impl Inventory {
    #[must_use]
    pub fn of(stored_keys: impl IntoIterator<Item = (ProfileName, AccessKeyId)>) -> Self {
        Self { stored_keys: stored_keys.into_iter().collect() }
    }

    #[must_use]
    pub fn stored_key(&self, name: &ProfileName) -> Option<&AccessKeyId> {
        self.stored_keys.get(name)
    }
}
