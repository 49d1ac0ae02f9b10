//! A token code: six digits, held as a secret. Never sent anywhere from here.

use secrecy::{ExposeSecret, SecretString};

use super::{Malformed, Timestamp};

/// Six digits that an MFA device shows for thirty seconds.
#[derive(Clone)]
pub struct TokenCode(SecretString);

impl TokenCode {
    /// How long a device shows one code, in seconds (RFC 6238, section 5.2).
    pub const STEP: u32 = 30;

    /// How many more seconds a device shows the current code.
    #[must_use]
    pub fn seconds_left(now: Timestamp) -> u32 {
        Self::STEP - u32::try_from(now.as_unix().rem_euclid(i64::from(Self::STEP))).unwrap_or(0)
    }

    /// Spaces are allowed, since apps show `123 456`.
    ///
    /// # Errors
    /// When the rest is not six digits. The error does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let digits = zeroize::Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(SecretString::from(digits.as_str())))
        } else {
            Err(Malformed::because("a token code is six digits"))
        }
    }

    /// The digits, for the STS call.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for TokenCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenCode(……)")
    }
}
