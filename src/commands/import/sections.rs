//! Gives imported keys a profile where they have none, so that every command finds them. Never changes a setting that is there.

use crate::app::aws_files::AwsFile;
use crate::app::{Context, Failure, config_file, stray_settings};
use crate::config::{ProfileSet, edit, keys};
use crate::model::{MfaSerial, ProfileName, shown};
use crate::os::dirs;
use crate::ui;

use super::candidates::Candidate;
use super::outcome::Outcome;

/// For keys that stay where they were found too.
pub(super) fn write(context: &Context, candidates: &[Candidate]) -> Option<Failure> {
    write_for(context, candidates, |candidate| candidate.outcome() == Some(Outcome::Imported), true)
}

/// The same where a profile may be in the credentials file alone, and about to lose its section there.
pub(super) fn before_scrubbing(context: &Context, candidates: &[Candidate]) -> Option<Failure> {
    let is_safe =
        |candidate: &Candidate| matches!(candidate.outcome(), Some(Outcome::Imported | Outcome::Already)) || candidate.same_as.is_some();
    write_for(context, candidates, is_safe, false)
}

/// `sections_stay`: whether a section in the credentials file is enough for a profile.
fn write_for(context: &Context, candidates: &[Candidate], is_meant: impl Fn(&Candidate) -> bool, sections_stay: bool) -> Option<Failure> {
    let profiles = match context.profiles() {
        Ok(profiles) => profiles,
        Err(failure) => return Some(failure),
    };
    let mut meant: Vec<(&ProfileName, Option<&MfaSerial>)> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| is_meant(candidate)) {
        let Some(name) = &candidate.profile else { continue };
        let serial = candidate.serial.as_ref().filter(|_| !has_serial(profiles, name));
        let is_defined = profiles.is_defined(name);
        if is_defined && sections_stay && serial.is_none() {
            continue;
        }
        // A section that was meant for it would be hidden by a new one. The person hears what is wrong with it.
        if profiles.profile(name).is_err() {
            continue;
        }
        let ignored = profiles.ignored_sections(name.as_str());
        if !ignored.is_empty() && !is_defined {
            stray_settings::warn_of_sections(context, &ignored);
            continue;
        }
        meant.push((name, serial));
    }
    if meant.is_empty() {
        return None;
    }
    let mut added = Vec::new();
    let changed = config_file::change(context, |before| {
        added = Vec::new();
        let mut text = before.to_vec();
        for (name, serial) in &meant {
            let changed = with_profile(&text, name, *serial)?;
            if changed != text {
                text = changed;
                added.push(format!("`{name}`"));
            }
        }
        Ok(text)
    });
    match changed {
        Ok(true) => {
            let path = AwsFile::Config.place(&context.env).map(|path| dirs::with_tilde(&path)).unwrap_or_default();
            ui::note(&format!("wrote what the profiles need to {}: {}", shown(&path), added.join(", ")));
            None
        }
        Ok(false) => None,
        Err(failure) => {
            let message = format!("the keys are stored, but their profiles could not be written: {}", failure.message);
            Some(Failure { message, ..failure })
        }
    }
}

fn with_profile(text: &[u8], name: &ProfileName, serial: Option<&MfaSerial>) -> Result<Vec<u8>, Failure> {
    let with_section = edit::ensure_section(text, name, None, &[])?;
    match serial {
        Some(serial) => Ok(edit::set_key(&with_section, name, keys::MFA_SERIAL, serial.as_str())?),
        None => Ok(with_section),
    }
}

fn has_serial(profiles: &ProfileSet, name: &ProfileName) -> bool {
    profiles.profile(name).ok().flatten().is_some_and(|profile| profile.get(keys::MFA_SERIAL).is_some())
}
