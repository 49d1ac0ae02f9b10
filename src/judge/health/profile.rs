//! Judges the plan of the one profile that was named, and the state of its device. Never plans, and never looks at a file.

use crate::judge::Finding;
use crate::model::{MfaSerial, ProfileName, Timestamp};
use crate::plan::{Call, CredentialPlan};

use super::kinds as k;

/// What is known of the profile that was named, where it can be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFact {
    pub profile: ProfileName,
    /// Whether its first call makes a session, and sends no code for it.
    pub starts_without_mfa: bool,
    /// The device whose code may be asked for.
    pub device: Option<DeviceFact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceFact {
    pub serial: MfaSerial,
    /// Until when AWS accepts no codes of it, as this machine noted it, and in words; it may be over.
    pub closed_until: Option<(Timestamp, String)>,
}

impl ProfileFact {
    /// `closed_until`: of a device, as in [`DeviceFact`].
    #[must_use]
    pub fn of(plan: &CredentialPlan, closed_until: impl Fn(&MfaSerial) -> Option<(Timestamp, String)>) -> Self {
        let first = plan.steps().first().copied();
        Self {
            profile: plan.profile.clone(),
            starts_without_mfa: first.is_some_and(|step| step.call == Call::GetSessionToken && step.with_code.is_none()),
            device: plan.possible_mfa().map(|mfa| DeviceFact { serial: mfa.serial.clone(), closed_until: closed_until(&mfa.serial) }),
        }
    }
}

#[must_use]
pub fn judge_profile(fact: &ProfileFact, now: Timestamp) -> Vec<Finding> {
    let subject = fact.profile.as_str();
    let without_mfa = fact.starts_without_mfa.then(|| {
        Finding::new(&k::NO_MFA, subject, "its session is made without MFA: it cannot call IAM, and policies may deny it")
            .fix("set `mfa_serial` in the profile; `vault mfa list` shows your devices")
    });
    let closed = fact.device.as_ref().and_then(|device| {
        let (_, in_words) = device.closed_until.as_ref().filter(|(until, _)| *until > now)?;
        let message = format!("{} had too many codes: AWS accepts none until {in_words}", device.serial);
        Some(Finding::new(&k::DEVICE_CLOSED, subject, message).fix("send no more codes until then"))
    });
    without_mfa.into_iter().chain(closed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_769_860_980;

    fn ids(starts_without_mfa: bool, closed_until: Option<i64>) -> Vec<&'static str> {
        let closed_until = closed_until.map(|until| (Timestamp::from_unix(until), "12:00:00".to_owned()));
        let device = DeviceFact { serial: MfaSerial::parse("GAHT12345678").unwrap(), closed_until };
        let fact = ProfileFact { profile: ProfileName::parse("ops").unwrap(), starts_without_mfa, device: Some(device) };
        judge_profile(&fact, Timestamp::from_unix(NOW)).iter().map(|finding| finding.kind.id).collect()
    }

    #[test]
    fn a_session_without_mfa_and_a_device_that_is_still_closed_are_found() {
        assert_eq!(ids(false, None), [""; 0]);
        assert_eq!(ids(true, None), ["no-mfa"]);
        assert_eq!(ids(false, Some(NOW + 1)), ["device-closed"]);
        assert_eq!(ids(false, Some(NOW)), [""; 0], "it is over");
        assert_eq!(ids(true, Some(NOW + 60)), ["no-mfa", "device-closed"]);
    }

    #[test]
    fn the_message_names_the_device_and_the_time() {
        let device = DeviceFact {
            serial: MfaSerial::parse("GAHT12345678").unwrap(),
            closed_until: Some((Timestamp::from_unix(NOW + 1), "12:00:00".to_owned())),
        };
        let fact = ProfileFact { profile: ProfileName::parse("ops").unwrap(), starts_without_mfa: false, device: Some(device) };
        let found = judge_profile(&fact, Timestamp::from_unix(NOW));
        assert_eq!(found[0].message, "GAHT12345678 had too many codes: AWS accepts none until 12:00:00");
        assert_eq!(found[0].subject, "ops");
    }
}
