//! Drops cached sessions, so that no copy of their files opens again. Never ends a session that stays.

use crate::model::SessionCredentials;
use crate::os::clock;
use crate::os::files::{self, FileError};
use crate::plan::SessionKey;

use super::cache_key::{CacheKey, Locked};
use super::drops::Scope;
use super::files::{CachedSession, SessionFiles};
use super::seal;

/// The result of dropping sessions.
#[derive(Debug, Default)]
pub struct Dropped {
    /// How many files were removed.
    pub removed: usize,
    /// What could not be removed or listed.
    pub failures: Vec<FileError>,
    /// Why a copy of a dropped file could still be opened.
    pub key_kept: Option<String>,
}

impl Dropped {
    fn is_empty(&self) -> bool {
        self.removed == 0 && self.failures.is_empty()
    }
}

impl SessionFiles<'_> {
    /// Removes the files of those. The key stays: what it would open has expired.
    pub fn remove_expired(&self) -> Dropped {
        let mut dropped = Dropped::default();
        self.remove_files(&self.expired(), &mut dropped);
        dropped
    }

    /// Drops these sessions and those that `also` selects, and makes sure that no copy of their files can be opened again. The others stay
    /// valid. A run of `scope` that is making a session does not cache it.
    // Security: a dropped session file may come back, from a backup or by a program of the same user. Only removing its key keeps
    // it closed.
    pub fn remove(&self, scope: Scope<'_>, keys: &[SessionKey], also: impl Fn(&CachedSession) -> bool) -> Dropped {
        let mut dropped = Dropped::default();
        // If there is nothing, create nothing.
        if !files::exists(&self.folder) {
            self.drops.note(scope);
            return dropped;
        }
        // A keystore may ask for a passphrase: not while others wait for the lock.
        self.keys.existing();
        // Before anything is read: meanwhile, no other process may seal a session with the old key, or create another new one.
        let locked = self.keys.lock();
        self.drops.note(scope);
        let (names, unlisted) = self.names();
        let old = self.keys.latest();
        let valid = old.as_ref().map_or_else(Vec::new, |old| self.valid(names, old));
        let (gone, stays): (Vec<_>, Vec<_>) = valid.into_iter().partition(|(cached, _)| keys.contains(&cached.key) || also(cached));
        let mut keys = keys.to_vec();
        keys.extend(gone.into_iter().map(|(cached, _)| cached.key));
        keys.sort();
        keys.dedup();
        self.remove_files(&keys, &mut dropped);
        if dropped.is_empty() {
            return dropped;
        }
        if !unlisted.is_empty() {
            dropped.failures.extend(unlisted);
            dropped.key_kept = Some("vault cannot list all sessions that stay, and with a new key they could not be decrypted".to_owned());
        } else if old.is_some() {
            dropped.key_kept = self.change_key(&stays, &locked);
        } else if self.keys.in_keystore() {
            dropped.key_kept = Some("the keystore that holds it cannot be opened".to_owned());
        }
        self.read.borrow_mut().clear();
        dropped
    }

    /// Those of the sessions that can be opened and have not expired.
    fn valid(&self, names: Vec<SessionKey>, cache_key: &CacheKey) -> Vec<(CachedSession, SessionCredentials)> {
        let now = clock::now();
        let valid = |key: SessionKey| {
            let content = self.read_now(&key)?;
            let expires = seal::expiration(&content).filter(|expires| *expires > now)?;
            let (session, label) = seal::open(cache_key, &key, &content)?;
            Some((CachedSession { key, expires, label }, session))
        };
        names.into_iter().filter_map(valid).collect()
    }

    /// Replaces the key, and seals the sessions that stay with the new one. Why the old one can still be used, if it can.
    fn change_key(&self, stays: &[(CachedSession, SessionCredentials)], locked: &Locked) -> Option<String> {
        let new = CacheKey::generate();
        let sealed = |(cached, session): &(CachedSession, SessionCredentials)| {
            Some((self.path(&cached.key), seal::seal(&new, &cached.key, session, &cached.label)?))
        };
        // Before the key is replaced: if this process is killed then, as little as possible is left to be done.
        let resealed: Vec<_> = stays.iter().filter_map(sealed).collect();
        let kept = match self.keys.keep(&new, locked) {
            Ok(still_in_keystore) => still_in_keystore,
            Err(reason) => return Some(reason),
        };
        for (path, content) in resealed {
            if let Err(error) = files::write_disposable(&path, &content) {
                tracing::info!("a session is lost together with the key that encrypts it: {error}");
            }
        }
        kept
    }

    /// Drops every session, including those that cannot be opened, and the key that they are sealed with.
    pub fn remove_all(&self) -> Dropped {
        // If there is nothing, create nothing.
        let _locked = files::exists(&self.folder).then(|| self.keys.lock());
        self.drops.note(Scope::All);
        let (names, unlisted) = self.names();
        let mut dropped = Dropped { key_kept: self.keys.forget().err(), failures: unlisted, ..Dropped::default() };
        self.remove_files(&names, &mut dropped);
        dropped
    }

    fn remove_files(&self, keys: &[SessionKey], dropped: &mut Dropped) {
        for key in keys {
            self.read.borrow_mut().remove(key);
            match files::remove(&self.path(key)) {
                Ok(removed) => dropped.removed += usize::from(removed),
                Err(error) => dropped.failures.push(error),
            }
        }
    }
}
