//! Chooses the MFA device to write into a profile. Never writes it.

use crate::app::choice;
use crate::model::{MfaDevice, MfaSerial, ProfileName};
use crate::ui;

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
    /// What there is for STS among these.
    pub fn among(devices: &[MfaDevice]) -> Self {
        let mut usable = devices.iter().filter_map(MfaDevice::usable);
        match usable.next() {
            Some(first) => Self::Usable { first, others: usable.collect() },
            None if devices.is_empty() => Self::None,
            None => Self::Unusable,
        }
    }

    /// The one that the person chooses on the terminal, else the first.
    pub fn chosen(self, user: &str) -> Option<MfaSerial> {
        let Self::Usable { first, others } = self else { return None };
        if others.is_empty() {
            return Some(first);
        }
        let all: Vec<_> = std::iter::once(first).chain(others).collect();
        let names: Vec<_> = all.iter().map(MfaSerial::as_str).collect();
        let chosen = choice::ask(&format!("user `{user}` has several MFA devices:"), &names).unwrap_or_else(|_| {
            ui::note(&format!("user `{user}` has several MFA devices: using {}, not {}", names[0], names[1..].join(", ")));
            0
        });
        all.into_iter().nth(chosen)
    }

    /// The note about them for the user.
    pub fn note(&self, user: &str, name: &ProfileName) -> Option<String> {
        let enroll = format!("`vault mfa enroll {}`", name.in_shell());
        match self {
            Self::Usable { .. } | Self::Unknown => None,
            Self::Unusable => {
                Some(format!("user `{user}` has only passkeys or security keys, which STS cannot check: register an authenticator app too"))
            }
            Self::None => Some(format!("user `{user}` has no MFA device yet: {enroll} makes one and signs you in")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_devices_that_sts_can_check_are_used() {
        const PHONE: &str = "arn:aws:iam::123456789012:mfa/phone";
        const TABLET: &str = "arn:aws:iam::123456789012:mfa/tablet";
        const KEY: &str = "arn:aws:iam::123456789012:u2f/user/alice/key";
        let profile = ProfileName::parse("me").unwrap();
        for (serials, usable, said) in [
            (vec![PHONE], vec![PHONE], None),
            (vec![KEY, PHONE], vec![PHONE], None),
            (vec![PHONE, KEY, TABLET], vec![PHONE, TABLET], None),
            (vec![KEY], vec![], Some("only passkeys or security keys")),
            (vec![], vec![], Some("no MFA device yet: `vault mfa enroll me`")),
        ] {
            let listed: Vec<_> = serials.iter().map(|serial| MfaDevice { serial: (*serial).to_owned(), enabled_at: None }).collect();
            let devices = Devices::among(&listed);
            let note = devices.note("alice", &profile);
            assert_eq!(note.is_some(), said.is_some(), "{serials:?}: {note:?}");
            assert!(note.unwrap_or_default().contains(said.unwrap_or_default()), "{serials:?}");
            let found: Vec<_> = match &devices {
                Devices::Usable { first, others } => std::iter::once(first).chain(others).map(MfaSerial::as_str).collect(),
                Devices::Unusable | Devices::None | Devices::Unknown => Vec::new(),
            };
            assert_eq!(found, usable, "{serials:?}");
        }
        assert_eq!(Devices::Unknown.note("alice", &profile), None, "the refusal was said already");
    }
}
