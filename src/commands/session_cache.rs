//! Opens the session cache, whose key a keystore may hold. Never decides which sessions are used.

use crate::keystore::Keystores;
use crate::sessions::{CacheKey, CacheKeyHolder, SessionFiles};

use super::context::Context;

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

/// Opens the session cache for a command that only looks at it or clears it.
pub fn with_session_files<T>(context: &Context, keystores: &Keystores<'_>, use_them: impl FnOnce(&SessionFiles<'_>) -> T) -> T {
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notes.warn(message);
    use_them(&SessionFiles::new(&context.directories, &holder, &warn))
}
