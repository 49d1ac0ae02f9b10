//! Keeps the index correct while an item changes: it drops the id, the item changes, then it records the new id. Never lets it name a
//! key that the item may not hold.

use super::entry::Entry;
use super::keystores::Keystores;
use super::unwritten::{unwritable, warn_unwritten};
use crate::model::{AccessKeyId, Backend, ProfileName, Rotation, StoredKey};
use crate::ports::KeyStoreError;

/// The result of `disclaim_unless`.
pub(super) enum Claim {
    /// The entry has no id now. The old entry.
    Dropped(Option<Entry>),
    /// Nothing was changed: another keystore has other entries than expected.
    OtherElsewhere,
}

/// Returns the old entry.
fn disclaim_in(entries: &mut Vec<Entry>, name: &ProfileName, backend: Backend, to: Option<&AccessKeyId>) -> Option<Entry> {
    if let Some(entry) = entries.iter_mut().find(|entry| entry.is_of(name, backend)) {
        let before = entry.clone();
        (entry.key_id, entry.changing_to, entry.removing) = (None, to.cloned(), to.is_none());
        return Some(before);
    }
    entries.extend(to.map(|to| Entry { changing_to: Some(to.clone()), ..Entry::unread(name, backend) }));
    None
}

impl Keystores<'_> {
    /// Drops the id of the name from the index, before its item changes. Returns the old entry.
    pub(super) fn disclaim(&self, name: &ProfileName, backend: Backend, to: Option<&AccessKeyId>) -> Result<Option<Entry>, KeyStoreError> {
        let mut before = None;
        self.index.change(|| self.found(), |entries| before = disclaim_in(entries, name, backend, to)).map_err(unwritable)?;
        Ok(before)
    }

    /// The same, unless the entries of the name in other keystores differ from `elsewhere`: they change under other locks, so only this
    /// check is safe.
    pub(super) fn disclaim_unless(
        &self,
        name: &ProfileName,
        backend: Backend,
        to: &AccessKeyId,
        elsewhere: &[Entry],
    ) -> Result<Claim, KeyStoreError> {
        let mut claim = Claim::OtherElsewhere;
        let edit = |entries: &mut Vec<Entry>| {
            let by_now = entries.iter().filter(|entry| entry.name == *name && entry.backend != backend);
            if by_now.eq(elsewhere) {
                claim = Claim::Dropped(disclaim_in(entries, name, backend, Some(to)));
            }
        };
        self.index.change(|| self.found(), edit).map_err(unwritable)?;
        Ok(claim)
    }

    /// Restores the old entry of the index. A keychain may still finish later what it did not do in time:
    /// then the index records no id.
    pub(super) fn after_failure(&self, name: &ProfileName, backend: Backend, before: Option<Entry>) {
        if before.is_some() && backend == Backend::Keychain && self.keychain.may_have_done_it() {
            return;
        }
        self.edit(|entries| {
            entries.retain(|entry| !entry.is_of(name, backend));
            entries.extend(before);
        });
    }

    /// Records a key that was just stored, as the latest one.
    pub(super) fn note_stored(&self, new: Entry) {
        self.edit(|entries| {
            let order = entries.iter().filter_map(|entry| entry.order).max().map_or(0, |last| last.saturating_add(1));
            entries.retain(|entry| !entry.is_of(&new.name, new.backend));
            entries.push(Entry { order: Some(order), ..new });
        });
    }

    pub(super) fn note(&self, new: Entry) {
        self.edit(|entries| {
            entries.retain(|entry| !entry.is_of(&new.name, new.backend));
            entries.push(new);
        });
    }

    /// Changes an index that records too little: if it cannot be written, it stays that way.
    pub(super) fn edit(&self, edit: impl FnOnce(&mut Vec<Entry>)) {
        if let Err(error) = self.index.change(|| self.found(), edit) {
            warn_unwritten(&error);
        }
    }

    /// Removes a key from the index that its keystore no longer has, or never had. The entry of a killed removal stays: the removal
    /// can then be repeated, and knows whose sessions to drop.
    pub(super) fn forget_missing(&self, entry: &Entry) {
        let _held = match self.index.unless_changing(entry.backend) {
            Ok(Some(held)) => held,
            Ok(None) => return,
            Err(error) => return warn_unwritten(&error),
        };
        // It may have been stored since.
        if matches!(self.load(&entry.name, entry.backend), Err(KeyStoreError::NotFound { .. })) {
            self.edit(|entries| entries.retain(|known| known.removing || !known.is_of(&entry.name, entry.backend)));
        }
    }

    /// Updates the index if it does not match the key that was just read. Returns the key as it then is.
    pub(super) fn correct(&self, known: Option<&Entry>, name: &ProfileName, backend: Backend, read: StoredKey) -> StoredKey {
        let _held = match self.index.unless_changing(backend) {
            Ok(Some(held)) => held,
            Ok(None) => return read,
            Err(error) => {
                warn_unwritten(&error);
                return read;
            }
        };
        // A writer may have finished or been killed since: read the item again under the lock.
        let now = self.entry_by_now(name, backend).unwrap_or_default();
        let read = if now.as_ref() == known && known.is_some_and(|entry| entry.key_id.is_some()) {
            read
        } else {
            match self.load(name, backend) {
                Ok(again) => again,
                Err(_) => return read,
            }
        };
        let (order, stored_at) = now.as_ref().map(Entry::stored_order).unwrap_or_default();
        let (current, rotation) = (&read.current.key_id, read.rotation.as_ref());
        // Another key may be another user's, unless the item or the entry says that one of the two replaces the other.
        let in_item = |key_id: &AccessKeyId| {
            key_id == current || rotation.and_then(|rotation| rotation.stage.other()).is_some_and(|other| other.key_id == *key_id)
        };
        let is_same_users = |entry: &Entry| entry.possible_ids().any(in_item);
        let known = now.filter(is_same_users).unwrap_or_else(|| Entry::unread(name, backend));
        let before = rotation.and_then(|rotation| rotation.stage.key_before()).map_or(current, |key| &key.key_id);
        let previous = known.previous_with(before, current);
        let (key_id, rotation) = (Some(current.clone()), rotation.map(Rotation::note));
        self.note(Entry { key_id, stored_at, order, rotation, previous, changing_to: None, removing: false, ..known });
        read
    }
}
