//! Chooses the MFA device to write into a profile. Never writes it.

use crate::model::MfaSerial;
use crate::ports::{AwsFault, MfaDevices};

/// The devices of a user, as far as STS can check their codes.
#[derive(Debug, PartialEq, Eq)]
pub enum Devices {
    /// The first one is used.
    Usable {
        first: MfaSerial,
        others: Vec<MfaSerial>,
    },
    /// Only passkeys and security keys.
    Unusable,
    None,
    /// The lookup failed.
    Unknown,
}

impl Devices {
    /// Asks IAM for the devices of `user`.
    pub fn of(iam: &dyn MfaDevices, user: &str) -> Result<Self, AwsFault> {
        let devices = iam.mfa_devices(user)?;
        let mut usable = devices.iter().filter_map(|serial| MfaSerial::parse(serial).ok());
        Ok(match usable.next() {
            Some(first) => Self::Usable { first, others: usable.collect() },
            None if devices.is_empty() => Self::None,
            None => Self::Unusable,
        })
    }

    pub fn first(self) -> Option<MfaSerial> {
        match self {
            Self::Usable { first, .. } => Some(first),
            Self::Unusable | Self::None | Self::Unknown => None,
        }
    }

    /// The note about them for the user.
    pub fn note(&self, user: &str) -> Option<String> {
        match self {
            Self::Usable { first, others } if !others.is_empty() => {
                let others: Vec<_> = others.iter().map(ToString::to_string).collect();
                Some(format!("user `{user}` has several MFA devices: using {first}, not {}", others.join(", ")))
            }
            Self::Usable { .. } | Self::Unknown => None,
            Self::Unusable => {
                Some(format!("user `{user}` has only passkeys or security keys, which STS cannot check: register an authenticator app too"))
            }
            Self::None => {
                Some(format!("user `{user}` has no MFA device yet: register one in the IAM console, then set `mfa_serial` in the profile"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::ForeignText;
    use crate::ports::AwsFaultKind;

    use super::*;

    /// An IAM in memory; `None`: it refuses.
    struct FakeIam(Option<Vec<&'static str>>);

    impl MfaDevices for FakeIam {
        fn mfa_devices(&self, user_name: &str) -> Result<Vec<String>, AwsFault> {
            assert_eq!(user_name, "alice");
            let devices = self.0.as_ref().map(|serials| serials.iter().map(|serial| (*serial).to_owned()).collect());
            let (kind, message) = (AwsFaultKind::AccessDenied, ForeignText::of("no"));
            devices.ok_or(AwsFault { operation: "ListMFADevices", kind, message, clock_ahead: None })
        }
    }

    #[test]
    fn the_first_device_that_sts_can_check_is_used() {
        const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
        const TABLET: &str = "arn:aws:iam::123456789012:mfa/tablet";
        const KEY: &str = "arn:aws:iam::123456789012:u2f/user/alice/key";
        for (serials, first, said) in [
            (vec![PHONE], Some(PHONE), None),
            (vec![KEY, PHONE], Some(PHONE), None),
            (vec![PHONE, KEY, TABLET], Some(PHONE), Some("several MFA devices")),
            (vec![KEY], None, Some("only passkeys or security keys")),
            (vec![], None, Some("no MFA device yet")),
        ] {
            let devices = Devices::of(&FakeIam(Some(serials.clone())), "alice").unwrap();
            let note = devices.note("alice");
            assert_eq!(note.is_some(), said.is_some(), "{serials:?}: {note:?}");
            assert!(note.unwrap_or_default().contains(said.unwrap_or_default()), "{serials:?}");
            assert_eq!(devices.first().as_ref().map(MfaSerial::as_str), first, "{serials:?}");
        }
        assert!(Devices::of(&FakeIam(None), "alice").is_err(), "a refusal is no empty list");
        assert_eq!(Devices::Unknown.note("alice"), None, "the refusal was said already");
    }
}
