//! IAM through the user's MFA session, which AWS itself wants for changes once there is a device. Never makes a second session where one is cached.

use crate::app::Failure;
use crate::app::mfa_session::{mfa_part, session};
use crate::aws::IamClient;
use crate::model::{MfaDevice, MfaSerial, TokenCode};

use super::profile::write_serial;
use super::user::KeyUser;
use super::which::choose;

/// Signs in with the device that the profile names. One that it does not name yet is written there first.
///
/// # Errors
/// If none of the devices can make a session, or making it fails.
pub fn with_mfa<'u>(user: &'u KeyUser<'_>, devices: &[MfaDevice], code: Option<TokenCode>) -> Result<IamClient<'u>, Failure> {
    let is_there = |serial: &MfaSerial| devices.iter().any(|device| device.has_serial(serial));
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
    // IAM may not let a role on top of the user change the user.
    let prepared = mfa_part(context, user.keystores, &user.profile, false)?;
    Ok(session(context, user.keystores, &prepared, code)?.map_or_else(|| user.iam(), |session| user.signed_by(session)))
}
