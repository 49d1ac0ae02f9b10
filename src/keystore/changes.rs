//! Stores and removes keys. After the last prompt and under the keystore's lock, checks again that it changes what the user agreed to. Never
//! changes any other key.

use super::claims::Claim;
use super::entry::Entry;
use super::unwritten::unwritable;
use super::{Choice, Keystores, payload};
use crate::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, Rotation, StoredKey, Timestamp};
use crate::ports::KeyStoreError;

/// What a new key may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Any key.
    Any,
    /// Only the same key. It may not hide another key either.
    SameKey,
}

/// Where a key was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub choice: Choice,
    /// The other key that it replaced, or that another keystore still has.
    pub instead_of: Option<Entry>,
}

/// The result of `remove`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The removed keys.
    pub removed: Vec<Entry>,
    /// The keystores where the index still has a key of that name.
    pub still_in: Vec<Backend>,
}

/// What stays of an item when its own key is stored again.
#[derive(Default)]
struct Kept {
    rotation: Option<Rotation>,
    previous: Vec<AccessKeyId>,
}

/// An item that is about to change.
struct Begun {
    /// Its entry in the index before.
    before: Option<Entry>,
    instead_of: Option<Entry>,
}

impl Keystores<'_> {
    /// A key of this name other than `key_id`, which `store` would replace or hide: in the target keystore, even if the index does not know
    /// it, and in the keystore that a run without a flag reads. If the index does not know its id, the key itself is read, unless `unlock`
    /// is false.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn in_the_way(&self, name: &ProfileName, key_id: &AccessKeyId, unlock: bool) -> Result<Option<Entry>, KeyStoreError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.name == *name);
        let backend = self.choice(name).backend;
        let lasting = self.asked_for_without_flag(name);
        // A run without a flag that does not read the target keystore uses the same key as before.
        let is_read = |other: Backend| lasting.is_none_or(|lasting| lasting == backend && lasting == other);
        // Without an entry, such a run searches every keystore.
        let is_searched = !entries.iter().any(|entry| is_read(entry.backend));
        for unknown in Backend::ALL.into_iter().filter(|candidate| *candidate == backend || is_searched && is_read(*candidate)) {
            if !entries.iter().any(|entry| entry.backend == unknown) {
                // If a keystore cannot be read, storing fails.
                let shown = self.backend(unknown).list().is_ok_and(|items| items.contains(&name.into()));
                entries.extend(shown.then(|| Entry::unread(name, unknown)));
            }
        }
        let last = entries.iter().filter(|entry| is_read(entry.backend)).map(Entry::stored_order).max();
        entries.retain(|entry| entry.backend == backend || is_read(entry.backend) && Some(entry.stored_order()) == last);
        // The key in the target keystore comes first: it would be lost.
        entries.sort_by_key(|entry| entry.backend != backend);
        Ok(entries.into_iter().find_map(|entry| self.if_other(entry, key_id, backend, unlock)))
    }

    /// The entry, unless it is of the key `key_id`, which is to be stored in `backend`.
    fn if_other(&self, mut entry: Entry, key_id: &AccessKeyId, backend: Backend, unlock: bool) -> Option<Entry> {
        match &entry.key_id {
            Some(known) => (known != key_id).then_some(entry),
            // A killed run for exactly this key is being repeated.
            None if entry.changing_to.as_ref() == Some(key_id) => None,
            // Another run is storing it right now.
            None if entry.changing_to.is_some() && entry.backend != backend && self.index.is_changing(entry.backend) => {
                entry.key_id = entry.changing_to.take();
                Some(entry)
            }
            None if unlock => match self.load(&entry.name, entry.backend) {
                Ok(found) if found.current.key_id == *key_id => None,
                Ok(found) => {
                    entry.key_id = Some(found.current.key_id);
                    Some(entry)
                }
                // Where there is no file, there is no key; storing one says what is there instead.
                Err(KeyStoreError::NotFound { .. } | KeyStoreError::Obstructed { .. }) => None,
                // An unreadable item may be any key.
                Err(_) => Some(entry),
            },
            None => Some(entry),
        }
    }

    /// Stores the key, replacing any key.
    ///
    /// # Errors
    /// As for `store_over`.
    pub fn store(
        &self,
        name: &ProfileName,
        credentials: &LongTermCredentials,
        user: Option<&str>,
        now: Timestamp,
    ) -> Result<Choice, KeyStoreError> {
        self.store_over(name, credentials, user, now, Over::Any).map(|stored| stored.choice)
    }

    /// Stores the key in the keystore of `choice`, replacing one of that name there. `user` is the IAM user whose key it is, if that is
    /// known. `over` is checked under the lock: another run may have stored a key since `in_the_way` was called.
    ///
    /// The index has no id for the name while the key is replaced: a run that is killed in between leaves an index that knows less,
    /// never one that names the wrong key, whose cached sessions would then be used.
    ///
    /// # Errors
    /// `Changed` if another key is in the way. Others when it is not safely stored. Nothing is changed if the index cannot be written
    /// or the keystore stays locked.
    pub fn store_over(
        &self,
        name: &ProfileName,
        credentials: &LongTermCredentials,
        user: Option<&str>,
        now: Timestamp,
        over: Over,
    ) -> Result<Stored, KeyStoreError> {
        let choice = self.choice(name);
        let backend = choice.backend;
        // What the keystore asks comes before the lock that others wait for, and is asked only if the key can be stored.
        self.index.check_changing(backend).map_err(unwritable)?;
        self.backend(backend).get_ready_to_save(&name.into())?;
        let _held = self.index.changing(backend).map_err(unwritable)?;
        let mut begun = None;
        let mut about_to = || {
            begun = Some(self.begin_to_store(name, backend, &credentials.key_id, over)?);
            Ok(())
        };
        let Kept { rotation, previous } = self.kept_of_same_key(name, backend, &credentials.key_id, over)?;
        let note = rotation.as_ref().map(Rotation::note);
        let content = payload::of_key(&StoredKey { current: credentials.clone(), rotation });
        let saved = self.backend(backend).save_after(&name.into(), &content, &mut about_to);
        if let Err(error) = saved {
            if let Some(begun) = begun {
                self.after_failure(name, backend, begun.before);
            }
            return Err(error);
        }
        let (key_id, stored_at) = (Some(credentials.key_id.clone()), Some(now));
        let user = user.map(str::to_owned);
        self.note_stored(Entry { key_id, stored_at, user, rotation: note, previous, ..Entry::unread(name, backend) });
        Ok(Stored { choice, instead_of: begun.and_then(|begun| begun.instead_of) })
    }

    /// What to keep of an item with the same key: during a rotation, the secret of the second key is stored nowhere else.
    fn kept_of_same_key(&self, name: &ProfileName, backend: Backend, key_id: &AccessKeyId, over: Over) -> Result<Kept, KeyStoreError> {
        let known = self.entry_by_now(name, backend)?;
        if let Some(entry) = &known {
            if entry.key_id.as_ref().is_some_and(|known| known != key_id) {
                return Ok(Kept::default());
            }
            if entry.rotation.is_none() && (entry.key_id.is_some() || entry.changing_to.is_some()) {
                return Ok(Kept { rotation: None, previous: entry.previous.clone() });
            }
        }
        // The index may not know which key it is, or that there is one.
        let is_rotating = known.as_ref().is_some_and(|entry| entry.rotation.is_some());
        match self.load(name, backend) {
            Ok(key) if key.current.key_id == *key_id => {
                Ok(Kept { rotation: key.rotation, previous: known.map(|entry| entry.previous).unwrap_or_default() })
            }
            Ok(_) | Err(KeyStoreError::NotFound { .. }) => Ok(Kept::default()),
            // `--force` replaces an item that cannot be read.
            Err(_) if over == Over::Any || !is_rotating => Ok(Kept::default()),
            Err(error) => Err(error),
        }
    }

    fn begin_to_store(&self, name: &ProfileName, backend: Backend, key_id: &AccessKeyId, over: Over) -> Result<Begun, KeyStoreError> {
        loop {
            self.indexed_by_now()?;
            let instead_of = self.in_the_way(name, key_id, over == Over::SameKey)?;
            if over == Over::SameKey
                && let Some(other) = instead_of
            {
                return Err(KeyStoreError::Changed { backend: other.backend, item: name.to_string() });
            }
            let elsewhere: Vec<_> = self.entries()?.into_iter().filter(|entry| entry.name == *name && entry.backend != backend).collect();
            if let Claim::Dropped(before) = self.disclaim_unless(name, backend, key_id, &elsewhere)? {
                return Ok(Begun { before, instead_of });
            }
        }
    }

    /// What `remove` would remove: the key in the keystore chosen by name, else in every one that the index or `auto` knows.
    ///
    /// # Errors
    /// When the index is there and cannot be read.
    pub fn removable(&self, name: &ProfileName) -> Result<Vec<Entry>, KeyStoreError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.name == *name && self.reads_from(entry));
        if entries.is_empty() {
            // The index may not know it.
            entries.push(Entry::unread(name, self.choice(name).backend));
        }
        Ok(entries)
    }

    /// Removes what `removable` returns.
    ///
    /// # Errors
    /// `NotFound` where there was none; any other where one is still there.
    pub fn remove(&self, name: &ProfileName) -> Result<Removal, KeyStoreError> {
        let (removal, outcome) = self.remove_agreed(name, None);
        outcome.map(|()| removal)
    }

    /// Removes only the keys that the user `agreed` to remove, as `removable` returned them; with `None`, what `removable` returns now.
    /// Returns what was removed, even if something failed.
    ///
    /// The error is `NotFound` if there was no key, `Changed` if one is no longer the key agreed to, any other if one is still there.
    pub fn remove_agreed(&self, name: &ProfileName, agreed: Option<&[Entry]>) -> (Removal, Result<(), KeyStoreError>) {
        let mut removed = Vec::new();
        let outcome = self.remove_each(name, agreed, &mut removed);
        let left = self.indexed_by_now().unwrap_or_default().into_iter().filter(|entry| entry.name == *name);
        let still_in = left.map(|entry| entry.backend).filter(|backend| removed.iter().all(|gone: &Entry| gone.backend != *backend));
        let still_in = still_in.collect();
        (Removal { removed, still_in }, outcome)
    }

    fn remove_each(&self, name: &ProfileName, agreed: Option<&[Entry]>, removed: &mut Vec<Entry>) -> Result<(), KeyStoreError> {
        self.indexed_by_now()?;
        let wanted = agreed.map_or_else(|| self.removable(name), |agreed| Ok(agreed.to_vec()))?;
        if agreed.is_some() {
            // Before the first of several is gone.
            wanted.iter().try_for_each(|entry| check_agreed(entry, self.entry_by_now(name, entry.backend)?.as_ref()))?;
        }
        let mut missing = None;
        for entry in &wanted {
            match self.remove_one(entry, agreed.is_some()) {
                Ok(gone) => removed.push(gone),
                Err(error @ KeyStoreError::NotFound { .. }) => missing = Some(error),
                Err(error) => return Err(error),
            }
        }
        missing.filter(|_| removed.is_empty()).map_or(Ok(()), Err)
    }

    /// Removes one key. Returns its entry in the index at that moment.
    fn remove_one(&self, wanted: &Entry, is_agreed: bool) -> Result<Entry, KeyStoreError> {
        let (name, backend) = (&wanted.name, wanted.backend);
        self.backend(backend).get_ready_to_delete()?;
        let _held = match self.entry_by_now(name, backend)? {
            Some(_) => Some(self.index.changing(backend).map_err(unwritable)?),
            // No lock is created for a key that may not exist. If none can be created, no other run can store a key either.
            None => self.index.has_locks().then(|| self.index.changing(backend).ok()).flatten(),
        };
        let known = self.entry_by_now(name, backend)?;
        if is_agreed {
            check_agreed(wanted, known.as_ref())?;
        }
        let mut begun = None;
        let mut about_to = || {
            if known.is_some() {
                begun = Some(self.disclaim(name, backend, None)?);
            }
            Ok(())
        };
        let deleted = self.backend(backend).delete_after(&name.into(), &mut about_to);
        let Some(known) = known else { return deleted.map(|()| wanted.clone()) };
        let is_gone = matches!(deleted, Ok(()) | Err(KeyStoreError::NotFound { .. }));
        if is_gone {
            self.edit(|entries| entries.retain(|entry| !entry.is_of(name, backend)));
        } else if let Some(before) = begun {
            self.after_failure(name, backend, before);
        }
        match deleted {
            // A run began to store the first key, and never did.
            Err(error @ KeyStoreError::NotFound { .. }) if known.is_only_begun() => Err(error),
            // A key that the index has and the keystore does not is already gone.
            Ok(()) | Err(KeyStoreError::NotFound { .. }) => Ok(known),
            Err(error) => Err(error),
        }
    }
}

/// Fails unless the key is still the one that the user agreed to remove.
fn check_agreed(agreed: &Entry, now: Option<&Entry>) -> Result<(), KeyStoreError> {
    let (backend, item) = (agreed.backend, agreed.name.to_string());
    match now {
        Some(now) if now != agreed => Err(KeyStoreError::Changed { backend, item }),
        None if *agreed != Entry::unread(&agreed.name, backend) => Err(KeyStoreError::NotFound { backend, item, elsewhere: Vec::new() }),
        _ => Ok(()),
    }
}
