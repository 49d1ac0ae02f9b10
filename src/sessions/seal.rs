//! The format of a session file: an unencrypted header with only the expiration, and the sealed session. Never reads a file.

use std::borrow::Cow;

use chacha20poly1305::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::{AccessKeyId, Arn, SessionCredentials, Timestamp};
use crate::plan::{CallKind, SessionKey};

use super::CacheKey;

/// The first bytes of every session file; the last is the version of the format.
const MAGIC: &[u8; 8] = b"vaultse\x01";
const NONCE_LENGTH: usize = 24;
const HEADER_LENGTH: usize = MAGIC.len() + 8 + NONCE_LENGTH;

/// What a session file seals in addition to the credentials: enough to describe the session, and to find it by profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The profile that the session was made for first.
    pub profile: String,
    pub call: CallKind,
    pub role_arn: Option<String>,
    pub mfa_serial: Option<String>,
    /// The id of the stored key, or the profile whose own source it is, that the chain starts from.
    pub base: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sealed<'a> {
    #[serde(borrow)]
    access_key_id: Cow<'a, str>,
    #[serde(borrow)]
    secret_access_key: Cow<'a, str>,
    #[serde(borrow)]
    session_token: Cow<'a, str>,
    #[serde(borrow)]
    assumed_role: Option<Cow<'a, str>>,
    #[serde(borrow)]
    profile: Cow<'a, str>,
    #[serde(borrow)]
    call: Cow<'a, str>,
    #[serde(borrow)]
    role_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    mfa_serial: Option<Cow<'a, str>>,
    #[serde(borrow)]
    base: Cow<'a, str>,
}

/// The content of a session file.
///
/// `None` if the session has no expiration, or the cipher refuses its input, which it only does above 256 GiB.
// Security: the session key and the expiration are associated data, so a renamed file, or one with a changed
// header, cannot be opened.
pub(super) fn seal(cache_key: &CacheKey, key: &SessionKey, session: &SessionCredentials, label: &Label) -> Option<Vec<u8>> {
    let expiration = session.expiration?;
    // Sized so that it does not grow, which would leave a copy of the secrets behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let sealed = Sealed {
        access_key_id: session.key_id.as_str().into(),
        secret_access_key: session.secret.expose_secret().into(),
        session_token: session.token.expose_secret().into(),
        assumed_role: session.assumed_role.as_ref().map(|arn| arn.as_str().into()),
        profile: label.profile.as_str().into(),
        call: label.call.name().into(),
        role_arn: label.role_arn.as_deref().map(Cow::from),
        mfa_serial: label.mfa_serial.as_deref().map(Cow::from),
        base: label.base.as_str().into(),
    };
    serde_json::to_writer(&mut *plain, &sealed).ok()?;
    seal_text(cache_key, key, expiration, &plain)
}

/// The content of a file with this text in it.
pub(super) fn seal_text(cache_key: &CacheKey, key: &SessionKey, expiration: Timestamp, plain: &[u8]) -> Option<Vec<u8>> {
    let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
    let cipher = XChaCha20Poly1305::new(cache_key.expose().into());
    let associated = associated(key, expiration);
    let ciphertext = cipher.encrypt(&nonce, Payload { msg: plain, aad: &associated }).ok()?;
    let mut content = Vec::with_capacity(HEADER_LENGTH + ciphertext.len());
    content.extend_from_slice(MAGIC);
    content.extend_from_slice(&expiration.as_unix().to_be_bytes());
    content.extend_from_slice(&nonce);
    content.extend_from_slice(&ciphertext);
    Some(content)
}

/// When the session in the file expires, only from its header; `None` if the file is not ours or is truncated.
pub(super) fn expiration(content: &[u8]) -> Option<Timestamp> {
    let rest = content.strip_prefix(MAGIC.as_slice())?;
    let (expiration, _) = rest.split_first_chunk::<8>()?;
    Some(Timestamp::from_unix(i64::from_be_bytes(*expiration)))
}

/// The session in the file; `None` if anything is wrong with it.
pub(super) fn open(cache_key: &CacheKey, key: &SessionKey, content: &[u8]) -> Option<(SessionCredentials, Label)> {
    let expiration = expiration(content)?;
    let nonce = content.get(HEADER_LENGTH - NONCE_LENGTH..HEADER_LENGTH)?;
    let cipher = XChaCha20Poly1305::new(cache_key.expose().into());
    let associated = associated(key, expiration);
    let payload = Payload { msg: content.get(HEADER_LENGTH..)?, aad: &associated };
    let plain = Zeroizing::new(cipher.decrypt(XNonce::from_slice(nonce), payload).ok()?);
    let sealed: Sealed<'_> = serde_json::from_slice(&plain).ok()?;
    // An older version stored incomplete answers too.
    if sealed.secret_access_key.is_empty() || sealed.session_token.is_empty() {
        return None;
    }
    let session = SessionCredentials {
        key_id: AccessKeyId::parse_any(&sealed.access_key_id).ok()?,
        secret: SecretString::from(&*sealed.secret_access_key),
        token: SecretString::from(&*sealed.session_token),
        expiration: Some(expiration),
        assumed_role: sealed.assumed_role.and_then(|text| Arn::parse(&text).ok()),
        stated_account: None,
    };
    let label = Label {
        profile: sealed.profile.into_owned(),
        call: CallKind::parse(&sealed.call)?,
        role_arn: sealed.role_arn.map(Cow::into_owned),
        mfa_serial: sealed.mfa_serial.map(Cow::into_owned),
        base: sealed.base.into_owned(),
    };
    Some((session, label))
}

fn associated(key: &SessionKey, expiration: Timestamp) -> Vec<u8> {
    let mut data = Vec::with_capacity(MAGIC.len() + 64 + 8);
    data.extend_from_slice(MAGIC);
    data.extend_from_slice(key.as_str().as_bytes());
    data.extend_from_slice(&expiration.as_unix().to_be_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionCredentials {
        SessionCredentials {
            key_id: AccessKeyId::parse_any("ASIAQNZGKIQY56JQ7WML").unwrap(),
            secret: SecretString::from("secret/with+signs"),
            token: SecretString::from("token\"with\\escapes"),
            expiration: Some(Timestamp::from_unix(1_800_000_000)),
            assumed_role: None,
            stated_account: None,
        }
    }

    fn label() -> Label {
        Label { profile: "p".into(), call: CallKind::GetSessionToken, role_arn: None, mfa_serial: None, base: "AKIA".into() }
    }

    #[test]
    fn opens_with_the_same_key_and_name_only_and_only_whole() {
        let (cache_key, other_key) = (CacheKey::generate(), CacheKey::generate());
        let key = SessionKey::parse(&"a".repeat(64)).unwrap();
        let other = SessionKey::parse(&"b".repeat(64)).unwrap();
        let content = seal(&cache_key, &key, &session(), &label()).unwrap();
        let (opened, seen) = open(&cache_key, &key, &content).unwrap();
        assert_eq!(opened.token.expose_secret(), "token\"with\\escapes");
        assert_eq!(opened.expiration, Some(Timestamp::from_unix(1_800_000_000)));
        assert_eq!(seen, label());
        assert!(open(&other_key, &key, &content).is_none(), "another cache key");
        assert!(open(&cache_key, &other, &content).is_none(), "a renamed file");
        for length in 0..content.len() {
            assert!(open(&cache_key, &key, &content[..length]).is_none(), "cut to {length}");
        }
        for place in 0..content.len() {
            let mut changed = content.clone();
            changed[place] ^= 1;
            assert!(open(&cache_key, &key, &changed).is_none(), "bit changed at {place}");
        }
    }

    #[test]
    fn no_secret_lies_in_the_content() {
        let key = SessionKey::parse(&"a".repeat(64)).unwrap();
        let content = seal(&CacheKey::generate(), &key, &session(), &label()).unwrap();
        assert!(!content.windows(6).any(|window| window == b"secret"));
    }
}
