//! `vault mfa remove`: takes a device from the user, and deletes it where that may be. Never takes the last one unless it is forced to.

use clap::Args;
use secrecy::SecretString;

use crate::app::Failure;
use crate::cli::arguments::{OptionalProfile, secret};
use crate::engine::enroll::{Removed, Remover, left_unassigned};
use crate::model::{MfaDevice, TokenCode, ticked};
use crate::ports::{AwsFault, AwsFaultKind, MfaDevices as _};
use crate::prompt::Terminal;
use crate::sessions::DeviceFile;
use crate::ui;

use super::list::profiles_naming;
use super::session::with_mfa;
use super::user::KeyUser;

/// Remove a device from your user, and delete it
///
/// AWS allows that only in an MFA session, so you need a device that works. Sessions that were
/// made with the device stay valid until they expire.
#[derive(Args)]
#[command(after_help = "Examples:
  vault mfa remove read-only --device old-phone")]
pub struct Arguments {
    #[command(flatten)]
    pub(super) profile: OptionalProfile,
    /// The device, by its name or ARN
    #[arg(long, value_name = "NAME|ARN")]
    device: String,
    /// Do not ask, and remove the last device too
    #[arg(short, long)]
    force: bool,
    /// A code of your device, instead of asking for it
    #[arg(short = 't', long, value_name = "CODE", value_parser = secret)]
    pub(super) mfa_token: Option<SecretString>,
}

pub fn run(user: &KeyUser<'_>, arguments: &Arguments, code: Option<TokenCode>) -> Result<u8, Failure> {
    let allowed = |devices: &[MfaDevice]| -> Result<MfaDevice, Failure> {
        let device = meant(devices, &arguments.device, user)?;
        if !arguments.force {
            refuse_last(devices, device, user)?;
        }
        Ok(device.clone())
    };
    let devices = user.iam().mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    let device = allowed(&devices)?;
    if !arguments.force {
        confirm(&device, user)?;
    }
    let iam = with_mfa(user, &devices, code)?;
    let note = DeviceFile::of_removal(&user.context.directories, &user.arn);
    let held = note.wait_and_hold("another vault to finish removing a device of this user");
    // While somebody was asked, another run or another program may have removed one.
    let devices = iam.mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    let device = allowed(&devices)?;
    let remover = Remover { iam: &iam, note: &note, notices: user.context.notices, user_name: &user.name };
    remover.settle(&devices);
    let became = remover.remove(&device).map_err(|fault| explain(user, &fault))?;
    drop(held);
    ui::note(&format!("removed {} from user `{}`", device.serial, user.name));
    match became {
        Removed::Deleted => ui::note("deleted the device"),
        Removed::LeftUnassigned => ui::note(&left_unassigned(&device.serial)),
        Removed::Taken => {}
    }
    let named_by = profiles_naming(user.context, &device.serial)?;
    if !named_by.is_empty() {
        ui::note(&format!("`mfa_serial` still names it in {}: name another device there", ticked(&named_by)));
    }
    Ok(0)
}

fn meant<'d>(devices: &'d [MfaDevice], text: &str, user: &KeyUser<'_>) -> Result<&'d MfaDevice, Failure> {
    let found: Vec<_> = devices.iter().filter(|device| device.is_called(text)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let names: Vec<_> = devices.iter().map(|device| format!("`{}`", device.name())).collect();
            let there = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
            Err(Failure::new(format!("user `{}` has no MFA device `{text}`: {there}", user.name))
                .hint(format!("`vault mfa list {}` shows them", user.profile.in_shell())))
        }
        _ => Err(Failure::new(format!("several MFA devices of user `{}` are called `{text}`", user.name))
            .hint(format!("give the whole ARN; `vault mfa list {}` shows them", user.profile.in_shell()))),
    }
}

fn refuse_last(devices: &[MfaDevice], device: &MfaDevice, user: &KeyUser<'_>) -> Result<(), Failure> {
    let others = devices.iter().any(|other| other != device);
    if others {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{}` is the last MFA device of user `{}`: without one, you lose everything that your policies allow only with MFA, and every role that asks for MFA",
        device.name(),
        user.name
    ))
    .hint(format!("add another device first with `vault mfa enroll {}`, or remove this one anyway with `--force`", user.profile.in_shell())))
}

fn confirm(device: &MfaDevice, user: &KeyUser<'_>) -> Result<(), Failure> {
    let terminal =
        Terminal::open_to_ask(false).map_err(|error| Failure::new(error.to_string()).hint("remove it without a prompt: add `--force`"))?;
    terminal.tell(&format!("about to remove the MFA device {} from user `{}`", device.serial, user.name));
    let typed = terminal.line("Type the device's name to continue: ")?;
    if device.is_called(typed.trim()) {
        return Ok(());
    }
    Err(Failure::new("you did not type the device's name: nothing is removed")
        .hint(format!("to continue, type `{}` at the prompt", device.name())))
}

fn explain(user: &KeyUser<'_>, fault: &AwsFault) -> Failure {
    let failure = user.refused(fault);
    match fault.kind {
        AwsFaultKind::AccessDenied => failure.hint(
            "your policy must allow `iam:DeactivateMFADevice` on your own user; otherwise, ask an administrator to remove the device",
        ),
        _ => failure,
    }
}
