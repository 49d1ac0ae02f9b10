//! IAM through the user's MFA session, which AWS itself wants for changes once there is a device. Never makes a second session where one is cached.

use crate::app::Failure;
use crate::app::obtain::obtain;
use crate::app::prepare::prepare;
use crate::app::request::SessionOptions;
use crate::aws::IamClient;
use crate::model::{MfaDevice, MfaSerial, TokenCode};

use super::profile::write_serial;
use super::user::KeyUser;
use super::which::choose;

/// Signs in with the device that the profile names. One that it does not name yet is written there first.
///
/// # Errors
/// When none of the devices can make a session, or it cannot be had.
pub fn with_mfa<'u>(user: &'u KeyUser<'_>, devices: &[MfaDevice], code: Option<TokenCode>) -> Result<IamClient<'u>, Failure> {
    let is_there = |serial: &MfaSerial| devices.iter().any(|device| device.serial == serial.as_str());
    let again;
    let context = if user.named().is_some_and(is_there) {
        user.context
    } else {
        if let Some(serial) = choose(devices, &user.name)?.usable() {
            write_serial(user, &serial)?;
        }
        again = user.context.read_again()?;
        &again
    };
    let prepared = prepare(context, user.keystores, user.profile.clone(), &SessionOptions::default())?;
    Ok(user.signed_by(obtain(context, user.keystores, &prepared, code)?))
}
