//! `vault link`: writes the `credential_process` line through which every AWS tool gets a profile's credentials. Never writes it where no
//! tool would follow it.

use clap::Args;

use crate::app::aws_files::AwsFile;
use crate::app::linked::{KEY, carried, reading};
use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::{prepare, prepare_locked};
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure, config_file, keystores, protect};
use crate::cli::arguments::NamedProfile;
use crate::config::{Profile, ProfileSet, added, aws_vault_profile, credential_process_line, edit, linked_profile, linked_source};
use crate::keystore::Keystores;
use crate::model::{ProfileName, shown};
use crate::os::{dirs, process};
use crate::ui;

/// What a link makes of the config file.
struct Linked {
    text: Vec<u8>,
    /// The profile for AWS tools alone.
    section: Vec<u8>,
    /// The keys that were added to a section of the user with the line.
    added: Vec<String>,
}

impl Linked {
    fn of(context: &Context, before: &[u8], profile: &ProfileName, target: &ProfileName, line: &str) -> Result<Self, Failure> {
        // The settings that an earlier link copied may have changed since.
        let before = added::remove(before, target, KEY)?;
        let carried = carried(&reading(context, &before)?, profile, target)?;
        let carried: Vec<_> = carried.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let with_section = |text: &[u8]| edit::ensure_section(text, target, Some(edit::MADE), &carried);
        let (mut text, mut keys) = (with_section(&before)?, Vec::new());
        if text == before && !edit::is_made(&text, target) {
            text = added::add(&text, target, &carried, KEY)?;
            keys = carried.iter().map(|(key, _)| format!("`{key}`")).collect();
        }
        let with_line = |text: &[u8]| edit::set_key(text, target, KEY, line);
        Ok(Self { text: with_line(&text)?, section: with_line(&with_section(b"")?)?, added: keys })
    }
}

/// Let every AWS tool use a profile, without `vault exec`
///
/// Writes `credential_process` into ~/.aws/config, with the absolute path of this
/// program, so that `aws --profile NAME`, the SDKs and GUI programs get the
/// profile's credentials from vault. A profile with a role gets a second profile,
/// because AWS tools follow `role_arn` and ignore `credential_process` next to it.
#[derive(Args)]
#[command(after_help = "Examples:
  vault link read-only                     then: aws --profile read-only s3 ls
  vault link opssudo                       then: aws --profile opssudo-vault …
  vault link opssudo --as ops              then: aws --profile ops …
  vault link opssudo --print               only show what would be written

`vault unlink` removes it.")]
pub struct Arguments {
    #[command(flatten)]
    profile: NamedProfile,
    /// The profile to write the line into [default: PROFILE, or PROFILE-vault]
    #[arg(long = "as", value_name = "NAME", value_parser = ProfileName::parse)]
    target: Option<ProfileName>,
    /// Print the section instead of writing it
    #[arg(long)]
    print: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let profile = &arguments.profile.profile;
    // Report a problem with the profile now, instead of in each tool later.
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let prepared = prepare(context, &keystores, profile.clone(), &SessionOptions::default())?;
    protect::refuse(&prepared.plan, "its credentials are not handed to other programs")?;

    let profiles = context.profiles()?;
    let own = profiles.profile(profile)?;
    let followed = own.as_ref().and_then(Profile::followed_before_process);
    let target = match (&arguments.target, followed) {
        (Some(name), _) => name.clone(),
        (None, None) => profile.clone(),
        (None, Some(_)) => ProfileName::parse(&format!("{profile}-vault"))?,
    };
    check_target(profiles, profile, &target)?;
    if target != *profile && profiles.profile(&target)?.is_some_and(|existing| existing.get(KEY).is_none()) {
        refuse_second_meaning(context, &keystores, profile, &target)?;
    }
    let program =
        process::lasting_path(&context.env).map_err(|error| Failure::new(format!("the path of this program is not known: {error}")))?;
    let line = credential_process_line(&program, profile)?;
    if arguments.print {
        let before = AwsFile::Config.read(&context.env)?.map(|config| config.bytes).unwrap_or_default();
        ui::data(&Linked::of(context, &before, profile, &target, &line)?.section)?;
        return Ok(0);
    }
    let mut added = Vec::new();
    let changed = config_file::change(context, |before| {
        // Another run, or the person, may have changed the file while a keystore was unlocked.
        check_target(&reading(context, before)?, profile, &target)?;
        let linked = Linked::of(context, before, profile, &target, &line)?;
        check_reading(context, &linked.text, &target, &line)?;
        added = linked.added;
        Ok(linked.text)
    })?;
    let path = dirs::with_tilde(&AwsFile::Config.path(&context.env)?);
    let (done, path) = (if changed { "wrote" } else { "nothing to do: there already is" }, shown(&path));
    ui::note(&format!("{done} `{KEY}` in profile `{target}` in {path}"));
    if changed && !added.is_empty() {
        let again = format!("`vault link {}`", profile.in_shell());
        ui::note(&format!(
            "it now has its own copy of {}, because AWS tools ignore `include_profile`: run {again} again when they change",
            added.join(", ")
        ));
    }
    if target != *profile
        && let Some((key, _)) = followed
    {
        ui::note(&format!("AWS tools follow the `{key}` of `{profile}` itself: use `{target}` with them"));
    }
    warn_of_roles_on_top(&context.read_again()?, &keystores, &target)?;
    ui::note(&format!("try it with `aws s3 ls --profile {}`", target.in_shell()));
    Ok(0)
}

/// AWS tools follow a `source_profile` by themselves: they can assume a protected role on top of a linked profile without asking.
fn warn_of_roles_on_top(context: &Context, keystores: &Keystores<'_>, target: &ProfileName) -> Result<(), Failure> {
    let (profiles, settings) = (context.profiles()?, context.settings()?);
    let protected =
        settings.profile_names().filter_map(|name| ProfileName::parse(name).ok()).filter(|name| settings.for_profile(name).protect);
    for name in protected {
        let Some(source) = linked_source(profiles, &name).filter(|source| source.profile == *target) else { continue };
        if prepare_locked(context, keystores, name.clone(), &SessionOptions::default()).is_ok() {
            ui::warn(&protect::is_passed_by(&name, &source));
            ui::hint(&format!("`vault unlink {}` takes the link away", source.profile.in_shell()));
        }
    }
    Ok(())
}

fn check_target(profiles: &ProfileSet, profile: &ProfileName, target: &ProfileName) -> Result<(), Failure> {
    let Some(existing) = profiles.profile(target)? else { return Ok(()) };
    let elsewhere = format!("choose another name with `vault link {} --as NAME`", profile.in_shell());
    if let Some((key, _)) = profiles.readings(target)?.iter().find_map(Profile::followed_before_process) {
        let failure = Failure::new(format!("AWS tools follow the `{key}` of profile `{target}` and would ignore `{KEY}`")).hint(elsewhere);
        // `--as` names the profile itself.
        return Err(if target == profile { failure.status(Failure::USAGE) } else { failure });
    }
    match existing.get(KEY) {
        // What `vault import` names is replaced: the line asks for the same profile.
        Some(other) if linked_profile(&other.value).or_else(|| aws_vault_profile(&other.value)).as_ref() != Some(profile) => {
            Err(Failure::new(format!("profile `{target}` already has another `{KEY}`, at {}", other.origin)).hint(elsewhere))
        }
        _ => Ok(()),
    }
}

/// Refuses a target for which vault itself has other credentials.
// Security: users of that profile must not suddenly get another role.
fn refuse_second_meaning(context: &Context, keystores: &Keystores<'_>, profile: &ProfileName, target: &ProfileName) -> Result<(), Failure> {
    match prepare_locked(context, keystores, target.clone(), &SessionOptions::default()) {
        Ok(_) => Err(Failure::new(format!(
            "profile `{target}` has its own credentials, and every AWS tool would use those of `{profile}` instead"
        ))
        .hint(format!("choose another name with `vault link {} --as NAME`", profile.in_shell()))),
        Err(_) => Ok(()),
    }
}

/// Checks that AWS tools read what is written.
fn check_reading(context: &Context, after: &[u8], target: &ProfileName, line: &str) -> Result<(), Failure> {
    let would_not_hold = |why: &str| Failure::new(format!("AWS tools would not use what is written to profile `{target}`: {why}"));
    for reading in reading(context, after)?.readings(target)? {
        match reading.get(KEY) {
            Some(setting) if setting.value == line => {}
            Some(setting) => return Err(would_not_hold(&format!("{} sets something else", setting.origin)).hint("remove that line first")),
            None => {
                let why = format!("the profile has another section at {}, and not all AWS tools read the same one", reading.origin);
                return Err(would_not_hold(&why).hint("merge the two sections into one"));
            }
        }
    }
    Ok(())
}
