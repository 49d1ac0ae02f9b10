//! What the planner needs to know about the world: which names have a stored key. Never holds a secret.

use std::collections::BTreeMap;

use crate::model::{AccessKeyId, ProfileName};

/// Which names have a stored long-term key, with the key's id if it is known without unlocking anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    stored_keys: BTreeMap<ProfileName, Option<AccessKeyId>>,
    /// The IAM users whose keys these are, as far as they are known.
    users: BTreeMap<ProfileName, String>,
    /// The keys of the same users that were replaced not long ago: sessions that they signed are still good.
    previous: BTreeMap<ProfileName, Vec<AccessKeyId>>,
}

impl Inventory {
    #[must_use]
    pub fn of(stored_keys: impl IntoIterator<Item = (ProfileName, AccessKeyId)>) -> Self {
        Self::as_known(stored_keys.into_iter().map(|(name, id)| (name, Some(id))))
    }

    /// The same with keys whose ids are unknown.
    #[must_use]
    pub fn as_known(stored_keys: impl IntoIterator<Item = (ProfileName, Option<AccessKeyId>)>) -> Self {
        Self { stored_keys: stored_keys.into_iter().collect(), ..Self::default() }
    }

    /// The same with the IAM users of the keys.
    #[must_use]
    pub fn with_users(self, users: impl IntoIterator<Item = (ProfileName, String)>) -> Self {
        Self { users: users.into_iter().collect(), ..self }
    }

    /// The same with the keys that were replaced not long ago.
    #[must_use]
    pub fn with_previous(self, previous: impl IntoIterator<Item = (ProfileName, Vec<AccessKeyId>)>) -> Self {
        Self { previous: previous.into_iter().collect(), ..self }
    }

    /// The same as it was before the key of this name was replaced, the latest first; nothing where that was long ago, or never.
    pub fn before_rotations<'a>(&'a self, name: &'a ProfileName) -> impl Iterator<Item = Self> + 'a {
        self.previous.get(name).into_iter().flatten().map(|previous| {
            let mut before = self.clone();
            // It is the same user's.
            before.stored_keys.insert(name.clone(), Some(previous.clone()));
            before
        })
    }

    /// Records the result of a keystore lookup; `None`: there is no such key.
    pub fn learn(&mut self, name: ProfileName, key_id: Option<AccessKeyId>) {
        // The known user belonged to another key.
        if self.stored_key(&name) != key_id.as_ref() {
            self.users.remove(&name);
        }
        match key_id {
            Some(id) => _ = self.stored_keys.insert(name, Some(id)),
            None => _ = self.stored_keys.remove(&name),
        }
    }

    /// Whether a key is stored under the name, as far as is known.
    #[must_use]
    pub fn has_key(&self, name: &ProfileName) -> bool {
        self.stored_keys.contains_key(name)
    }

    /// The IAM user whose key it is, if known.
    #[must_use]
    pub fn user(&self, name: &ProfileName) -> Option<&str> {
        self.users.get(name).map(String::as_str)
    }

    /// The id of that key, if known.
    #[must_use]
    pub fn stored_key(&self, name: &ProfileName) -> Option<&AccessKeyId> {
        self.stored_keys.get(name)?.as_ref()
    }
}
