//! Decides of what kind an MFA device is, by its serial. Never asks AWS about it.

use std::fmt;

use super::{Arn, MfaSerial, Timestamp};

/// An MFA device of a user, as IAM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaDevice {
    /// The ARN, or the bare serial of a hardware token.
    pub serial: String,
    pub enabled_at: Option<Timestamp>,
}

/// What kind of device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaKind {
    /// An authenticator app, or something else that holds the seed that AWS made.
    Virtual,
    /// A passkey or security key.
    Fido,
    /// A token that shows codes.
    Hardware,
}

impl MfaDevice {
    #[must_use]
    pub fn kind(&self) -> MfaKind {
        match Arn::parse(&self.serial) {
            Ok(arn) if arn.resource().starts_with("u2f/") => MfaKind::Fido,
            Ok(_) => MfaKind::Virtual,
            Err(_) => MfaKind::Hardware,
        }
    }

    /// Whether this is its serial.
    #[must_use]
    pub fn has_serial(&self, serial: &MfaSerial) -> bool {
        self.serial == serial.as_str()
    }

    /// The serial for STS, where STS can check codes of the device.
    #[must_use]
    pub fn usable(&self) -> Option<MfaSerial> {
        MfaSerial::parse(&self.serial).ok()
    }

    /// What a person calls it: the last part of the ARN, else the serial.
    #[must_use]
    pub fn name(&self) -> &str {
        name_of(&self.serial)
    }

    /// Whether a person means this one, by its serial or its name.
    #[must_use]
    pub fn is_called(&self, text: &str) -> bool {
        self.serial == text || self.name() == text
    }
}

/// The last part of an ARN: devices can have paths.
fn name_of(serial: &str) -> &str {
    serial.rsplit('/').next().unwrap_or(serial)
}

impl MfaKind {
    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Fido => "fido",
            Self::Hardware => "hardware",
        }
    }
}

impl fmt::Display for MfaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serial_tells_the_kind_the_name_and_whether_sts_can_check_codes() {
        for (serial, kind, name, usable) in [
            ("arn:aws:iam::123456789012:mfa/alice", MfaKind::Virtual, "alice", true),
            ("arn:aws-cn:iam::123456789012:mfa/ops/eu/a+b@c", MfaKind::Virtual, "a+b@c", true),
            ("arn:aws:iam::123456789012:u2f/user/alice/key-ABC", MfaKind::Fido, "key-ABC", false),
            ("GAHT12345678", MfaKind::Hardware, "GAHT12345678", true),
        ] {
            let device = MfaDevice { serial: serial.to_owned(), enabled_at: None };
            assert_eq!((device.kind(), device.name(), device.usable().is_some()), (kind, name, usable), "{serial}");
            assert!(device.is_called(serial) && device.is_called(name) && !device.is_called("other"), "{serial}");
        }
    }
}
