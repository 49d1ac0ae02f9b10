//! A door for fuzzing: what is read in a session file. Never reads one, and is in no build that people run.

use crate::model::{SessionCredentials, Timestamp};
use crate::plan::SessionKey;

use super::CacheKey;
use super::seal;

pub use super::seal::Label;

/// A session file with this text sealed in it.
#[must_use]
pub fn seal_text(cache_key: &CacheKey, key: &SessionKey, expiration: Timestamp, text: &[u8]) -> Option<Vec<u8>> {
    seal::seal_text(cache_key, key, expiration, text)
}

/// The file of a session.
#[must_use]
pub fn seal(cache_key: &CacheKey, key: &SessionKey, session: &SessionCredentials, label: &Label) -> Option<Vec<u8>> {
    seal::seal(cache_key, key, session, label)
}

/// When the session in the file expires, by its header.
#[must_use]
pub fn expiration(file: &[u8]) -> Option<Timestamp> {
    seal::expiration(file)
}

#[must_use]
pub fn open(cache_key: &CacheKey, key: &SessionKey, file: &[u8]) -> Option<(SessionCredentials, Label)> {
    seal::open(cache_key, key, file)
}
