//! Opens the session cache, whose key a keystore may hold. Never decides which sessions are used.

use crate::keystore::{Entry, Keystores};
use crate::model::AccessKeyId;
use crate::sessions::{CacheKey, CacheKeyHolder, CachedSession, SessionFiles, Unasked};

use super::Context;

/// The keystore's part in holding the key of the session cache.
pub struct KeystoreHolder<'a>(pub &'a Keystores<'a>);

const CACHE_KEY: &str = "session-cache";

impl CacheKeyHolder for KeystoreHolder<'_> {
    fn load(&self) -> Option<CacheKey> {
        self.0.load_reserved(CACHE_KEY).ok().and_then(CacheKey::from_secret)
    }

    fn save(&self, key: &CacheKey) -> Result<(), String> {
        self.0.save_reserved(CACHE_KEY, key.as_secret()).map_err(|error| error.to_string())
    }

    fn forget(&self) -> Result<(), String> {
        self.0.remove_reserved(CACHE_KEY).map_err(|error| error.to_string())
    }
}

/// Whether the session was made from a key that none of these entries names: the key is gone, or the index does not know its id.
#[must_use]
pub fn is_unclaimed(session: &CachedSession, entries: &[Entry]) -> bool {
    let base = session.label.base.as_str();
    AccessKeyId::parse_any(base).is_ok() && !entries.iter().any(|entry| entry.has_signed(base))
}

/// The cache for code that only looks at when sessions end: it never asks for the cache's key.
#[must_use]
pub fn unasked(context: &Context) -> SessionFiles<'static> {
    SessionFiles::new(&context.directories, &Unasked, &|_| ())
}

/// Opens the session cache for a command that only looks at it or clears it.
pub fn with_session_files<T>(context: &Context, keystores: &Keystores<'_>, use_them: impl FnOnce(&SessionFiles<'_>) -> T) -> T {
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notices.warn(message);
    use_them(&SessionFiles::new(&context.directories, &holder, &warn))
}
