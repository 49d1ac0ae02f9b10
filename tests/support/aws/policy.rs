//! Decides what a user may do: checks MFA codes and applies the policy that blocks without MFA.

use super::clock::Clock;
use super::refusal::Refusal;
use super::state::{By, Caller, User, World};
use super::toolbox::Why;
use super::totp::Kind;

/// The actions that AWS's self-manage policy allows without MFA.
pub const WITHOUT_MFA: [&str; 8] = [
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:GetMFADevice",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
];

/// The actions that AWS's quarantine policy denies after a key leaked, as far as they matter here.
const IN_QUARANTINE: [&str; 2] = ["iam:CreateAccessKey", "iam:UpdateAccessKey"];

impl World {
    /// Checks an MFA code for `user` and spends it. `Ok(true)` if one was given, `Ok(false)` if not.
    pub fn check_code(&mut self, user: Option<usize>, serial: Option<&str>, code: Option<&str>, clock: &Clock) -> Result<bool, Refusal> {
        let (serial, code) = match (serial, code) {
            (None, None) => return Ok(false),
            (Some(serial), Some(code)) => (serial, code),
            _ => {
                return Err(Refusal::denied(
                    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
                ));
            }
        };
        let (now, codes_now) = (clock.now(), clock.totp_now());
        let found = user.and_then(|user| {
            let User { devices, former_devices, .. } = &mut self.users[user];
            let own = devices.iter_mut().filter(|device| device.visible <= now);
            let former = former_devices.iter_mut().filter(|(_, until)| *until > now).map(|(device, _)| device);
            own.chain(former).find(|device| device.serial == serial && device.kind != Kind::Fido)
        });
        // AWS has the same message for an unknown device and for one over its budget.
        let Some(device) = found.and_then(|device| device.within_budget(codes_now).then_some(device)) else {
            return Err(Refusal::denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and \
                 associated with this user.",
            ));
        };
        if !device.accept(code, codes_now) {
            return Err(Refusal::denied("MultiFactorAuthentication failed with invalid MFA one time pass code. "));
        }
        Ok(true)
    }

    /// Whether the user's own policies allow this. STS `GetCallerIdentity` is not checked: it cannot be denied.
    pub fn authorize(&self, caller: &Caller, action: &str, on: &str, mfa: bool) -> Result<(), Refusal> {
        let Some(user) = caller.user().map(|user| &self.users[user]) else {
            return Ok(());
        };
        let why = |blocked| Why {
            action: action.to_owned(),
            resource: on.trim_start_matches(" on resource: ").to_owned(),
            principal: caller.arn.clone(),
            user_id: caller.user_id.clone(),
            account: caller.account.clone(),
            // A long-term key has MFA information only in the call that contains a code.
            mfa: (mfa || !matches!(caller.by, By::LongTerm { .. })).then_some(mfa),
            blocked,
        };
        let refused = Refusal::not_authorized(&caller.arn, action, on);
        let because = |reason: &str| Err(Refusal { message: format!("{}{reason}", refused.message), ..refused.clone() });
        if user.quarantined && IN_QUARANTINE.contains(&action) {
            return because(" with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3");
        }
        if user.block_without_mfa && !mfa && !WITHOUT_MFA.contains(&action) {
            return because(" with an explicit deny in an identity-based policy")
                .map_err(|refusal| Refusal { why: Some(why(true).into()), ..refusal });
        }
        if user.denied.iter().any(|denied| denied == action) {
            let refused = because(&format!(" because no identity-based policy allows the {action} action"));
            return refused.map_err(|refusal| Refusal { why: Some(why(false).into()), ..refusal });
        }
        Ok(())
    }
}
