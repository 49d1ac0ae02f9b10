//! `vault mfa list`: the user's devices, and which profiles name them. Never changes one.

use clap::Args;
use serde_json::json;

use crate::app::prepare::{inventory_of, prepare_from_index};
use crate::app::{Context, Failure, request};
use crate::cli::arguments::OptionalProfile;
use crate::model::{MfaDevice, ProfileName, Timestamp};
use crate::plan::{self, Inventory};
use crate::ports::MfaDevices as _;
use crate::ui::{self, Table};

use super::user::KeyUser;
use super::which::{IN_THE_CONSOLE, only_passkeys};

/// List your devices, and which profiles name them
#[derive(Args)]
#[command(after_help = "Examples:
  vault mfa list read-only
  vault mfa list read-only --json")]
pub struct Arguments {
    #[command(flatten)]
    pub(super) profile: OptionalProfile,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One line of the list.
struct Row {
    device: MfaDevice,
    /// Whether AWS says that the user has it.
    known: bool,
    used_by: Vec<ProfileName>,
}

impl Row {
    fn is_usable(&self) -> bool {
        self.known && self.device.usable().is_some()
    }
}

pub fn run(user: &KeyUser<'_>, arguments: &Arguments) -> Result<u8, Failure> {
    let devices = user.iam().mfa_devices(&user.name).map_err(|fault| user.refused(&fault))?;
    let rows = rows(devices, &naming(user.context, &inventory_of(user.keystores)?, user)?);
    if arguments.json {
        ui::json(&rows.iter().map(as_json).collect())?;
    } else {
        table(&rows).print()?;
    }
    if let Some(note) = note(&rows, user) {
        ui::note(&note);
    }
    Ok(0)
}

/// A profile, the serial that it names, and whether it acts as this user.
struct Naming {
    profile: ProfileName,
    serial: String,
    of_user: bool,
}

/// The profiles that name a device, each with its serial. `vault list` reports the profiles that cannot be understood.
fn serials(context: &Context) -> Result<Vec<(ProfileName, String)>, Failure> {
    let profiles = context.profiles()?;
    let mut all = Vec::new();
    for profile in profiles.names() {
        let asked = request::of_environment(&context.env, profile.clone())?;
        let summary = plan::profile_summary(profiles, &asked).ok().flatten();
        all.extend(summary.and_then(|summary| summary.serial).map(|serial| (profile, serial.to_string())));
    }
    Ok(all)
}

/// Which profiles name which devices.
fn naming(context: &Context, index: &Inventory, user: &KeyUser<'_>) -> Result<Vec<Naming>, Failure> {
    let is_of_user = |profile: &ProfileName| {
        let planned = prepare_from_index(context, index, profile.clone());
        planned.is_ok_and(|planned| planned.plan.base.stored_name() == Some(&user.profile))
    };
    Ok(serials(context)?.into_iter().map(|(profile, serial)| Naming { of_user: is_of_user(&profile), profile, serial }).collect())
}

/// The profiles that name the device.
pub fn profiles_naming(context: &Context, serial: &str) -> Result<Vec<ProfileName>, Failure> {
    Ok(serials(context)?.into_iter().filter(|(_, named)| named == serial).map(|(profile, _)| profile).collect())
}

fn rows(devices: Vec<MfaDevice>, naming: &[Naming]) -> Vec<Row> {
    let used_by = |serial: &str| naming.iter().filter(|naming| naming.serial == serial).map(|naming| naming.profile.clone()).collect();
    let mut rows: Vec<_> = devices.into_iter().map(|device| Row { used_by: used_by(&device.serial), device, known: true }).collect();
    for Naming { serial, .. } in naming.iter().filter(|naming| naming.of_user) {
        if rows.iter().all(|row| row.device.serial != *serial) {
            let device = MfaDevice { serial: serial.clone(), enabled_at: None };
            rows.push(Row { used_by: used_by(serial), device, known: false });
        }
    }
    rows
}

fn table(rows: &[Row]) -> Table<5> {
    let mut table = Table::new(["DEVICE", "KIND", "ENABLED", "STS", "USED BY"]);
    for row in rows {
        let used_by: Vec<_> = row.used_by.iter().map(ToString::to_string).collect();
        let enabled = row.device.enabled_at.as_ref().map(Timestamp::to_string).unwrap_or_default();
        let sts = if row.is_usable() { "yes" } else { "no" };
        let fault = (!row.known).then_some("AWS does not list it for this user");
        table.row([row.device.serial.clone(), row.device.kind().to_string(), enabled, sts.to_owned(), used_by.join(", ")], fault);
    }
    table
}

fn as_json(row: &Row) -> serde_json::Value {
    json!({
        "serial": row.device.serial,
        "kind": row.device.kind().as_str(),
        "enabled_at": row.device.enabled_at.as_ref().map(Timestamp::to_string),
        "usable_with_sts": row.is_usable(),
        "used_by": row.used_by.iter().map(ProfileName::as_str).collect::<Vec<_>>(),
    })
}

/// What to do about what is listed.
fn note(rows: &[Row], user: &KeyUser<'_>) -> Option<String> {
    let (name, profile) = (&user.name, user.profile.in_shell());
    if let Some(row) = rows.iter().find(|row| row.is_usable()) {
        let none_named = rows.iter().all(|row| row.used_by.is_empty());
        return none_named
            .then(|| format!("no profile names a device: set `mfa_serial = {}` in profile `{}`", row.device.serial, user.profile));
    }
    Some(if rows.iter().any(|row| row.known) {
        format!("{}: {IN_THE_CONSOLE}", only_passkeys(name))
    } else {
        format!("user `{name}` has no MFA device yet: `vault mfa enroll {profile}` makes one")
    })
}
