//! Opens a text that was encrypted with a passphrase as aws-vault's files are: JWE in its compact form (RFC 7516), `PBES2-HS256+A128KW` with
//! `A256GCM` (RFC 7518). Never does work without a bound that the text itself asks for.

use std::num::NonZeroU32;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::key_wrap::{AES_128, AesKek, KeyWrap as _};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

const KEY_ALGORITHM: &str = "PBES2-HS256+A128KW";
const CONTENT_ALGORITHM: &str = "A256GCM";

/// The library that writes these files refuses more. It writes 8192 itself.
pub(super) const MOST_ITERATIONS: u32 = 1_300_000;

/// The key that the passphrase gives, and the key of the content, in bytes.
const WRAPPING_KEY: usize = 16;
const CONTENT_KEY: usize = 32;

/// RFC 3394 adds these bytes to the key that it wraps.
const WRAPPING: usize = 8;

/// Why a text cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JweFault {
    /// It is none.
    Malformed,
    /// It is encrypted in another way.
    Unsupported,
    /// It asks for more work than any such file needs.
    TooCostly,
    /// The passphrase is another one, or what the passphrase opens is damaged.
    WrongPassphrase,
    /// The passphrase is right, and the content is not what was encrypted.
    Damaged,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    enc: String,
    p2s: String,
    p2c: u64,
    zip: Option<IgnoredAny>,
    crit: Option<IgnoredAny>,
}

/// A text that may be opened. All that it asks for is within bounds.
pub(super) struct Sealed {
    /// As it is in the text: the content is bound to it.
    header: String,
    salt: Vec<u8>,
    pub(super) iterations: NonZeroU32,
    key: Vec<u8>,
    nonce: [u8; 12],
    /// With the tag.
    content: Vec<u8>,
}

impl Sealed {
    /// # Errors
    /// When it is not such a text, or asks for too much work.
    pub(super) fn parse(text: &str) -> Result<Self, JweFault> {
        let parts: Vec<&str> = text.trim().split('.').collect();
        let [header, key, nonce, content, tag] = parts[..] else { return Err(JweFault::Malformed) };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JweFault::Malformed);
        let read: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JweFault::Malformed)?;
        if read.alg != KEY_ALGORITHM || read.enc != CONTENT_ALGORITHM || read.zip.is_some() || read.crit.is_some() {
            return Err(JweFault::Unsupported);
        }
        // Security: before anything is computed.
        let iterations = u32::try_from(read.p2c).ok().filter(|count| *count <= MOST_ITERATIONS).ok_or(JweFault::TooCostly)?;
        let iterations = NonZeroU32::new(iterations).ok_or(JweFault::Malformed)?;
        let salt = [KEY_ALGORITHM.as_bytes(), &[0], &decode(&read.p2s)?].concat();
        let (key, tag) = (decode(key)?, decode(tag)?);
        let nonce = decode(nonce)?.try_into().map_err(|_| JweFault::Malformed)?;
        if key.len() != CONTENT_KEY + WRAPPING || tag.len() != AES_256_GCM.tag_len() {
            return Err(JweFault::Malformed);
        }
        Ok(Self { header: header.to_owned(), salt, iterations, key, nonce, content: [decode(content)?, tag].concat() })
    }

    /// # Errors
    /// When the passphrase is another one, or the text is damaged.
    pub(super) fn open(&self, passphrase: &SecretString) -> Result<Zeroizing<Vec<u8>>, JweFault> {
        let mut wrapping = Zeroizing::new([0; WRAPPING_KEY]);
        let secret = passphrase.expose_secret().as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, self.iterations, &self.salt, secret, &mut *wrapping);
        let mut unwrapped = Zeroizing::new([0; CONTENT_KEY + WRAPPING]);
        let kek = AesKek::new(&AES_128, &*wrapping).map_err(|_| JweFault::Damaged)?;
        let key = kek.unwrap(&self.key, &mut *unwrapped).map_err(|_| JweFault::WrongPassphrase)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| JweFault::Damaged)?);
        let mut content = Zeroizing::new(self.content.clone());
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let length = key.open_in_place(nonce, Aad::from(self.header.as_bytes()), &mut content).map_err(|_| JweFault::Damaged)?.len();
        content.truncate(length);
        Ok(content)
    }
}

/// The steps in the other direction, for tests.
#[cfg(any(test, fuzzing))]
pub(super) mod for_tests {
    use super::*;

    /// As the library writes it, with the member that it adds.
    pub(in super::super) const HEADER: &str =
        r#"{"alg":"PBES2-HS256+A128KW","created":"2023-01-01 10:00:00.1 +0100 CET m=+1.5","enc":"A256GCM","p2c":P2C,"p2s":"P2S"}"#;

    /// A text with this header, whatever it says, and with a fixed key and nonce.
    pub(in super::super) fn seal(header: &str, iterations: NonZeroU32, passphrase: &str, content: &[u8]) -> Option<String> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let header = header.replace("P2S", &encode(b"some salt")).replace("P2C", &iterations.to_string());
        let mut wrapping = [0; WRAPPING_KEY];
        let salt = [KEY_ALGORITHM.as_bytes(), &[0], b"some salt"].concat();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, passphrase.as_bytes(), &mut wrapping);
        let (key, nonce) = ([7; CONTENT_KEY], [9; 12]);
        let mut wrapped = [0; CONTENT_KEY + WRAPPING];
        let wrapped = AesKek::new(&AES_128, &wrapping).ok()?.wrap(&key, &mut wrapped).ok()?;
        let header = encode(header.as_bytes());
        let mut sealed = content.to_vec();
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).ok()?);
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        let tag = aead.seal_in_place_separate_tag(nonce_used, Aad::from(header.as_bytes()), &mut sealed).ok()?;
        Some([header, encode(wrapped), encode(&nonce), encode(&sealed), encode(tag.as_ref())].join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::for_tests::HEADER;
    use super::*;

    const PASSPHRASE: &str = "Thus from my lips, by yours, my sin is purged.";

    fn seal(header: &str, iterations: u32, passphrase: &str, content: &[u8]) -> String {
        for_tests::seal(header, NonZeroU32::new(iterations).unwrap(), passphrase, content).unwrap()
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    /// RFC 7517, appendix C.4 to C.6: a key that is encrypted to a passphrase.
    #[test]
    fn a_passphrase_gives_the_key_that_the_rfc_says() {
        const SALT: [u8; 16] = [217, 96, 147, 112, 150, 117, 70, 247, 127, 8, 155, 137, 174, 42, 80, 215];
        const DERIVED: [u8; 16] = [110, 171, 169, 92, 129, 92, 109, 117, 233, 242, 116, 233, 170, 14, 24, 75];
        const CONTENT_KEY: [u8; 32] = [
            111, 27, 25, 52, 66, 29, 20, 78, 92, 176, 56, 240, 65, 208, 82, 112, 161, 131, 36, 55, 202, 236, 185, 172, 129, 23, 153, 194,
            195, 48, 253, 182,
        ];
        const WRAPPED: [u8; 40] = [
            78, 186, 151, 59, 11, 141, 81, 240, 213, 245, 83, 211, 53, 188, 134, 188, 66, 125, 36, 200, 222, 124, 5, 103, 249, 52, 117,
            184, 140, 81, 246, 158, 161, 177, 20, 33, 245, 57, 59, 4,
        ];
        let salt = [KEY_ALGORITHM.as_bytes(), &[0], &SALT].concat();
        let mut derived = [0; 16];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, NonZeroU32::new(4096).unwrap(), &salt, PASSPHRASE.as_bytes(), &mut derived);
        assert_eq!(derived, DERIVED);
        let mut unwrapped = [0; 40];
        assert_eq!(AesKek::new(&AES_128, &derived).unwrap().unwrap(&WRAPPED, &mut unwrapped).unwrap(), CONTENT_KEY);
    }

    /// RFC 7516, appendix A.1: a content that is encrypted with `A256GCM`, bound to its header.
    #[test]
    fn a_content_is_what_the_rfc_says() {
        const KEY: [u8; 32] = [
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46, 34, 105, 47, 130, 203,
            46, 122, 234, 64, 252,
        ];
        const HEADER: &str = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let nonce: [u8; 12] = decode("48V1_ALb6US04U3b").try_into().unwrap();
        let content = "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A";
        let mut content = [decode(content), decode("XFBoMYUZodetZdvTiFvSkQ")].concat();
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).unwrap());
        let opened = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(HEADER.as_bytes()), &mut content).unwrap();
        assert_eq!(opened, b"The true sign of intelligence is not knowledge but imagination.");
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_passphrase_alone() {
        let text = seal(HEADER, 8192, "pässword", b"content");
        let sealed = Sealed::parse(&format!("{text}\n")).unwrap();
        assert_eq!(*sealed.open(&secret("pässword")).unwrap(), b"content");
        assert_eq!(sealed.open(&secret("password")).unwrap_err(), JweFault::WrongPassphrase);
        assert_eq!(*Sealed::parse(&seal(HEADER, 1, "", b"")).unwrap().open(&secret("")).unwrap(), b"");
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let text = seal(HEADER, 1, "p", b"content");
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            // The last character of a part may have bits that count for nothing; they must be zero.
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let flipped = String::from_utf8(bytes).unwrap();
            assert!(Sealed::parse(&flipped).and_then(|sealed| sealed.open(&secret("p"))).is_err(), "{at}");
            assert!(Sealed::parse(&text[..at]).and_then(|sealed| sealed.open(&secret("p"))).is_err(), "{at}");
        }
    }

    #[test]
    fn what_asks_for_too_much_is_refused_at_once() {
        let start = std::time::Instant::now();
        for count in ["1300001", "1000000000", "4294967295", "4294967296", "18446744073709551615"] {
            let text = seal(&HEADER.replace("P2C", count), 1, "p", b"content");
            assert_eq!(Sealed::parse(&text).err(), Some(JweFault::TooCostly), "{count}");
        }
        for count in ["0", "-1", "1.5", "1e3", "\"8192\"", "null"] {
            assert_eq!(Sealed::parse(&seal(&HEADER.replace("P2C", count), 1, "p", b"")).err(), Some(JweFault::Malformed), "{count}");
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(5));
        for (from, to) in
            [("A128KW", "A256KW"), ("A256GCM", "A128GCM"), ("\"p2c\"", "\"zip\":\"DEF\",\"p2c\""), ("\"p2c\"", "\"crit\":[],\"p2c\"")]
        {
            assert_eq!(Sealed::parse(&seal(&HEADER.replace(from, to), 1, "p", b"")).err(), Some(JweFault::Unsupported), "{to}");
        }
        for text in ["", "a.b.c.d", "....", "a.b.c.d.e.f", "e30.e30.e30.e30.e30"] {
            assert_eq!(Sealed::parse(text).err(), Some(JweFault::Malformed), "{text}");
        }
    }
}
