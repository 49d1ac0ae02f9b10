//! One key while it is being replaced: each stage is stored, and read back, before the next one begins. Never decides what comes next.

use secrecy::ExposeSecret as _;

use super::entry::Entry;
use super::keystores::corrupt;
use super::unwritten::unwritable;
use super::{Keystores, payload, warned};
use crate::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, Rotation, StoredKey, Timestamp};
use crate::ports::{KeyEntry, KeyStore as _, KeyStoreError};

/// The key of one name in the keystore that it is read from.
pub struct RotatingEntry<'a> {
    keystores: &'a Keystores<'a>,
    name: &'a ProfileName,
    backend: Backend,
    now: &'a dyn Fn() -> Timestamp,
}

impl<'a> RotatingEntry<'a> {
    /// # Errors
    /// When the key cannot be read.
    pub fn open(keystores: &'a Keystores<'a>, name: &'a ProfileName, now: &'a dyn Fn() -> Timestamp) -> Result<Self, KeyStoreError> {
        // Reading it puts the index right, where that is needed.
        keystores.long_term_credentials(name)?;
        let backend = keystores.entry(name)?.map_or_else(|| keystores.choice(name).backend, |entry| entry.backend);
        Ok(Self { keystores, name, backend, now })
    }

    /// The keystore that it is in.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Remembers whose key it is, as AWS says.
    pub fn note_user(&self, user: &str) {
        let known = self.keystores.indexed().unwrap_or_default();
        if known.iter().any(|entry| entry.is_of(self.name, self.backend) && entry.user.as_deref() != Some(user)) {
            self.keystores.edit(|entries| {
                let ours = entries.iter_mut().filter(|entry| entry.is_of(self.name, self.backend));
                ours.for_each(|entry| entry.user = Some(user.to_owned()));
            });
        }
    }
}

impl KeyEntry for RotatingEntry<'_> {
    fn save(&self, key: &StoredKey) -> Result<(), KeyStoreError> {
        let other = key.rotation.as_ref().and_then(|rotation| rotation.stage.other()).map(|key| &key.key_id);
        self.replace(key, other.unwrap_or(&key.current.key_id))
    }
}

impl RotatingEntry<'_> {
    /// The current key.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self) -> Result<StoredKey, KeyStoreError> {
        self.keystores.load(self.name, self.backend)
    }

    /// Stores the key in place of the same key, or of `other`.
    fn replace(&self, key: &StoredKey, other: &AccessKeyId) -> Result<(), KeyStoreError> {
        let (keystores, name, backend) = (self.keystores, self.name, self.backend);
        let _held = keystores.index.changing(backend).map_err(unwritable)?;
        // Another run may have stored a different key meanwhile, and nobody else has its secret.
        let there = self.load()?.current.key_id;
        if there != key.current.key_id && there != *other {
            return Err(KeyStoreError::Changed { backend, item: name.to_string() });
        }
        let is_replaced = there != key.current.key_id;
        let before = keystores.entry_by_now(name, backend)?;
        if is_replaced {
            keystores.disclaim(name, backend, Some(&key.current.key_id))?;
        }
        let content = payload::of_key(key);
        if let Err(error) = keystores.backend(backend).save(&name.into(), &content) {
            if is_replaced {
                keystores.after_failure(name, backend, before);
            }
            return Err(error);
        }
        let read_back = keystores.backend(backend).load(&name.into())?;
        if read_back.expose_secret() != content.expose_secret() {
            return Err(corrupt(backend, name, "what was read back is not what was stored"));
        }
        let known = before.unwrap_or_else(|| Entry::unread(name, backend));
        let stored_at = if is_replaced { Some((self.now)()) } else { known.stored_at };
        let previous = if is_replaced { known.previous_with(&there, &key.current.key_id) } else { known.previous.clone() };
        let rotation = key.rotation.as_ref().map(Rotation::note);
        let key_id = Some(key.current.key_id.clone());
        keystores.note(Entry { key_id, stored_at, previous, rotation, changing_to: None, ..known });
        Ok(())
    }
}

impl RotatingEntry<'_> {
    /// Where else the key is stored, as the current one or alongside it: under another name, or under this one in another keystore. One that is
    /// being replaced there comes first.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn elsewhere(&self, key_id: &AccessKeyId) -> Result<Option<Entry>, KeyStoreError> {
        let has = |entry: &Entry| entry.possible_ids().any(|id| id == key_id);
        Ok(self.others()?.filter(has).max_by_key(|entry| entry.rotation.is_some()))
    }

    /// Stores `new` wherever else the key `old` of the same user is stored.
    ///
    /// # Errors
    /// When one of them could not be read or stored.
    pub fn replace_elsewhere(&self, old: &AccessKeyId, new: &LongTermCredentials) -> Result<(), KeyStoreError> {
        for Entry { name, backend, .. } in self.others()?.filter(|entry| entry.key_id.as_ref() == Some(old)) {
            let entry = RotatingEntry { keystores: self.keystores, name: &name, backend, now: self.now };
            // The user has two keys at most, so no separate rotation can be under way there.
            if entry.load()?.current.key_id == *old {
                entry.replace(&StoredKey { current: new.clone(), rotation: None }, old)?;
            }
        }
        Ok(())
    }

    /// Reads the items of the other entries that may be the same key: those without an id, and those that `replace_elsewhere` may replace. Their
    /// keystores may ask the user, so this comes before any lock is taken that other runs wait for: afterwards, they are unlocked.
    ///
    /// # Errors
    /// When the index cannot be read, or the user cancels.
    pub fn read_others(&self) -> Result<(), KeyStoreError> {
        let keystores = self.keystores;
        let entries = keystores.indexed()?;
        let own: Vec<_> = entries.iter().filter(|entry| entry.is_of(self.name, self.backend)).flat_map(Entry::possible_ids).collect();
        let may_be_same = |entry: &&Entry| entry.key_id.is_none() || entry.possible_ids().any(|id| own.contains(&id));
        for entry in entries.iter().filter(|entry| !entry.is_of(self.name, self.backend)).filter(may_be_same) {
            let (name, backend) = (&entry.name, entry.backend);
            match keystores.load(name, backend) {
                Ok(key) if entry.describes(&key) => {}
                Ok(key) => drop(keystores.correct(Some(entry), name, backend, key)),
                Err(KeyStoreError::NotFound { .. }) => {}
                Err(error @ KeyStoreError::Cancelled { .. }) if entry.key_id.is_some() => return Err(error),
                // Replacing it says what is wrong.
                Err(_) if entry.key_id.is_some() => {}
                // It may have nothing to do with this key.
                Err(error) => warned::once(&format!("same key as {name} in {backend}"), || {
                    tracing::warn!("cannot tell whether `{name}` in the {backend} keystore is the same key: {error}");
                }),
            }
        }
        Ok(())
    }

    /// The other entries.
    fn others(&self) -> Result<impl Iterator<Item = Entry>, KeyStoreError> {
        Ok(self.keystores.indexed_by_now()?.into_iter().filter(|entry| !entry.is_of(self.name, self.backend)))
    }
}
