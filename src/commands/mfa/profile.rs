//! Writes the device into the profile whose key is the user's. Never replaces another device unasked.

use crate::app::aws_files::AwsFile;
use crate::app::{Failure, config_file};
use crate::config::{edit, keys};
use crate::model::{MfaSerial, shown};
use crate::os::dirs;
use crate::prompt::Terminal;
use crate::ui;

use super::user::KeyUser;

/// What became of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It names the device.
    Named,
    /// It names another one, as before.
    Kept,
}

/// Has the profile name the device.
///
/// # Errors
/// When the config file cannot be changed.
pub fn write_serial(user: &KeyUser<'_>, serial: &MfaSerial) -> Result<Written, Failure> {
    let (context, name) = (user.context, &user.profile);
    let by_hand = || format!("`{} = {serial}`", keys::MFA_SERIAL);
    if let Some(other) = user.named().filter(|other| *other != serial) {
        let question = format!("Profile `{name}` names {other}: name {serial} instead? [y/N] ");
        let agreed = Terminal::open_to_ask(false).and_then(|terminal| terminal.agrees(&question));
        if !agreed.unwrap_or(false) {
            ui::note(&format!("profile `{name}` still names {other}; to use the new device, write {} there", by_hand()));
            return Ok(Written::Kept);
        }
    }
    let path = AwsFile::Config.path(&context.env)?;
    let path = dirs::with_tilde(&path);
    let changed = config_file::change(context, |before| {
        let settings = [(keys::MFA_SERIAL, serial.as_str())];
        let with_section = edit::ensure_section(before, name, None, &settings)?;
        Ok(edit::set_key(&with_section, name, keys::MFA_SERIAL, serial.as_str())?)
    })
    .map_err(|failure| {
        Failure { message: format!("the device is enabled, but its profile could not be written: {}", failure.message), ..failure }
            .hint(format!("write {} into profile `{name}` in {} yourself", by_hand(), shown(&path)))
    })?;
    if changed {
        ui::note(&format!("wrote {} to profile `{name}` in {}", by_hand(), shown(&path)));
    }
    Ok(Written::Named)
}
