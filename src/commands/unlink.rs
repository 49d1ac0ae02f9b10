//! `vault unlink`: removes what `vault link` wrote. Never touches another program's `credential_process`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use crate::app::aws_files::AwsFile;
use crate::app::linked::{KEY, carried, reading};
use crate::app::{Context, Failure, config_file};
use crate::cli::arguments::NamedProfile;
use crate::config::{Profile, ProfileSet, SourceFile, added, credential_process_line, edit, linked_profile};
use crate::model::{ProfileName, shown};
use crate::os::{dirs, process};
use crate::ui;

/// Remove what `vault link` wrote
///
/// Removes the line, and also a profile that `vault link` made for it, unless
/// somebody has added something there. PROFILE is either the profile that was linked
/// or the one that contains the line.
#[derive(Args)]
#[command(after_help = "Examples:
  vault unlink read-only
  vault unlink opssudo                     or: vault unlink opssudo-vault")]
pub struct Arguments {
    #[command(flatten)]
    profile: NamedProfile,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let profile = &arguments.profile.profile;
    let path = dirs::with_tilde(&AwsFile::Config.path(&context.env)?);
    let program = process::lasting_path(&context.env).ok();
    let mut taken = Vec::new();
    config_file::change(context, |before| {
        taken.clear();
        let of_config = |text: &[u8]| Ok::<_, Failure>(ProfileSet::index(Some(SourceFile::new(path.clone(), text.to_vec())?), None));
        let linked = linked(&of_config(before)?, profile, program.as_deref());
        let mut text = before.to_vec();
        for (place, asked) in linked {
            let without_added = added::remove(&text, &place, KEY)?;
            let with_settings = if without_added == text { "" } else { " and the settings above it" };
            // A section that holds only what `link` wrote is useless without the line.
            let stands = stands(&of_config(&without_added)?, &place);
            let keys: Vec<_> = stands.keys().map(String::as_str).chain([KEY]).collect();
            let without_section = edit::remove_section_of(&without_added, &place, &keys)?.filter(|without| {
                // A removed profile no longer says anything.
                let carried = reading(context, without).and_then(|profiles| Ok(carried(&profiles, &asked, &place)?));
                carried.is_ok_and(|carried| stands == carried.into_iter().collect())
            });
            text = if let Some(without) = without_section {
                taken.push(format!("profile `{place}`"));
                without
            } else {
                taken.push(format!("`{KEY}`{with_settings} of profile `{place}`"));
                edit::remove_key(&without_added, &place, KEY)?
            };
        }
        Ok(text)
    })?;
    if taken.is_empty() {
        let failure = Failure::new(format!("`vault link` wrote no line for profile `{profile}` in {}", shown(&path)));
        return Err(failure.hint(match context.profiles()?.profile(profile).ok().flatten() {
            Some(here) if here.get(KEY).is_some() => {
                format!("its `{KEY}` is another program's: remove that line by hand if you do not need it")
            }
            Some(_) => format!("nothing is left to remove; `vault link {}` links the profile", profile.in_shell()),
            None => "`vault list` shows which profiles there are".to_owned(),
        }));
    }
    ui::note(&format!("removed {} from {}", taken.join(" and "), shown(&path)));
    Ok(0)
}

/// Where the lines are, and for which profile: in the named profile itself, or in others for it. In others, only the exact line counts that
/// `link` writes now, with this program's path: to remove a line that a person wrote with another path, name the profile it is in.
fn linked(profiles: &ProfileSet, profile: &ProfileName, program: Option<&Path>) -> Vec<(ProfileName, ProfileName)> {
    // This program did not write a profile that cannot be read.
    let line = |name: &ProfileName| Some(profiles.profile(name).ok().flatten()?.get(KEY)?.value.clone());
    if let Some(asked) = line(profile).and_then(|line| linked_profile(&line)) {
        return vec![(profile.clone(), asked)];
    }
    let Some(ours) = program.and_then(|program| credential_process_line(program, profile).ok()) else { return Vec::new() };
    let others = profiles.names().into_iter().filter(|name| line(name).as_ref() == Some(&ours));
    others.map(|name| (name, profile.clone())).collect()
}

/// What the profile's sections hold besides the line.
fn stands(profiles: &ProfileSet, name: &ProfileName) -> BTreeMap<String, String> {
    let profile = profiles.profile(name).ok().flatten();
    let settings = profile.iter().flat_map(Profile::iter).filter(|(key, _)| *key != KEY);
    settings.map(|(key, setting)| (key.to_owned(), setting.value.clone())).collect()
}
