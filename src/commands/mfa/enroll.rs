//! `vault mfa enroll`: a new virtual device, from the QR code to the first session. Never keeps its seed.

use clap::Args;
use secrecy::SecretString;

use crate::app::prepare::prepare;
use crate::app::request::SessionOptions;
use crate::app::{Failure, obtain};
use crate::cli::arguments::{OptionalProfile, secret};
use crate::engine::enroll::{Enroller, NotEnrolled, Remover, Why, left_unassigned};
use crate::model::{Malformed, MfaSerial, REFUSED_CODES, TokenCode, spoken_offset};
use crate::os::clock::{self, SystemClock};
use crate::ports::{Authenticator, AwsFault, AwsFaultKind, CodePair, DeviceNote as _, Holder, MfaDevices};
use crate::prompt::{Terminal, TerminalAuthenticator, YkmanAuthenticator};
use crate::sessions::DeviceFile;
use crate::ui;

use super::profile::{Written, write_serial};
use super::session::with_mfa;
use super::user::KeyUser;
use super::ykman_settings;

/// Make a virtual device, scan it, and sign in with it
///
/// Shows a QR code for your authenticator app, asks for two codes in a row, writes
/// `mfa_serial` into the profile and makes the first session. The seed in the QR
/// code is shown only once and stored nowhere.
#[derive(Args)]
#[command(after_help = "Examples:
  vault mfa enroll read-only
  vault mfa enroll read-only --seed        the seed as text, to type it
  vault mfa enroll read-only --ykman aws   on a YubiKey, which shows codes")]
pub struct Arguments {
    #[command(flatten)]
    pub(super) profile: OptionalProfile,
    /// The name of the device [default: your user's name, with a number if it is taken]
    #[arg(long, value_name = "NAME", value_parser = device_name)]
    device: Option<String>,
    /// Show the seed as text instead of a QR code
    #[arg(long)]
    seed: bool,
    /// Store the seed on a `YubiKey`, as this OATH account of `ykman`
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "seed", value_parser = ykman_account)]
    ykman: Option<String>,
    /// A code of a device that you have already, instead of asking for it
    #[arg(short = 't', long, value_name = "CODE", value_parser = secret)]
    pub(super) mfa_token: Option<SecretString>,
}

pub fn run(user: &KeyUser<'_>, arguments: &Arguments, code: Option<TokenCode>) -> Result<u8, Failure> {
    let how = How { device: arguments.device.as_deref(), as_text: arguments.seed, ykman: arguments.ykman.as_deref() };
    let done = enroll(user, &how, code)?;
    let profile = user.profile.in_shell();
    ui::note(&match done {
        Done::SignedIn => format!("you are signed in; try it with `vault exec {profile} -- aws s3 ls`"),
        Done::Enrolled => format!("sign in with the next code: `vault exec {profile} -- aws s3 ls`"),
        Done::NotInProfile => "the profile names the other device as before".to_owned(),
    });
    Ok(0)
}

/// What the person chose.
pub struct How<'a> {
    pub device: Option<&'a str>,
    pub as_text: bool,
    pub ykman: Option<&'a str>,
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The device is in the profile, and its first session is cached.
    SignedIn,
    /// The device is in the profile.
    Enrolled,
    NotInProfile,
}

/// Goes on with what an interrupted run has left, else makes a device.
pub fn enroll(user: &KeyUser<'_>, how: &How<'_>, code: Option<TokenCode>) -> Result<Done, Failure> {
    let context = user.context;
    let note = DeviceFile::of_enrolment(&context.directories, &user.arn);
    // A device that another run has just made is in use, so it must not be deleted.
    let _held = note.hold().map_err(|holder| under_way(user, &holder))?;
    let with_key = user.iam();
    let enroller =
        |iam| Enroller { iam, note: &note, notices: context.notices, clock: &SystemClock, user: &user.arn, user_name: &user.name };
    let found = enroller(&with_key).look().map_err(|fault| user.refused(&fault))?;
    let is_wanted = |serial: &MfaSerial| how.device.is_none_or(|name| serial.as_str().rsplit('/').next() == Some(name));
    if let Some(serial) = &found.enabled_earlier
        && !is_wanted(serial)
    {
        ui::note(&format!("AWS already enabled {serial} in a run that was interrupted, but you asked for another device"));
        note.done();
    }
    if let Some(serial) = found.enabled_earlier.filter(is_wanted) {
        ui::note(&format!("AWS already enabled {serial} in a run that was interrupted: continuing with it"));
        let written = write_serial(user, &serial)?;
        note.done();
        return Ok(if written == Written::Kept { Done::NotInProfile } else { Done::Enrolled });
    }
    if how.ykman.is_none() {
        // Nothing is made where nobody can scan it.
        Terminal::open_to_ask(false).map_err(|error| {
            Failure::new(error.to_string()).hint("run it on a terminal, where the QR code can be shown; with a YubiKey: `--ykman ACCOUNT`")
        })?;
    }
    let session;
    let iam: &dyn MfaDevices = if found.devices.is_empty() {
        &with_key
    } else {
        session = with_mfa(user, &found.devices, code)?;
        &session
    };
    let removal = DeviceFile::of_removal(&context.directories, &user.arn);
    {
        let _held = removal.wait_and_hold("another vault to finish removing a device of this user");
        Remover { iam, note: &removal, notices: context.notices, user_name: &user.name }.settle(&found.devices);
    }
    let of_app = TerminalAuthenticator { env: &context.env, as_text: how.as_text };
    let of_key = how.ykman.map(|account| YkmanAuthenticator::new(&context.env, account, context.notices));
    let authenticator: &dyn Authenticator = of_key.as_ref().map_or(&of_app, |ykman| ykman);
    let (serial, codes) = enroller(iam).enroll(how.device, authenticator).map_err(|not| not_enrolled(user, not))?;
    ui::note(&format!("AWS has enabled {serial} for user `{}`", user.name));
    let written = write_serial(user, &serial)?;
    note.done();
    if let Some(account) = how.ykman {
        ykman_settings::write(context, &user.profile, account)?;
    }
    if written == Written::Kept {
        return Ok(Done::NotInProfile);
    }
    first_session(user, &serial, &codes)
}

/// Two runs at once would each mistake the other's device for an abandoned one.
fn under_way(user: &KeyUser<'_>, holder: &Holder) -> Failure {
    Failure::new(format!("{} is enrolling a device for user `{}`", holder.in_words(), user.name))
        .hint("finish it there, or press Ctrl-C there; then try again")
}

/// The first session needs no third code.
fn first_session(user: &KeyUser<'_>, serial: &MfaSerial, codes: &CodePair) -> Result<Done, Failure> {
    let context = user.context.read_again()?;
    let prepared = prepare(&context, user.keystores, user.profile.clone(), &SessionOptions::default())?;
    if prepared.plan.mfa.as_ref().is_none_or(|mfa| mfa.serial != *serial) {
        return Ok(Done::Enrolled);
    }
    let made = obtain::first_session(&context, user.keystores, &prepared, codes)?;
    Ok(if made { Done::SignedIn } else { Done::Enrolled })
}

fn not_enrolled(user: &KeyUser<'_>, NotEnrolled { why, left }: NotEnrolled) -> Failure {
    let failure = match why {
        Why::Aws(fault) => explain(user, &fault),
        Why::Prompt(error) => Failure::from(error),
        Why::ClockOff(ahead) => {
            Failure::new(format!("this machine's clock is {}, so codes computed here would be wrong", spoken_offset(ahead)))
                .hint(format!("set it with {}, then try again", clock::CURE))
        }
        Why::CodesRefused => Failure::new(format!("{REFUSED_CODES} three times: the device is not enabled"))
            .hint("check that the app has the seed that was shown last, and that the clock of the device is right; then enroll again"),
        Why::NameTaken(name) => {
            Failure::new(format!("this account already has an MFA device `{name}`")).hint("choose another name with `--device NAME`")
        }
    };
    match left {
        Some(serial) => failure.hint(left_unassigned(serial.as_str())),
        None => failure,
    }
}

fn explain(user: &KeyUser<'_>, fault: &AwsFault) -> Failure {
    let failure = user.refused(fault);
    match fault.kind {
        AwsFaultKind::AccessDenied => failure.hint(format!(
            "your policy must allow `{}`: `iam:CreateVirtualMFADevice` on `arn:aws:iam::*:mfa/*`, and `iam:EnableMFADevice` on your own user; an older policy may allow only the device name `{}`",
            fault.operation, user.name
        )),
        AwsFaultKind::LimitExceeded => failure.hint(format!(
            "remove a device that you do not use any more: `vault mfa list {0}`, then `vault mfa remove {0} --device NAME`",
            user.profile.in_shell()
        )),
        _ => failure,
    }
}

/// A name that IAM takes for a device.
fn device_name(text: &str) -> Result<String, Malformed> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (1..=226).contains(&text.len()) && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(Malformed("a device's name has 1 to 226 letters, digits and characters of `_+=,.@-`".to_owned()))
    }
}

/// A name that an OATH account can have.
fn ykman_account(text: &str) -> Result<String, Malformed> {
    // What begins with a dash would be an option of `ykman`.
    if (1..=64).contains(&text.len()) && !text.starts_with('-') && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(Malformed("a YubiKey account has 1 to 64 characters and does not start with a dash".to_owned()))
    }
}
