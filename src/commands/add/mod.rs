//! `vault add`: stores a long-term key, checks it, and writes what its profile needs into the config file. Never prints the secret.

mod devices;
mod key_input;

use clap::Args;

use crate::app::aws_files::AwsFile;
use crate::app::linked::reading;
use crate::app::passphrase::TerminalPassphrase;
use crate::app::target_profile::TargetProfile;
use crate::app::{Context, Failure, config_file, failure, keystores, stray_settings};
use crate::aws::IamClient;
use crate::cli::arguments::profile_name_argument;
use crate::config::edit;
use crate::config::keys;
use crate::keystore::{Entry, Keystores, Over};
use crate::model::{AccountId, Credentials, LongTermCredentials, MfaSerial, Partition, ProfileName, Region, RoleArn, shown};
use crate::os::{clock, dirs, files};
use crate::ports::{CallerIdentity, KeyStoreError, MfaDevices as _, Sts as _};
use crate::ui;

use devices::Devices;
pub(super) use key_input::{KeyInput, KeySource};

/// Store a long-term access key
///
/// Asks for the key on the terminal, checks it with AWS, stores it, finds your MFA
/// device, and writes the profile's section into ~/.aws/config if it is missing.
#[derive(Args)]
#[command(after_help = "Examples:
  vault add read-only
  vault add read-only --env                from AWS_ACCESS_KEY_ID and
                                           AWS_SECRET_ACCESS_KEY
  pass show aws/me | vault add me --stdin  id and secret on two lines")]
pub struct Arguments {
    /// The profile that the key is for
    #[arg(value_name = "NAME", value_parser = ProfileName::parse, add = profile_name_argument())]
    name: ProfileName,
    #[command(flatten)]
    key: KeyInput,
    /// Do not call AWS: neither check the key nor look for the MFA device
    #[arg(long)]
    no_verify: bool,
    /// Replace a different key of that name
    #[arg(short, long)]
    force: bool,
    /// The region to write into a profile that has none
    #[arg(long, value_parser = Region::parse)]
    region: Option<Region>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let added = add(context, &keystores, arguments, KeySource::Given(&arguments.key))?;
    let serial = added.identity.and_then(|identity| find_device(context, arguments, &added.key, &added.target, &identity));
    write_profile(context, &arguments.name, arguments.region.as_ref(), &added.target, serial.as_ref())?;
    ui::note(&format!("try it with `vault exec {} -- aws s3 ls`", arguments.name.in_shell()));
    Ok(0)
}

/// Stores the key as a step of `vault setup`, which looks for the MFA device itself.
pub(super) fn store(
    context: &Context,
    keystores: &Keystores<'_>,
    name: &ProfileName,
    source: KeySource<'_>,
    region: Option<&Region>,
) -> Result<(), Failure> {
    let added = add(context, keystores, &Arguments::of_setup(name, source, region), source)?;
    write_profile(context, name, region, &added.target, None)
}

/// Fails if the command gives another key than the one of the entry or those that it has replaced. A key that would be asked for, or whose file is
/// gone, is not given.
pub(super) fn refuse_another(
    context: &Context,
    keystores: &Keystores<'_>,
    entry: &Entry,
    source: KeySource<'_>,
    region: Option<&Region>,
) -> Result<(), Failure> {
    let name = &entry.name;
    let given = match source {
        KeySource::Given(input) if input.flag().is_empty() => return Ok(()),
        KeySource::Csv(path) if !files::exists(path) => return Ok(()),
        _ => key_input::read(context, name, source)?,
    };
    if entry.key_ids().chain(&entry.previous).any(|known| *known == given.key_id) {
        return Ok(());
    }
    check_replacement(context, keystores, &given, &Arguments::of_setup(name, source, region))
}

/// A key that is stored now, and what is known of it.
struct Added {
    key: LongTermCredentials,
    target: TargetProfile,
    /// What AWS says, where it was asked.
    identity: Option<CallerIdentity>,
}

fn add(context: &Context, keystores: &Keystores<'_>, arguments: &Arguments, source: KeySource<'_>) -> Result<Added, Failure> {
    let name = &arguments.name;
    // Report config file errors before anything is asked or stored.
    let target = TargetProfile::read(context, name)?;
    target.refuse_second_meaning(name)?;
    let ignored = context.profiles()?.ignored_sections(name.as_str());
    // The new section would hide the one that was meant, with its device, role and region.
    if target.summary.is_none()
        && let Some(section) = ignored.first()
    {
        return Err(section.clone().into());
    }
    stray_settings::warn_of_sections(context, &ignored);

    let key = key_input::read(context, name, source)?;
    if arguments.no_verify {
        key_input::check_length(&key)?;
    }
    let of_id = key.key_id.account();
    if let Some(account) = &of_id {
        check_account(&key, account, &target, name)?;
    }
    check_replacement(context, keystores, &key, arguments)?;

    let identity = if arguments.no_verify { None } else { Some(verify(context, &key, &target, arguments)?) };
    // Ids of before 2019 do not say theirs.
    if let Some(account) = identity.as_ref().and_then(|identity| identity.arn.account())
        && of_id.as_ref() != Some(account)
    {
        check_account(&key, account, &target, name)?;
    }
    let choice = keystores.choice(name);
    if choice.is_news
        && let Some(reason) = &choice.reason
    {
        // Before the keystore itself asks for anything.
        ui::note(&format!("the {} keystore is used because {reason}; choose another with `--backend`", choice.backend));
    }
    let user = identity.as_ref().and_then(CallerIdentity::user_name);
    let over = if arguments.force { Over::Any } else { Over::SameKey };
    let stored = match keystores.store_over(name, &key, user, clock::now(), over) {
        Err(error @ KeyStoreError::Changed { .. }) => {
            // Another run stored it since: in the words for one that was there all along.
            check_replacement(context, keystores, &key, arguments)?;
            return Err(error.into());
        }
        stored => stored?,
    };
    if choice.is_news {
        keystores.told(&choice);
    }
    let whose = identity.as_ref().map_or_else(String::new, |identity| format!(" of {}", identity.arn));
    ui::note(&format!("key {}{whose} is stored as `{name}` in the {} keystore", key.key_id, choice.backend));
    if let Some(other) = stored.instead_of {
        let what = other.in_words();
        ui::note(&if other.backend == choice.backend {
            let (exist, them) = if other.key_ids().count() > 1 { ("exist", "them") } else { ("exists", "it") };
            format!("it replaces {what}, which still {exist} in AWS: deactivate {them} there if nobody uses {them} any more")
        } else {
            format!("{what} of that name stays in the {0} keystore, and is used with `--backend {0}`", other.backend)
        });
    }

    Ok(Added { key, target, identity })
}

/// Refuses a key of another account than that of the profile's device.
fn check_account(key: &LongTermCredentials, account: &AccountId, target: &TargetProfile, name: &ProfileName) -> Result<(), Failure> {
    let Some(summary) = &target.summary else { return Ok(()) };
    if let Some(device_account) = summary.serial.as_ref().and_then(MfaSerial::account)
        && device_account != *account
    {
        return Err(Failure::new(format!(
            "key {} belongs to account {account}, but the `mfa_serial` of profile `{name}` belongs to {device_account}",
            key.key_id
        ))
        .at(Some(&summary.serial_origin))
        .hint(format!("store the key of the right account, or correct `mfa_serial` of profile `{name}` in the config file")));
    }
    if let Some(role_account) = summary.role.as_ref().map(RoleArn::account)
        && role_account != account
    {
        ui::warn(&format!("key {} belongs to account {account}, but the role of profile `{name}` belongs to {role_account}", key.key_id));
    }
    Ok(())
}

/// Fails if another key would be replaced or hidden without `--force`.
fn check_replacement(
    context: &Context,
    keystores: &Keystores<'_>,
    key: &LongTermCredentials,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let name = &arguments.name;
    if arguments.force {
        return Ok(());
    }
    let Some(other) = keystores.in_the_way(name, &key.key_id, true)? else { return Ok(()) };
    let (there, here) = (other.backend, keystores.choice(name).backend);
    let failure = Failure::new(format!("{} is already stored as `{name}`, in the {there} keystore", other.in_words()));
    let by_force = arguments.again(context, true, false);
    Err(if there == here {
        failure.hint(format!("replace it with `{by_force}`, or choose another name"))
    } else {
        let elsewhere = arguments.again_in(&format!(" --backend {there}"), true, false);
        failure
            .hint(format!("replace it with `{elsewhere}`, or choose another name"))
            .hint(format!("to keep it there, and use the new one from the {here} keystore instead: `{by_force}`"))
    })
}

impl Arguments {
    /// The command that does what this step of `vault setup` does.
    fn of_setup(name: &ProfileName, source: KeySource<'_>, region: Option<&Region>) -> Self {
        Self { name: name.clone(), key: source.input(), no_verify: false, force: false, region: region.cloned() }
    }

    /// The command with all its flags, plus `--force` or `--no-verify`: without one of them, it could change another keystore.
    fn again(&self, context: &Context, by_force: bool, unchecked: bool) -> String {
        self.again_in(&context.choices.backend_flag(&context.env), by_force, unchecked)
    }

    /// The same with another flag for the keystore.
    fn again_in(&self, backend: &str, by_force: bool, unchecked: bool) -> String {
        let force = if self.force || by_force { " --force" } else { "" };
        let region = self.region.as_ref().map_or_else(String::new, |region| format!(" --region {}", region.as_str()));
        let no_verify = if self.no_verify || unchecked { " --no-verify" } else { "" };
        format!("vault add{force} {}{}{backend}{region}{no_verify}", self.name.in_shell(), self.key.flag())
    }
}

fn verify(context: &Context, key: &LongTermCredentials, target: &TargetProfile, arguments: &Arguments) -> Result<CallerIdentity, Failure> {
    let region = target.region(context, arguments.region.as_ref())?;
    context.clients().caller_identity(&Credentials::LongTerm(key.clone()), &target.route(&region, target.sts_endpoint.as_ref())).map_err(
        |fault| {
            let failure = Failure::new(format!("the key is not stored: {}", failure::explained(&fault)));
            failure
                .maybe_hint(failure::on_fault_of_key(&fault, Some(Partition::of_region(&region)), &arguments.again(context, false, false)))
                .hint(format!("to store it without the check, run `{}`", arguments.again(context, false, true)))
        },
    )
}

/// The device to write into the profile; a problem is only a note, since the key is already stored.
fn find_device(
    context: &Context,
    arguments: &Arguments,
    key: &LongTermCredentials,
    target: &TargetProfile,
    identity: &CallerIdentity,
) -> Option<MfaSerial> {
    if target.serial().is_some() {
        return None;
    }
    let Some(user) = identity.user_name() else {
        ui::note("this key does not belong to an IAM user, so vault looks for no MFA device: use an IAM user's key if you can");
        return None;
    };
    // IAM has one endpoint for each partition, and the key's own is known by now.
    let partition = identity.arn.partition();
    let region = target.region(context, arguments.region.as_ref()).unwrap_or_else(|_| partition.default_region());
    let region = partition.region_or_default(region);
    let signer = Credentials::LongTerm(key.clone());
    let iam = IamClient::new(context.clients(), signer, target.route(&region, target.iam_endpoint.as_ref()));
    let devices = match iam.mfa_devices(user) {
        Ok(devices) => Devices::among(&devices),
        Err(fault) => {
            let why = failure::explained(&fault);
            ui::note(&format!("the MFA device could not be looked up, so set `mfa_serial` in the profile yourself: {why}"));
            Devices::Unknown
        }
    };
    if let Some(note) = devices.note(user, &arguments.name) {
        ui::note(&note);
    }
    devices.chosen(user)
}

/// Adds the settings that the profile's section does not have yet.
pub(super) fn write_profile(
    context: &Context,
    name: &ProfileName,
    region: Option<&Region>,
    target: &TargetProfile,
    serial: Option<&MfaSerial>,
) -> Result<(), Failure> {
    let path = AwsFile::Config.path(&context.env)?;
    let has_region = target.summary.as_ref().is_some_and(|summary| summary.region.is_some());
    let region = region.filter(|_| !has_region).map(|region| (keys::REGION, region.as_str()));
    let wanted: Vec<_> = region.into_iter().chain(serial.map(|serial| (keys::MFA_SERIAL, serial.as_str()))).collect();
    let (mut added, mut settings) = (false, Vec::new());
    let changed = config_file::change(context, |before| {
        // What the profile says by now stays: AWS and the person were asked since it was read.
        let own = reading(context, before)?.profile(name)?;
        settings = wanted.iter().copied().filter(|(key, _)| own.as_ref().is_none_or(|own| own.get(key).is_none())).collect();
        let with_section = edit::ensure_section(before, name, None, &settings)?;
        added = with_section != before;
        if added {
            return Ok(with_section);
        }
        Ok(settings.iter().try_fold(with_section, |text, (key, value)| edit::set_key(&text, name, key, value))?)
    })
    .map_err(|failure| {
        Failure { message: format!("the key is stored, but its profile could not be written: {}", failure.message), ..failure }
            .hint(format!("add a `{}` section to {} yourself", edit::header_of(name), shown(&dirs::with_tilde(&path))))
    })?;
    if changed {
        let path = dirs::with_tilde(&path);
        let path = shown(&path);
        let written: Vec<_> = settings.iter().map(|(key, value)| format!("`{key} = {value}`")).collect();
        let written = written.join(" and ");
        ui::note(&match (added, written.as_str()) {
            (false, written) => format!("wrote {written} to profile `{name}` in {path}"),
            // Its other section is in the credentials file.
            (true, "") if target.summary.is_some() => format!("added an empty section for profile `{name}` to {path}"),
            (true, "") => format!("added profile `{name}` to {path}"),
            (true, written) => format!("added profile `{name}` with {written} to {path}"),
        });
    }
    Ok(())
}
