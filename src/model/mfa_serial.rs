//! Decides which text names an MFA device that STS can check. Never asks whether the user has it.

use std::fmt;

use super::{AccountId, Arn, Malformed};

/// The serial of a TOTP device: the ARN of a virtual one, or the bare serial printed on a hardware one
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>: 9–256 characters of `[\w+=/:,.@-]`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MfaSerial(String);

impl MfaSerial {
    /// # Errors
    /// When the text is not a serial, or names a FIDO device, whose proof STS calls cannot carry.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=/:,.@-".contains(c);
        if !(9..=256).contains(&text.len()) || !text.chars().all(allowed) {
            let shown = text.escape_debug();
            return Err(Malformed::because(format!(
                "`{shown}` is not an MFA serial such as `arn:aws:iam::123456789012:mfa/NAME` or `GAHT12345678`"
            )));
        }
        if text.starts_with("arn:") {
            let arn = Arn::parse(text)?;
            if arn.resource().starts_with("u2f/") {
                return Err(Malformed::because(format!(
                    "`{arn}` is a passkey or security key, which STS cannot check: use a device that shows six-digit codes"
                )));
            }
            if arn.service() != "iam" || !arn.resource().starts_with("mfa/") {
                return Err(Malformed::because(format!("`{arn}` is not the ARN of an MFA device")));
            }
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account in the device's ARN; `None` for a hardware device's bare serial.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        Arn::parse(&self.0).ok().and_then(|arn| arn.account().cloned())
    }

    /// Whether this is the device of an account's root user, whose sessions last at most an hour.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.ends_with(":mfa/root-account-mfa-device")
    }
}

impl fmt::Display for MfaSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
