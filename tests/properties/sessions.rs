//! A session file opens only whole and under its own name, and what it gives is a whole session.

use secrecy::{ExposeSecret as _, SecretSlice};
use vault::model::Timestamp;
use vault::plan::SessionKey;
use vault::sessions::CacheKey;
use vault::sessions::fuzzing::{expiration, open, seal, seal_text};

use super::pick;

fn key(byte: u8) -> CacheKey {
    CacheKey::from_secret(SecretSlice::from(vec![byte; 32])).expect("it has the length of one")
}

fn name(digit: &str) -> SessionKey {
    SessionKey::parse(&digit.repeat(64)).expect("it has the form of one")
}

pub fn check(data: &[u8]) {
    let (cache_key, session_key) = (key(7), name("a"));
    // As a file: nobody but this program makes one.
    assert!(open(&cache_key, &session_key, data).is_none(), "it was not sealed here");
    let ends = expiration(data);
    assert_eq!(ends.is_some(), data.starts_with(b"vaultse\x01") && data.len() >= 16);
    // As the text in a file.
    let expires = ends.unwrap_or(Timestamp::from_unix(4_000_000_000));
    let file = seal_text(&cache_key, &session_key, expires, data).expect("any text can be sealed");
    assert_eq!(expiration(&file), Some(expires));
    let place = pick(data, file.len());
    let mut changed = file.clone();
    changed[place] ^= 1 << (place % 8);
    for (cache_key, session_key, file) in [
        (&cache_key, &session_key, &changed[..]),
        (&cache_key, &session_key, &file[..place]),
        (&cache_key, &session_key, &[&file[..], b"x"].concat()),
        (&key(8), &session_key, &file),
        (&cache_key, &name("b"), &file),
    ] {
        assert!(open(cache_key, session_key, file).is_none(), "it is not the file that was sealed");
    }
    let Some((session, label)) = open(&cache_key, &session_key, &file) else { return };
    assert!(!session.secret.expose_secret().is_empty() && !session.token.expose_secret().is_empty(), "it is whole");
    assert_eq!(session.expiration, Some(expires), "it ends when the header says so");
    let again = seal(&cache_key, &session_key, &session, &label).expect("it has an end");
    let (same, same_label) = open(&cache_key, &session_key, &again).expect("it was sealed just now");
    assert_eq!(same_label, label);
    assert_eq!((same.key_id, same.expiration, same.assumed_role), (session.key_id, session.expiration, session.assumed_role));
    assert_eq!(same.secret.expose_secret(), session.secret.expose_secret());
    assert_eq!(same.token.expose_secret(), session.token.expose_secret());
}
