//! What an item of aws-vault is by its name, and the key in one. Never repeats what is in it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use crate::foreign::{Found, Held, StoreKind, Tool};

const DAMAGED: &str = "it does not hold what aws-vault stores";

/// Whether an item of this name is a session or a sign-in, and no key. The forms are those that aws-vault had over the years:
/// `TYPE,PROFILE,MFA,EXPIRES` with two parts in base64, `session:PROFILE:MFA:EXPIRES`, `PROFILE session (EXPIRES)`, `oidc:…`.
pub(super) fn is_session(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'+' | b'/'));
    if name.starts_with("oidc:") {
        return true;
    }
    if let [kind, profile, serial, expires] = name.split(',').collect::<Vec<_>>()[..] {
        let is_type = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        return is_type && !profile.is_empty() && is_base64(profile) && is_base64(serial) && is_number(expires);
    }
    if let Some(rest) = name.strip_prefix("session:") {
        return rest.matches(':').count() >= 2 && rest.rsplit(':').next().is_some_and(is_number);
    }
    name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" session (")).is_some_and(|(_, expires)| is_number(expires))
}

/// The item as something that was found.
pub(super) fn found(kind: StoreKind, name: &str, held: Held) -> Found {
    Found { tool: Tool::AwsVault(kind), place: name.to_owned(), name: name.to_owned(), held, serial: None }
}

/// The key in an item that wraps it, as most backends do.
pub(super) fn wrapped(content: &[u8]) -> Held {
    unwrapped(content).unwrap_or_else(|| Held::Unreadable(DAMAGED.to_owned()))
}

/// The same; `None` for what is not an item of that library at all.
pub(super) fn unwrapped(content: &[u8]) -> Option<Held> {
    let [data] = fields(content, ["Data"])?;
    let data = data?;
    // It has room for the longer text, so that it never grows and leaves a copy.
    let mut payload = Zeroizing::new(vec![0; data.len()]);
    let length = STANDARD.decode_slice(data.as_bytes(), &mut payload).ok()?;
    Some(raw(&payload[..length]))
}

/// The key in an item that is nothing else.
pub(super) fn raw(payload: &[u8]) -> Held {
    match fields(payload, ["AccessKeyID", "SecretAccessKey", "SessionToken"]) {
        Some([Some(id), Some(secret), token]) => match token {
            Some(token) if !token.is_empty() => Held::Skipped("its key is temporary: it comes with a session token".to_owned()),
            _ => Held::of(&id, SecretString::from(secret.as_str())),
        },
        _ => Held::Unreadable(DAMAGED.to_owned()),
    }
}

/// These texts of a JSON object, found as Go finds them: in any case of their names. Unknown members are ignored.
fn fields<const N: usize>(json: &[u8], names: [&'static str; N]) -> Option<[Option<Zeroizing<String>>; N]> {
    struct Fields<const N: usize>([&'static str; N]);

    impl<'de, const N: usize> Visitor<'de> for Fields<N> {
        type Value = [Option<Zeroizing<String>>; N];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = [const { None }; N];
            while let Some(key) = map.next_key::<Cow<'_, str>>()? {
                match self.0.iter().position(|name| name.eq_ignore_ascii_case(&key)) {
                    Some(at) => values[at] = map.next_value::<Option<String>>()?.map(Zeroizing::new),
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(values)
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Err(E::custom("nothing"))
        }
    }

    let mut reader = serde_json::Deserializer::from_slice(json);
    let values = reader.deserialize_map(Fields(names)).ok()?;
    reader.end().map_err(serde_json::Error::custom).ok()?;
    Some(values)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn sessions_are_known_by_their_names() {
        for name in [
            "sts.GetSessionToken,am9u,YXJuOmF3czppYW06OjEyMzQ1Njc4OTAxMjptZmEvam9u,1700000000",
            "sts.AssumeRole,am9u,,1700000000",
            "sso.GetRoleCredentials,am9u,,1",
            "session,am9u,YXJu,1700000000",
            "session:jon:arn:aws:iam::123456789012:mfa/jon:1700000000",
            "jon session (1700000000)",
            "oidc:https://example.awsapps.com/start",
        ] {
            assert!(is_session(name), "{name}");
        }
        for name in ["jon", "a,b", "team a/prod", "a,b,c,d", "session", "session:x", "my session (old)", "größe", "a, b, c, 1", "oidc"] {
            assert!(!is_session(name), "{name}");
        }
    }

    #[test]
    fn a_key_is_read_whatever_else_is_in_the_item() {
        let payload = r#"{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"a/b","SessionToken":"","Source":"","CanExpire":false,"Expires":"0001-01-01T00:00:00Z","AccountID":""}"#;
        let wrap = |payload: &str| format!(r#"{{"Key":"jon","Data":"{}","KeychainNotTrustApplication":false}}"#, STANDARD.encode(payload));
        let secret = |held: Held| held.key().map(|key| key.secret.expose_secret().to_owned());
        assert_eq!(secret(raw(payload.as_bytes())).as_deref(), Some("a/b"));
        assert_eq!(secret(wrapped(wrap(payload).as_bytes())).as_deref(), Some("a/b"));
        assert_eq!(secret(raw(payload.replace("AccessKeyID", "accessKeyId").as_bytes())).as_deref(), Some("a/b"), "as Go reads it");
        let temporary = payload.replace("\"SessionToken\":\"\"", "\"SessionToken\":\"t\"");
        assert!(matches!(raw(temporary.as_bytes()), Held::Skipped(_)));
    }

    // Security: what was read is never quoted.
    #[test]
    fn what_is_no_key_is_unreadable() {
        for content in
            ["", "hunter2", "[]", "null", "{}", r#"{"Data":1}"#, r#"{"Data":"%%"}"#, r#"{"Data":"aHVudGVyMg=="}"#, r#"{"Data":"e30="} x"#]
        {
            match wrapped(content.as_bytes()) {
                Held::Unreadable(why) => assert!(!why.contains("hunter"), "{why}"),
                _ => panic!("{content}"),
            }
        }
    }
}
