//! Finds the client settings of `[default]`. Never decides whether they reach a client: that depends on the environment too.

use std::collections::BTreeMap;

use crate::config::client_settings::{ENDPOINT_URL, SERVICES, endpoint_variable_of, is_read_by_clients};
use crate::config::{Profile, ProfileSet, Section, Setting};
use crate::model::ProfileName;

use super::chain::unknown;
use super::effective::Effective;

/// What a client reads from `[default]` if it has the credentials of another profile but no `AWS_PROFILE`.
#[derive(Debug, Clone, Default)]
pub struct FromDefault {
    /// The first value that an AWS tool finds for the key. Keys that no client is known to read are left out.
    pub settings: BTreeMap<String, Setting>,
    /// The variables of the services that have an endpoint in the `services` section.
    pub services: Vec<String>,
    /// The profile's own values for the same keys.
    pub own: BTreeMap<String, Setting>,
}

impl FromDefault {
    /// The settings for a client with the credentials of `profile`. None if `[default]` is that profile, is missing, or cannot be
    /// read: an error there is not the profile's fault.
    #[must_use]
    pub fn of(profiles: &ProfileSet, profile: &ProfileName) -> Self {
        let mut found = Self::default();
        let Ok(default) = ProfileName::parse("default") else { return found };
        if *profile == default {
            return found;
        }
        for reading in profiles.readings(&default).unwrap_or_default() {
            found.services.extend(services_of(profiles, &reading));
            for (key, setting) in reading.iter().filter(|(key, _)| is_read_by_clients(key)) {
                found.settings.entry(key.to_owned()).or_insert_with(|| setting.clone());
            }
        }
        if !found.settings.is_empty()
            && let Ok(own) = Effective::read(profiles, profile, || unknown(profiles, profile))
        {
            let same = own.iter().filter(|(key, _)| found.settings.contains_key(*key));
            found.own = same.map(|(key, setting)| (key.to_owned(), setting.clone())).collect();
        }
        found
    }
}

fn services_of(profiles: &ProfileSet, profile: &Profile) -> Vec<String> {
    let Some(name) = profile.get(SERVICES) else { return Vec::new() };
    let section = profiles.services(&name.value).ok().flatten();
    let named = section.iter().flat_map(Section::iter);
    let with_endpoint = named.filter(|(_, setting)| setting.nested.get(ENDPOINT_URL).is_some_and(|url| !url.is_empty()));
    with_endpoint.filter_map(|(service, _)| endpoint_variable_of(service)).collect()
}
