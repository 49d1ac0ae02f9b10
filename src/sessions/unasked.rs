//! The session cache for who only looks: no keystore is asked for its key. Never keeps or drops one.

use super::{CacheKey, CacheKeyHolder};

/// A keystore that is not asked.
pub struct Unasked;

impl CacheKeyHolder for Unasked {
    fn load(&self) -> Option<CacheKey> {
        None
    }

    fn save(&self, _key: &CacheKey) -> Result<(), String> {
        Err("nothing is kept by a command that only looks".to_owned())
    }

    fn forget(&self) -> Result<(), String> {
        Err("nothing is dropped by a command that only looks".to_owned())
    }
}
