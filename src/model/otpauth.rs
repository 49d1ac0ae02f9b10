//! Writes the text that an authenticator app reads a seed from. Never shows it.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{AccountId, in_percent};

/// What apps show above the codes. Short, so that the QR code is small.
pub const ISSUER: &str = "AWS";

/// The `otpauth` URI of a device (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>). SHA-1, six digits and thirty
/// seconds are its defaults, and some apps refuse to be told them.
#[must_use]
pub fn otpauth_uri(name: &str, account: Option<&AccountId>, seed: &SecretString) -> SecretString {
    let label = account.map_or_else(|| name.to_owned(), |account| format!("{name}@{account}"));
    let label = in_percent(&label);
    let seed = seed.expose_secret().trim_end_matches('=');
    let mut uri = Zeroizing::new(String::with_capacity(label.len() + seed.len() + 64));
    for part in ["otpauth://totp/", &label, "?secret=", seed, "&issuer=", ISSUER] {
        uri.push_str(part);
    }
    SecretString::from(uri.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_percent_encoded_and_the_seed_is_as_aws_gave_it() {
        let account = AccountId::parse("123456789012").unwrap();
        for (name, seed, expected) in [
            ("alice", "MFRGG===", "otpauth://totp/alice%40123456789012?secret=MFRGG&issuer=AWS"),
            ("a+b=c,d.e@f-g_h", "MFRGG", "otpauth://totp/a%2Bb%3Dc%2Cd.e%40f-g_h%40123456789012?secret=MFRGG&issuer=AWS"),
        ] {
            let uri = otpauth_uri(name, Some(&account), &SecretString::from(seed));
            assert_eq!(uri.expose_secret(), expected);
        }
    }
}
