//! `vault mfa resync`: has AWS find out how far the clock of a device is off. Never keeps a code.

use clap::Args;

use crate::app::Failure;
use crate::cli::arguments::OptionalProfile;
use crate::config::settings::PromptMethod;
use crate::engine::enroll::{NoPair, with_pairs};
use crate::model::{MfaSerial, REFUSED_CODES, is_off, spoken_offset};
use crate::os::clock;
use crate::os::screen::AlternateScreen;
use crate::ports::{MfaDevices as _, PromptError};
use crate::prompt::{TypedPair, YkmanAuthenticator};
use crate::ui;

use super::user::KeyUser;
use super::which::choose;

/// Make AWS follow a device whose clock is off
///
/// Asks for two codes in a row. AWS accepts codes from a clock that is up to eight
/// hours off, and follows the device's clock from then on.
#[derive(Args)]
#[command(after_help = "Example:
  vault mfa resync read-only")]
pub struct Arguments {
    #[command(flatten)]
    pub(super) profile: OptionalProfile,
}

pub fn run(user: &KeyUser<'_>) -> Result<u8, Failure> {
    let iam = user.iam();
    let devices = iam.mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    let serial = match user.named() {
        Some(serial) if devices.iter().any(|device| device.has_serial(serial)) => serial.clone(),
        _ => usable(&devices, user)?,
    };
    let ahead = iam.clock_ahead().unwrap_or(0);
    let settings = user.context.settings()?;
    let method = user.context.choices.prompt_for(&user.profile, settings);
    let own = settings.for_profile(&user.profile);
    let account = own.ykman_account.as_deref().unwrap_or(serial.as_str());
    let by_key = (method == Some(PromptMethod::Ykman)).then(|| YkmanAuthenticator::new(&user.context.env, account, user.context.notices));
    if by_key.is_some() && is_off(ahead) {
        return Err(Failure::new(format!("this machine's clock is {}, so codes computed here would be wrong", spoken_offset(ahead)))
            .hint(format!("set it with {}: then the codes are right without a resync", clock::CURE)));
    }
    let of = format!("of {serial}");
    let typed = TypedPair { of: &of, clock_ahead: ahead, can_rewrite: AlternateScreen::is_there(&user.context.env) };
    let ask = |complaint: Option<&str>| by_key.as_ref().map_or_else(|| typed.ask(complaint), YkmanAuthenticator::pair);
    let taken = with_pairs(ask, |pair| iam.resync_device(&user.name, &serial, pair));
    taken.map_err(|no| match no {
        NoPair::Aws(fault) => user.refused(&fault),
        NoPair::Prompt(error @ PromptError::Unavailable(_)) => {
            Failure::new(error.to_string()).hint("run it on a terminal, where the codes can be typed")
        }
        NoPair::Prompt(error) => error.into(),
        NoPair::Refused => Failure::new(format!("{REFUSED_CODES} of {serial} three times"))
            .hint("check that they are codes of this device; a clock that is more than eight hours off must be set first"),
    })?;
    ui::note(&format!("AWS now follows the clock of {serial}; it does not say how far off it was"));
    Ok(0)
}

fn usable(devices: &[crate::model::MfaDevice], user: &KeyUser<'_>) -> Result<MfaSerial, Failure> {
    if devices.is_empty() {
        return Err(Failure::new(format!("user `{}` has no MFA device", user.name))
            .hint(format!("make one with `vault mfa enroll {}`", user.profile.in_shell())));
    }
    Ok(MfaSerial::parse(&choose(devices, &user.name)?.serial)?)
}
