//! `vault unlink`: takes out what `vault link` wrote. Never touches a `credential_process` of another program.

use std::collections::BTreeMap;

use clap::Args;

use crate::config::{Profile, ProfileSet, SourceFile, edit, linked_profile};
use crate::model::ProfileName;
use crate::ui::{self, Failure};

use super::arguments::NamedProfile;
use super::config_file;
use super::context::Context;
use super::link::{CARRIED, KEY};

/// Take out what vault link wrote
///
/// The line goes, and with it a profile that `vault link` made for it. PROFILE is
/// either the one that was linked or the one that the line stands in.
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
    let path = ui::with_tilde(&context.config_path()?);
    let mut taken = Vec::new();
    config_file::change(context, |before| {
        let profiles = ProfileSet::index(Some(SourceFile::new(path.clone(), before.to_vec())?), None);
        let linked = linked(&profiles, profile);
        let mut text = before.to_vec();
        for (place, asked) in linked {
            // A profile that says what `link` wrote and nothing else is of no use without the line.
            let keys: Vec<_> = CARRIED.into_iter().chain([KEY]).collect();
            let ours = place != asked && carried(&profiles, &place) == carried(&profiles, &asked);
            let without = if ours { edit::remove_section_of(&text, &place, &keys)? } else { None };
            text = if let Some(without) = without {
                taken.push(format!("profile `{place}`"));
                without
            } else {
                taken.push(format!("`{KEY}` of profile `{place}`"));
                edit::remove_key(&text, &place, KEY)?
            };
        }
        Ok(text)
    })?;
    if taken.is_empty() {
        return Err(Failure::new(format!("no line that `vault link` wrote for profile `{profile}` is in {}", path.display()))
            .hint(format!("see `{KEY}` in that file")));
    }
    ui::note(&format!("removed {} from {}", taken.join(" and "), path.display()));
    Ok(0)
}

/// Where the lines stand, and for which profile: in the named profile itself, or in others for it.
fn linked(profiles: &ProfileSet, profile: &ProfileName) -> Vec<(ProfileName, ProfileName)> {
    // A profile that cannot be read is not one that this program wrote.
    let asked = |name: &ProfileName| linked_profile(&profiles.profile(name).ok().flatten()?.get(KEY)?.value);
    if let Some(asked) = asked(profile) {
        return vec![(profile.clone(), asked)];
    }
    let others = profiles.names().into_iter().filter_map(|name| Some((asked(&name)?, name)));
    others.filter(|(asked, _)| asked == profile).map(|(asked, name)| (name, asked)).collect()
}

/// What `link` copies of a profile.
fn carried(profiles: &ProfileSet, name: &ProfileName) -> BTreeMap<String, String> {
    let profile = profiles.profile(name).ok().flatten();
    let settings = profile.iter().flat_map(Profile::iter).filter(|(key, _)| CARRIED.contains(key));
    settings.map(|(key, setting)| (key.to_owned(), setting.value.clone())).collect()
}
