//! `vault setup`: runs the other commands in order, from an access key to a working `exec`. Never does anything that they do not do.

mod role;

use std::path::PathBuf;

use clap::{Args, ValueHint};
use secrecy::SecretString;

use crate::app::obtain::obtain;
use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::prepare;
use crate::app::request::SessionOptions;
use crate::app::target_profile::TargetProfile;
use crate::app::{Context, Failure, keystores, unfinished_setup};
use crate::cli::arguments::{profile_name_argument, secret, token_code};
use crate::keystore::{Entry, Keystores};
use crate::model::{MfaSerial, ProfileName, Region, RoleArn, RotationKind, TokenCode, shown};
use crate::os::{dirs, files};
use crate::ports::{DeviceNote as _, KeyStore as _, KeyStoreError, MfaDevices as _, Route, Sts as _};
use crate::sessions::DeviceFile;
use crate::ui;

use super::add::{self, KeyInput, KeySource};
use super::mfa::{Done, How, KeyUser, choose, enroll, write_serial};
use super::rotate;

/// Set up a new user: key, MFA device, first session, roles
///
/// Stores the key, finds your MFA device or makes one, signs you in, replaces the key
/// that you were given with a new one that nobody else has seen, writes a profile for
/// each role, and proves that it all works. Each step says what it did. Interrupt it at any
/// point and run it again: what is done already is skipped.
#[derive(Args)]
#[command(after_help = "Examples:
  vault setup me
  vault setup me --csv ~/Downloads/me_accessKeys.csv
  vault setup me --role arn:aws:iam::123456789012:role/OpsSudo
  pass show aws/me | vault setup me --stdin")]
pub struct Arguments {
    /// The profile that is set up
    #[arg(value_name = "NAME", value_parser = ProfileName::parse, add = profile_name_argument())]
    name: ProfileName,
    #[command(flatten)]
    key: KeyInput,
    /// Read the key from a CSV file downloaded from the AWS console
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["env", "stdin"])]
    csv: Option<PathBuf>,
    /// The region to write into a profile that has none
    #[arg(long, value_parser = Region::parse)]
    region: Option<Region>,
    /// A role to write a profile for; can be repeated
    #[arg(long, value_name = "ARN", value_parser = RoleArn::parse)]
    role: Vec<RoleArn>,
    /// Keep the key that you were given: do not replace it
    #[arg(long)]
    keep_key: bool,
    /// The code of a device that you have already, instead of asking for it
    #[arg(short = 't', long, value_name = "CODE", value_parser = secret)]
    mfa_token: Option<SecretString>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let name = &arguments.name;
    let code = token_code(arguments.mfa_token.as_ref())?;
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    key(context, &keystores, arguments)?;
    unfinished_setup::begun(&context.directories, name, again(context, arguments));
    device(&context.read_again()?, &keystores, name)?;
    let context = &context.read_again()?;
    session(context, &keystores, name, code)?;
    rotation(context, &keystores, arguments)?;
    for role in &arguments.role {
        // The profile of one role may have the name that another would get.
        role::write_profile(&context.read_again()?, name, role)?;
    }
    proof(&context.read_again()?, &keystores, name)?;
    unfinished_setup::over(&context.directories, name);
    if let Some(path) = arguments.csv.as_ref().filter(|path| files::exists(path)) {
        ui::note(&format!("delete `{}`: it holds the key that you were given, unencrypted", shown(&dirs::with_tilde(path))));
    }
    ui::note(&format!("everything is set up: `vault exec {} -- aws s3 ls`", name.in_shell()));
    Ok(0)
}

/// The command that continues this one, now that the key is stored.
fn again(context: &Context, arguments: &Arguments) -> String {
    let Arguments { name, region, role, keep_key, .. } = arguments;
    let region = region.iter().map(|region| format!(" --region {region}"));
    let roles = role.iter().map(|role| format!(" --role {role}"));
    let keep = keep_key.then(|| " --keep-key".to_owned());
    let options: String = region.chain(roles).chain(keep).chain([context.choices.backend_flag(&context.env)]).collect();
    format!("setup {}{options}", name.in_shell())
}

fn step(what: &str, says: &str) {
    ui::note(&format!("{what}: {says}"));
}

fn key(context: &Context, keystores: &Keystores<'_>, arguments: &Arguments) -> Result<(), Failure> {
    let (name, region) = (&arguments.name, arguments.region.as_ref());
    let source = arguments.csv.as_deref().map_or(KeySource::Given(&arguments.key), KeySource::Csv);
    let Some(entry) = stored(keystores, name)? else { return add::store(context, keystores, name, source, region) };
    add::refuse_another(context, keystores, &entry, source, region)?;
    step("key", &format!("already stored as `{name}`"));
    // A run that was interrupted right after storing the key has not written the profile.
    add::write_profile(context, name, region, &TargetProfile::read(context, name)?, None)
}

/// The entry of the key, if the keystore has it: a run that was killed leaves an entry of what it was about to store.
fn stored(keystores: &Keystores<'_>, name: &ProfileName) -> Result<Option<Entry>, Failure> {
    let Some(entry) = keystores.entry(name)? else { return Ok(None) };
    match keystores.long_term_credentials(name) {
        Ok(_) => Ok(Some(entry)),
        Err(KeyStoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes one of the user's devices into the profile, or makes a device.
fn device(context: &Context, keystores: &Keystores<'_>, name: &ProfileName) -> Result<(), Failure> {
    let user = KeyUser::of(context, keystores, Some(name), "setup")?;
    let devices = user.iam().mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    let is_there = |serial: &MfaSerial| devices.iter().any(|device| device.has_serial(serial));
    // AWS may already have enabled a device for an interrupted run.
    let begun = DeviceFile::of_enrolment(&context.directories, &user.arn).begun();
    if devices.is_empty() || begun.as_ref().is_some_and(is_there) {
        let done = enroll(&user, &How { device: None, as_text: false, ykman: None }, None)?;
        if done == Done::Enrolled {
            step("device", "its next code makes the first session");
        }
        return Ok(());
    }
    if let Some(serial) = user.named().filter(|serial| is_there(serial)) {
        step("device", &format!("{serial} is already in the profile"));
        return Ok(());
    }
    if let Some(serial) = choose(&devices, &user.name)?.usable() {
        write_serial(&user, &serial)?;
    }
    Ok(())
}

fn session(context: &Context, keystores: &Keystores<'_>, name: &ProfileName, code: Option<TokenCode>) -> Result<(), Failure> {
    let prepared = prepare(context, keystores, name.clone(), &SessionOptions::default())?;
    obtain(context, keystores, &prepared, code)?;
    step("session", &format!("`{name}` is signed in, and roles on top of it need no further code"));
    Ok(())
}

/// Replaces a key that somebody else may have seen: any key that was not made here.
fn rotation(context: &Context, keystores: &Keystores<'_>, arguments: &Arguments) -> Result<(), Failure> {
    let name = &arguments.name;
    let entry = keystores.entry(name)?;
    let under_way = entry.as_ref().and_then(|entry| entry.rotation.as_ref());
    let is_replaced = entry.as_ref().is_some_and(|entry| !entry.previous.is_empty());
    let says = match under_way {
        Some(note) if note.kind == RotationKind::Grace => format!(
            "the key was replaced already; the old one is inactive, and `vault rotate {}` deletes it after its grace period",
            name.in_shell()
        ),
        Some(note) if note.kind == RotationKind::Switched && arguments.keep_key => format!(
            "the key was replaced already; the one that you were given is active until `vault rotate {}` can deactivate it",
            name.in_shell()
        ),
        None if is_replaced => "the key was replaced already".to_owned(),
        _ if arguments.keep_key => {
            format!("the key that you were given is kept; `vault rotate {}` replaces it", name.in_shell())
        }
        _ => {
            let given = entry.as_ref().and_then(|entry| entry.key_id.clone());
            rotate::one(context, keystores, name).map_err(|failure| {
                let now = keystores.entry(name).ok().flatten().and_then(|entry| entry.key_id);
                match failure.status {
                    Failure::INTERRUPTED => failure,
                    _ if now != given => failure,
                    _ => failure.hint("to continue with the key that you were given, add `--keep-key`"),
                }
            })?
        }
    };
    step("rotation", &says);
    Ok(())
}

/// Asks AWS whose session it is.
fn proof(context: &Context, keystores: &Keystores<'_>, name: &ProfileName) -> Result<(), Failure> {
    let prepared = prepare(context, keystores, name.clone(), &SessionOptions::default())?;
    let session = obtain(context, keystores, &prepared, None)?;
    let Some(last) = prepared.plan.last_step() else { return Ok(()) };
    let identity = context
        .clients()
        .caller_identity(&session, &Route::of(last))
        .map_err(|fault| Failure::of_fault(&fault, Some(last.endpoint.partition), Some(name)))?;
    step("proof", &format!("AWS knows the session as {}", identity.arn));
    Ok(())
}
