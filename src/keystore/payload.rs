//! The content of an item: credentials as JSON, our own bytes as hexadecimal digits. Never quotes content in an error.

use std::borrow::Cow;

use hex::FromHex as _;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::{AccessKeyId, LongTermCredentials};

/// More than any credentials need, so that writing them never reallocates and leaves a copy in memory.
const ROOM: usize = 4096;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
}

pub(super) fn of_credentials(credentials: &LongTermCredentials) -> SecretSlice<u8> {
    let document =
        Credentials { access_key_id: credentials.key_id.as_str().into(), secret_access_key: credentials.secret.expose_secret().into() };
    let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *text, &document).expect("two strings are always JSON");
    exact(&text)
}

/// # Errors
/// Why the content is not what was stored, without quoting it.
pub(super) fn to_credentials(content: &SecretSlice<u8>) -> Result<LongTermCredentials, &'static str> {
    let document: Credentials<'_> =
        serde_json::from_slice(content.expose_secret()).map_err(|_| "it is not an access key in the form that `vault add` writes")?;
    let key_id = AccessKeyId::parse_any(&document.access_key_id).map_err(|_| "the access key id in it is malformed")?;
    if document.secret_access_key.is_empty() {
        return Err("the secret in it is empty");
    }
    Ok(LongTermCredentials { key_id, secret: SecretString::from(&*document.secret_access_key) })
}

/// As digits, since some keystores only accept text.
pub(super) fn of_bytes(bytes: &SecretSlice<u8>) -> SecretSlice<u8> {
    SecretSlice::from(hex::encode(bytes.expose_secret()).into_bytes())
}

/// # Errors
/// Why the content is not what was stored.
pub(super) fn to_bytes(content: &SecretSlice<u8>) -> Result<SecretSlice<u8>, &'static str> {
    let content = content.expose_secret();
    let mut bytes = Zeroizing::new(Vec::with_capacity(content.len() / 2));
    for pair in content.chunks(2) {
        let byte = match *pair {
            [high, low] => <[u8; 1]>::from_hex([high, low]).ok(),
            _ => None,
        };
        bytes.extend(byte.ok_or("it is not hexadecimal")?);
    }
    Ok(exact(&bytes))
}

/// A copy of the exact size, so that boxing it does not reallocate.
pub(super) fn exact(bytes: &[u8]) -> SecretSlice<u8> {
    SecretSlice::from(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_survive() {
        let stored = LongTermCredentials {
            key_id: AccessKeyId::parse_long_term("AKIAIOSFODNN7EXAMPLE").unwrap(),
            secret: SecretString::from("a/b+c\"d\\é"),
        };
        let loaded = to_credentials(&of_credentials(&stored)).unwrap();
        assert_eq!(loaded.key_id, stored.key_id);
        assert_eq!(loaded.secret.expose_secret(), stored.secret.expose_secret());
        let plain = LongTermCredentials { secret: SecretString::from("s"), ..stored };
        assert_eq!(of_credentials(&plain).expose_secret(), br#"{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s"}"#);
    }

    // Security: the input is never quoted.
    #[test]
    fn damaged_content_is_not_quoted() {
        for content in ["", "hunter2", r#"{"AccessKeyId":"hunter2"}"#, r#"{"AccessKeyId":"hunter 2","SecretAccessKey":"hunter2"}"#] {
            assert!(!to_credentials(&exact(content.as_bytes())).unwrap_err().contains("hunter"), "{content}");
        }
    }

    #[test]
    fn bytes_survive() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = hex::encode(&bytes);
        assert_eq!(text.len(), text.capacity(), "boxing a text that grew would leave a copy of the secret behind");
        let content = of_bytes(&exact(&bytes));
        assert!(content.expose_secret().is_ascii());
        assert_eq!(to_bytes(&content).unwrap().expose_secret(), bytes);
        assert!(to_bytes(&exact(b"0g")).is_err() && to_bytes(&exact(b"000")).is_err());
    }
}
