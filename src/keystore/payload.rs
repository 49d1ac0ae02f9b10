//! The content of an item: credentials as JSON, our own bytes as hexadecimal digits. Never quotes content in an error.

use std::borrow::Cow;

use hex::FromHex as _;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::{AccessKeyId, LongTermCredentials, Rotation, RotationKind, RotationStage, SessionDuration, StoredKey, Timestamp};

/// More than any credentials need, so that writing them never reallocates and leaves a copy in memory.
const ROOM: usize = 4096;

/// A key as text. What belongs to a rotation is there only while one is under way, so that every other item is as it always was.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    rotation: Option<Rotating<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rotating<'a> {
    #[serde(borrow)]
    stage: Cow<'a, str>,
    /// In seconds since 1970.
    since: i64,
    /// In seconds.
    grace: u32,
    /// The keys that the user had before one was created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<String>,
    /// The key alongside the current one.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    other: Option<OtherKey<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OtherKey<'a> {
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
}

pub(super) fn of_key(key: &StoredKey) -> SecretSlice<u8> {
    let rotation = key.rotation.as_ref().map(|rotation| Rotating {
        stage: rotation.stage.kind().as_str().into(),
        since: rotation.since.as_unix(),
        grace: rotation.grace.as_secs(),
        known: match &rotation.stage {
            RotationStage::Creating { known } => known.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        },
        other: rotation
            .stage
            .other()
            .map(|other| OtherKey { access_key_id: other.key_id.as_str().into(), secret_access_key: other.secret.expose_secret().into() }),
    });
    let document = Document {
        access_key_id: key.current.key_id.as_str().into(),
        secret_access_key: key.current.secret.expose_secret().into(),
        rotation,
    };
    let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *text, &document).expect("texts and numbers are always JSON");
    exact(&text)
}

/// # Errors
/// Why the content is not what was stored, without quoting it.
pub(super) fn to_key(content: &SecretSlice<u8>) -> Result<StoredKey, &'static str> {
    let document: Document<'_> =
        serde_json::from_slice(content.expose_secret()).map_err(|_| "it is not an access key in the form that `vault add` writes")?;
    let current = credentials(&document.access_key_id, &document.secret_access_key)?;
    let rotation = document.rotation.as_ref().map(rotation).transpose()?;
    Ok(StoredKey { current, rotation })
}

fn credentials(key_id: &str, secret: &str) -> Result<LongTermCredentials, &'static str> {
    let key_id = AccessKeyId::parse_any(key_id).map_err(|_| "the access key id in it is malformed")?;
    if secret.is_empty() {
        return Err("the secret in it is empty");
    }
    Ok(LongTermCredentials { key_id, secret: SecretString::from(secret) })
}

fn rotation(text: &Rotating<'_>) -> Result<Rotation, &'static str> {
    const UNKNOWN: &str = "it does not say how far the rotation of the key is";
    let other = text.other.as_ref().map(|other| credentials(&other.access_key_id, &other.secret_access_key)).transpose()?;
    let known = || text.known.iter().map(|id| AccessKeyId::parse_any(id).map_err(|_| UNKNOWN)).collect::<Result<_, _>>();
    let stage = match (RotationKind::parse(&text.stage), other) {
        (Some(RotationKind::Creating), _) => RotationStage::Creating { known: known()? },
        (Some(RotationKind::Pending), Some(new)) => RotationStage::Pending { new },
        (Some(RotationKind::Switched), Some(old)) => RotationStage::Switched { old },
        (Some(RotationKind::Grace), Some(old)) => RotationStage::Grace { old },
        (Some(RotationKind::Undoing), Some(other)) => RotationStage::Undoing { other },
        (Some(_), None) | (None, _) => return Err(UNKNOWN),
    };
    Ok(Rotation { stage, since: Timestamp::from_unix(text.since), grace: SessionDuration::from_secs(text.grace) })
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
        let alone = |current: &LongTermCredentials| of_key(&StoredKey { current: current.clone(), rotation: None });
        let loaded = to_key(&alone(&stored)).unwrap().current;
        assert_eq!(loaded.key_id, stored.key_id);
        assert_eq!(loaded.secret.expose_secret(), stored.secret.expose_secret());
        let plain = LongTermCredentials { secret: SecretString::from("s"), ..stored };
        assert_eq!(alone(&plain).expose_secret(), br#"{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s"}"#);
    }

    #[test]
    fn a_rotation_survives_at_every_stage() {
        let key = |id: &str, secret: &str| LongTermCredentials {
            key_id: AccessKeyId::parse_long_term(id).unwrap(),
            secret: SecretString::from(secret),
        };
        let (current, other) = (key("AKIAIOSFODNN7EXAMPLE", "a"), key("AKIAIOSFODNN7OTHERXX", "b\"\\"));
        for stage in [
            RotationStage::Creating { known: vec![current.key_id.clone()] },
            RotationStage::Pending { new: other.clone() },
            RotationStage::Switched { old: other.clone() },
            RotationStage::Grace { old: other.clone() },
            RotationStage::Undoing { other: other.clone() },
        ] {
            let rotation = Rotation { stage, since: Timestamp::from_unix(1_800_000_000), grace: SessionDuration::HOUR };
            let stored = of_key(&StoredKey { current: current.clone(), rotation: Some(rotation.clone()) });
            let loaded = to_key(&stored).unwrap();
            assert_eq!(of_key(&loaded).expose_secret(), stored.expose_secret(), "{rotation:?}");
            assert_eq!(loaded.rotation.as_ref().unwrap().note(), rotation.note());
            assert_eq!(loaded.current.key_id, current.key_id);
        }
        // A stage without its key is not valid.
        let text = r#"{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s","Rotation":{"Stage":"grace","Since":1,"Grace":2}}"#;
        assert!(to_key(&exact(text.as_bytes())).is_err());
    }

    // Security: the input is never quoted.
    #[test]
    fn damaged_content_is_not_quoted() {
        for content in ["", "hunter2", r#"{"AccessKeyId":"hunter2"}"#, r#"{"AccessKeyId":"hunter 2","SecretAccessKey":"hunter2"}"#] {
            assert!(!to_key(&exact(content.as_bytes())).unwrap_err().contains("hunter"), "{content}");
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
