//! `vault setup`: from an access key to a working `exec`, the other commands in a row. Never does anything that none of them does.

use clap::Args;

use crate::app::obtain::obtain;
use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::prepare;
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure, config_file, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::config::{edit, keys};
use crate::model::{ProfileName, Region, RoleArn};
use crate::ports::{MfaDevices as _, Route, Sts as _};
use crate::ui;

use super::add::{self, KeyInput};
use super::mfa::{Done, How, KeyUser, choose, enroll, write_serial};

/// Set up a new user: key, MFA device, first session, roles
///
/// Runs the other commands in a row and says what each step did. Interrupt it at any
/// point and run it again: what is done already is skipped.
#[derive(Args)]
#[command(after_help = "Examples:
  vault setup me
  vault setup me --role arn:aws:iam::123456789012:role/OpsSudo
  pass show aws/me | vault setup me --stdin")]
pub struct Arguments {
    /// The profile that is set up
    #[arg(value_name = "NAME", value_parser = ProfileName::parse, add = profile_name_argument())]
    name: ProfileName,
    #[command(flatten)]
    key: KeyInput,
    /// The region to write into a profile that has none
    #[arg(long, value_parser = Region::parse)]
    region: Option<Region>,
    /// A role to write a profile for; can be repeated
    #[arg(long, value_name = "ARN", value_parser = RoleArn::parse)]
    role: Vec<RoleArn>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let name = &arguments.name;
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    if keystores.entries()?.iter().any(|entry| entry.name == *name) {
        step("key", &format!("is stored as `{name}` already"));
        ensure_profile(context, name, arguments.region.as_ref())?;
    } else {
        add::store(context, name, &arguments.key, arguments.region.as_ref())?;
    }
    let context = &context.read_again()?;
    device(context, &keystores, name)?;

    let context = &context.read_again()?;
    let prepared = prepare(context, &keystores, name.clone(), &SessionOptions::default())?;
    let session = obtain(context, &keystores, &prepared, None)?;
    step("session", &format!("of `{name}` is there, and roles on top of it need no further code"));
    for role in &arguments.role {
        write_role(context, name, role)?;
    }
    if let Some(last) = prepared.plan.last_step() {
        let identity = context.clients.caller_identity(&session, &Route::of(last)).map_err(|fault| {
            let partition = Some(last.endpoint.partition);
            Failure::new(ui::explained(&fault)).maybe_hint(ui::on_fault_alone(&fault, partition, Some(name)))
        })?;
        step("proof", &format!("AWS knows the session as {}", identity.arn));
    }
    ui::note(&format!("everything is set up: `vault exec {} -- aws s3 ls`", name.in_shell()));
    Ok(0)
}

fn step(what: &str, says: &str) {
    ui::note(&format!("{what}: {says}"));
}

/// The section may be missing where a run was interrupted after it had stored the key.
fn ensure_profile(context: &Context, name: &ProfileName, region: Option<&Region>) -> Result<(), Failure> {
    let settings: Vec<_> = region.iter().map(|region| (keys::REGION, region.as_str())).collect();
    config_file::change(context, |before| Ok(edit::ensure_section(before, name, None, &settings)?)).map(drop)
}

/// Has the profile name a device of the user's, or makes one.
fn device(context: &Context, keystores: &crate::keystore::Keystores<'_>, name: &ProfileName) -> Result<(), Failure> {
    let user = KeyUser::of(context, keystores, Some(name), "setup")?;
    let devices = user.iam().mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    if let Some(serial) = user.named().filter(|serial| devices.iter().any(|device| device.serial == serial.as_str())) {
        step("device", &format!("{serial} is in the profile already"));
        return Ok(());
    }
    if devices.is_empty() {
        let how = How { device: None, as_text: false, ykman: None };
        let done = enroll(&user, &how, None)?;
        if done == Done::Enrolled {
            step("device", "the next code of it makes the first session");
        }
        return Ok(());
    }
    if let Some(serial) = choose(&devices, &user.name)?.usable() {
        write_serial(&user, &serial)?;
    }
    Ok(())
}

/// Writes a profile for the role, under the role's name.
fn write_role(context: &Context, source: &ProfileName, role: &RoleArn) -> Result<(), Failure> {
    let arn = role.to_string();
    let own = arn.rsplit('/').next().unwrap_or_default();
    let profiles = context.profiles()?;
    let is_of_role = |name: &ProfileName| {
        let profile = profiles.profile(name).ok().flatten();
        profile.is_some_and(|profile| profile.get(keys::ROLE_ARN).is_some_and(|setting| setting.value == arn))
    };
    let named = |text: &str| ProfileName::parse(text).map_err(Failure::from);
    let mut name = named(own)?;
    if profiles.is_defined(&name) && !is_of_role(&name) {
        // Another account may have a role of that name.
        name = named(&format!("{source}-{own}"))?;
    }
    if profiles.is_defined(&name) {
        if is_of_role(&name) {
            step("role", &format!("{arn} has the profile `{name}` already"));
            return Ok(());
        }
        return Err(Failure::new(format!("profiles `{own}` and `{name}` are there already, and neither is for {arn}"))
            .hint(format!("add a profile for it yourself: `role_arn = {arn}` and `source_profile = {source}`")));
    }
    let source_profile = profiles.profile(source)?;
    let serial = source_profile.as_ref().and_then(|profile| profile.get(keys::MFA_SERIAL)).map(|setting| setting.value.clone());
    let region = source_profile.as_ref().and_then(|profile| profile.get(keys::REGION)).map(|setting| setting.value.clone());
    let mut settings = vec![(keys::SOURCE_PROFILE, source.as_str()), (keys::ROLE_ARN, arn.as_str())];
    // Other AWS tools take the device from the role's own profile.
    settings.extend(serial.as_deref().map(|serial| (keys::MFA_SERIAL, serial)));
    settings.extend(region.as_deref().map(|region| (keys::REGION, region)));
    config_file::change(context, |before| Ok(edit::ensure_section(before, &name, None, &settings)?))?;
    step("role", &format!("{arn} has the profile `{name}` now: `vault exec {} -- COMMAND`", name.in_shell()));
    Ok(())
}
