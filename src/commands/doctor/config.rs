//! What is written in the AWS files and the settings, as far as `doctor` judges it. Never fails because of faults there:
//! it is meant to find them.

use crate::app::listing;
use crate::app::prepare::{inventory, prepare_from_index};
use crate::app::{Context, Failure};
use crate::config::settings::table_of;
use crate::config::{ConfigError, keys, linked_profile, linked_source, nearly, words};
use crate::judge::health::{ConfigFault, PlainKey, Process, ProtectedLinked, ProtectedOpen, UnknownKey};
use crate::model::ProfileName;
use crate::os::{dirs, files, process};
use crate::plan::{self, Inventory, PlanError, PlanRequest};

#[derive(Default)]
pub struct Written {
    pub faults: Vec<ConfigFault>,
    pub ignored: Vec<ConfigFault>,
    pub unknown: Vec<UnknownKey>,
    pub stray: Vec<(String, Option<String>)>,
    pub plans: Vec<ConfigFault>,
    pub processes: Vec<Process>,
    pub protected_open: Vec<ProtectedOpen>,
    pub protected_linked: Vec<ProtectedLinked>,
    pub plain_keys: Vec<PlainKey>,
}

pub fn gather(context: &Context) -> Written {
    let mut written = Written::default();
    let settings = context.settings().map_err(|failure| written.faults.push(of_failure(failure, "settings"))).ok();
    let profiles = match context.profiles() {
        Ok(profiles) => profiles,
        Err(failure) => {
            written.faults.push(of_failure(failure, "AWS files"));
            return written;
        }
    };
    written.faults.extend(profiles.faults().into_iter().map(of_error));
    written.ignored = profiles.all_ignored_sections().into_iter().map(of_error).collect();
    if let Some(settings) = settings {
        let stray = settings.profile_names().filter(|name| !ProfileName::parse(name).is_ok_and(|name| profiles.is_defined(&name)));
        written.stray = stray.map(|name| (table_of(name), profiles.suggestions(name).first().map(ToString::to_string))).collect();
    }
    let inventory = inventory(context).ok();
    for name in profiles.names() {
        // A file that cannot be read is among the faults.
        let Ok(Some(profile)) = profiles.profile(&name) else { continue };
        for (key, setting) in profile.iter() {
            if let Some(near) = nearly(key).filter(|near| profile.get(near).is_none()) {
                written.unknown.push(UnknownKey { place: setting.origin.to_string(), key: key.to_owned(), near });
            }
        }
        if let Some(key) = profile.plaintext_key().filter(|key| !key.temporary) {
            written.plain_keys.push(PlainKey { profile: name.to_string(), place: key.origin.to_string(), key_id: id_or_none(key.id) });
        }
        if let Some(line) = profile.get(keys::CREDENTIAL_PROCESS)
            && let Some(program) = missing_program(context, &line.value)
        {
            written.processes.push(Process { profile: name.to_string(), place: line.origin.to_string(), program });
        }
        let (Some(settings), Some(inventory)) = (settings, &inventory) else { continue };
        let planned = |name: &ProfileName| plan::resolve(profiles, settings, inventory, &PlanRequest::of(name.clone()));
        let is_protected = |name: &ProfileName| planned(name).is_ok_and(|plan| plan.protected.is_some());
        match planned(&name) {
            Err(error) => written.plans.extend(unusable(&name, &error)),
            Ok(plan) if plan.protected.is_some() => {
                // The line of a protected source gives no credentials.
                let source = linked_source(profiles, &name).filter(|source| !is_protected(&source.asks_for));
                written.protected_open.extend(source.map(|source| ProtectedOpen { profile: name.clone(), source }));
            }
            Ok(_) => {}
        }
        if let Some(line) = profile.get(keys::CREDENTIAL_PROCESS)
            && let Some(asks_for) = linked_profile(&line.value).filter(is_protected)
        {
            written.protected_linked.push(ProtectedLinked { profile: name, asks_for, place: line.origin.to_string() });
        }
    }
    written
}

/// Why there is no plan for the profile. A missing key does not count: it may be intended.
pub fn unusable(name: &ProfileName, error: &PlanError) -> Option<ConfigFault> {
    let message = listing::unusable(error)?;
    Some(ConfigFault { subject: name.to_string(), message, fix: error.hint() })
}

/// The plan of one profile, with everything that the environment says.
pub fn planned(context: &Context, inventory: &Inventory, profile: &ProfileName) -> Result<plan::CredentialPlan, Failure> {
    Ok(prepare_from_index(context, inventory, profile.clone())?.plan)
}

/// The program of a `credential_process` line, where it is not there. A line that needs a shell to be understood is left alone.
fn missing_program(context: &Context, line: &str) -> Option<String> {
    let program = words(line).into_iter().next()?;
    if program.contains(['$', '`', '*', '=', ';', '|', '&', '(']) {
        return None;
    }
    let path = dirs::without_tilde(program.clone().into())?;
    let is_there = if path.components().count() > 1 { files::exists(&path) } else { process::find(&context.env, &program).is_some() };
    (!is_there).then_some(program)
}

/// Only what has the shape of an id is shown: people put secrets in the wrong line.
fn id_or_none(id: &str) -> String {
    crate::model::AccessKeyId::parse_long_term(id).map_or_else(|_| "with a malformed id".to_owned(), |id| id.to_string())
}

fn of_error(error: ConfigError) -> ConfigFault {
    let subject = error.origin.as_ref().map_or_else(|| "AWS files".to_owned(), ToString::to_string);
    ConfigFault { subject, message: error.message, fix: error.hint.or_else(|| Some("correct that line".to_owned())) }
}

fn of_failure(failure: Failure, what: &str) -> ConfigFault {
    let subject = failure.origin.as_ref().map_or_else(|| what.to_owned(), ToString::to_string);
    ConfigFault { subject, message: failure.message, fix: failure.hints.into_iter().next() }
}
