//! Turns a profile's client settings into variables that all clients read. Never checks whether the
//! environment already sets them.

use crate::config::client_settings::{CLIENT_SETTINGS, ENDPOINT_URL, ENDPOINT_URL_VARIABLE, endpoint_variable_of, is_about_credentials};
use crate::config::{ProfileSet, Setting};
use crate::model::ProfileName;

use super::chain::unknown;
use super::connection::Callers;
use super::effective::Effective;
use super::endpoint::services_of;
use super::{PlanError, PlanRequest};

/// A profile's client settings, as environment variables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientVariables {
    /// Whether the region is the profile's own, not a requested one.
    pub region_is_own: bool,
    /// Names and values; endpoints are among `endpoints`.
    pub settings: Vec<(&'static str, String)>,
    /// `AWS_ENDPOINT_URL`, and the variables of single services. None if configured endpoints are ignored.
    pub endpoints: Vec<(String, String)>,
}

impl ClientVariables {
    pub(super) fn of(profiles: &ProfileSet, profile: &Effective, request: &PlanRequest) -> Result<Self, PlanError> {
        let mut settings: Vec<(&'static str, String)> = Vec::new();
        for setting in CLIENT_SETTINGS {
            let value = match setting.below {
                Some(section) => profile.get(section).and_then(|section| section.nested.get(setting.key)),
                None if setting.may_be_empty => profile.get_even_empty(setting.key).map(|found| &found.value),
                None => profile.get(setting.key).map(|found| &found.value),
            };
            let Some(value) = value.filter(|value| is_plain(value)) else { continue };
            for variable in setting.variables {
                if !settings.iter().any(|(known, _)| known == variable) {
                    settings.push((variable, value.clone()));
                }
            }
        }
        let ignored = Callers::of(profile, &[]).ignore_configured_endpoints(request)?;
        let endpoints = if ignored { Vec::new() } else { endpoints(profiles, profile)? };
        Ok(Self { region_is_own: request.region.is_none(), settings, endpoints })
    }
}

fn endpoints(profiles: &ProfileSet, profile: &Effective) -> Result<Vec<(String, String)>, PlanError> {
    let mut endpoints: Vec<_> = profile
        .get(ENDPOINT_URL)
        .filter(|setting| is_plain(&setting.value))
        .map(|setting| (ENDPOINT_URL_VARIABLE.to_owned(), setting.value.clone()))
        .into_iter()
        .collect();
    if let Some(section) = services_of(profiles, profile)? {
        for (service, setting) in section.iter() {
            if let Some(url) = setting.nested.get(ENDPOINT_URL).filter(|url| !url.is_empty() && is_plain(url)) {
                endpoints.extend(endpoint_variable_of(service).map(|variable| (variable, url.clone())));
            }
        }
    }
    Ok(endpoints)
}

/// No client setting has more than one line.
fn is_plain(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

/// A profile's settings that are not about credentials, including those it includes: for clients, another profile with the same settings is the same.
///
/// # Errors
/// When the profile or what it includes cannot be read.
pub fn carried(profiles: &ProfileSet, name: &ProfileName) -> Result<Vec<(String, Setting)>, PlanError> {
    let profile = Effective::read(profiles, name, || unknown(profiles, name))?;
    let may_be_empty = |key: &str| CLIENT_SETTINGS.iter().any(|setting| setting.may_be_empty && setting.key == key);
    let says_something = |key: &str, setting: &Setting| !setting.value.is_empty() || may_be_empty(key);
    let settings = profile.iter().filter(|(key, setting)| !is_about_credentials(key) && says_something(key, setting));
    Ok(settings.map(|(key, setting)| (key.to_owned(), setting.clone())).collect())
}
