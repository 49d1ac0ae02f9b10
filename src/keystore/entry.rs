//! One entry of the index: what is known of a stored key without unlocking anything. Never holds a secret.

use crate::model::{AccessKeyId, Backend, ProfileName, Rotation, RotationNote, StoredKey, Timestamp};

/// One stored key: a name may have one in each keystore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: ProfileName,
    pub backend: Backend,
    /// `None` if the entry was found in its keystore without unlocking it, and while its item is being changed.
    pub key_id: Option<AccessKeyId>,
    pub stored_at: Option<Timestamp>,
    /// The IAM user whose key it is, if AWS was asked when it was stored.
    pub user: Option<String>,
    /// The key that a run started to store. If that run was killed, the item may be that key, the one before it, or nothing.
    pub changing_to: Option<AccessKeyId>,
    /// Whether a run began to remove it. If that run was killed, the item may be gone and its sessions may remain.
    pub removing: bool,
    /// Increases with each stored key: a clock can go back, and two keys can be stored within a second.
    pub order: Option<u64>,
    /// How far the rotation of the key is, while one is under way.
    pub rotation: Option<RotationNote>,
    /// The keys of the same user that were the current ones before it, the newest first: what they signed is still good.
    pub previous: Vec<AccessKeyId>,
}

impl Entry {
    /// An entry of which nothing is known except that it exists.
    #[must_use]
    pub(super) fn unread(name: &ProfileName, backend: Backend) -> Self {
        Self {
            name: name.clone(),
            backend,
            key_id: None,
            stored_at: None,
            user: None,
            changing_to: None,
            removing: false,
            order: None,
            rotation: None,
            previous: Vec::new(),
        }
    }

    /// Whether a run began to store the first key there, and nothing else is known.
    pub(super) fn is_only_begun(&self) -> bool {
        self.key_id.is_none() && self.changing_to.is_some() && self.stored_at.is_none()
    }

    /// The key of a name with the greatest of these was stored last.
    #[must_use]
    pub fn stored_order(&self) -> (Option<u64>, Option<Timestamp>) {
        (self.order, self.stored_at)
    }

    /// Its name in a sentence. In the middle of a rotation, this names both keys: the secret of the second one is stored nowhere else.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.in_words_or("another key")
    }

    /// The same, with `unknown` as the name of a key whose id the index does not know.
    #[must_use]
    pub fn in_words_or(&self, unknown: &str) -> String {
        let key = self.key_id.as_ref().map_or_else(|| unknown.to_owned(), |id| format!("key {id}"));
        match self.rotation.as_ref().and_then(|rotation| rotation.other.as_ref()) {
            Some(other) => format!("{key} with key {other} of its unfinished rotation"),
            None => key,
        }
    }

    /// The keys whose secrets are stored there: the current one, and in the middle of a rotation the one alongside it.
    pub fn key_ids(&self) -> impl Iterator<Item = &AccessKeyId> {
        self.key_id.iter().chain(self.rotation.iter().filter_map(|rotation| rotation.other.as_ref()))
    }

    /// The same, and the key that a run began to store, which may be there.
    pub(super) fn possible_ids(&self) -> impl Iterator<Item = &AccessKeyId> {
        self.key_ids().chain(&self.changing_to)
    }

    /// The keys whose sessions belong to the entry: a rotation keeps the sessions of earlier keys.
    pub fn signers(&self) -> impl Iterator<Item = &AccessKeyId> {
        self.key_id.iter().chain(&self.previous)
    }

    /// Whether a session that was made from this key belongs to the entry.
    #[must_use]
    pub fn has_signed(&self, base: &str) -> bool {
        self.signers().any(|id| id.as_str() == base)
    }

    /// Whether the entry matches its item.
    #[must_use]
    pub(super) fn describes(&self, key: &StoredKey) -> bool {
        self.key_id.as_ref() == Some(&key.current.key_id) && self.rotation == key.rotation.as_ref().map(Rotation::note)
    }

    /// The keys before the current one, once `key_id` has become one of them.
    #[must_use]
    pub(super) fn previous_with(&self, key_id: &AccessKeyId, current: &AccessKeyId) -> Vec<AccessKeyId> {
        /// No session lasts long enough for more to matter.
        const MOST: usize = 8;
        let others = self.previous.iter().filter(|known| *known != key_id).cloned();
        std::iter::once(key_id.clone()).chain(others).filter(|known| known != current).take(MOST).collect()
    }

    #[must_use]
    pub(super) fn is_of(&self, name: &ProfileName, backend: Backend) -> bool {
        self.name == *name && self.backend == backend
    }
}
