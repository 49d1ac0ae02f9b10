//! Decides which of several devices is meant, by asking. Never changes anything.

use crate::app::{Failure, choice};
use crate::model::MfaDevice;

/// What to do if STS can check none of the devices: AWS requires one of them for every change, and no command here can use it.
pub const IN_THE_CONSOLE: &str = "add an authenticator app in the IAM console, under Security credentials: AWS asks for your passkey there";

/// Says that STS can check none of the user's devices.
pub fn only_passkeys(user: &str) -> String {
    format!("user `{user}` has only passkeys or security keys, which STS cannot check")
}

/// The one device whose codes STS can check, or the one that the person chooses.
pub fn choose<'d>(devices: &'d [MfaDevice], user: &str) -> Result<&'d MfaDevice, Failure> {
    let usable: Vec<_> = devices.iter().filter(|device| device.usable().is_some()).collect();
    match usable[..] {
        [] => Err(Failure::new(only_passkeys(user)).hint(IN_THE_CONSOLE)),
        [one] => Ok(one),
        _ => {
            let names: Vec<_> = usable.iter().map(|device| device.serial.as_str()).collect();
            let hint = || format!("set `mfa_serial` in the profile to one of them: {}", names.join(", "));
            let chosen = choice::ask(&format!("user `{user}` has several MFA devices:"), &names)
                .map_err(|error| Failure::new(error.to_string()).hint(hint()))?;
            Ok(usable[chosen])
        }
    }
}
