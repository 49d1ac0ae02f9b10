//! Keeps the settings of `[default]` away from clients that have the credentials of another profile. Never changes what the environment or the
//! profile says.
//!
//! A client under `vault exec` has no `AWS_PROFILE`, so it reads `[default]` for everything that no variable sets. If a variable can mean "not set",
//! it is set to that; [`taken`] lists the rest.

use std::iter;

use zeroize::Zeroizing;

use crate::config::Setting;
use crate::config::client_settings::{
    CLIENT_SETTINGS, ClientSetting, ENDPOINT_URL, ENDPOINT_URL_VARIABLE, IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE, MAX_ATTEMPTS, REGION,
    REGION_VARIABLES, RETRY_MODE_VARIABLE, SERVICES,
};
use crate::os::env::Environment;
use crate::plan::FromDefault;

/// A variable for the child; the value may be a secret and is wiped when dropped.
pub type Variable = (&'static str, Zeroizing<String>);

/// What a client sees: the environment, and the variables added for it.
struct Seen<'a> {
    env: &'a Environment,
    variables: &'a [Variable],
}

impl<'a> Seen<'a> {
    /// An empty variable counts as unset, as everywhere.
    fn text(&self, name: &str) -> Option<&'a str> {
        let own = self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        own.or_else(|| self.env.text(name)).filter(|value| !value.is_empty())
    }

    /// Whether one of the setting's variables is set.
    fn says(&self, setting: &ClientSetting) -> bool {
        setting.variables.iter().any(|name| {
            let is_set = || self.env.is_set(name) || self.variables.iter().any(|(known, _)| known == name);
            self.text(name).is_some() || self.env.os(name).is_some() || setting.may_be_empty && is_set()
        })
    }

    /// Whether there is an endpoint for any service.
    fn has_an_endpoint(&self) -> bool {
        let of_profile = self.variables.iter().map(|(name, value)| (*name, value.is_empty()));
        let of_env = self.env.inheritable().filter_map(|(name, value)| Some((name.to_str()?, value.is_empty())));
        of_profile.chain(of_env).any(|(name, is_empty)| !is_empty && name.starts_with(ENDPOINT_URL_VARIABLE))
    }

    /// Whether a client reads endpoints from a file.
    fn looks_for_endpoints(&self) -> bool {
        let ignored = self.text(IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        !ignored && self.text(ENDPOINT_URL_VARIABLE).is_none()
    }
}

/// Adds the variables that give a client its defaults instead of the settings of `[default]`.
pub(super) fn keep_away(env: &Environment, default: &FromDefault, variables: &mut Vec<Variable>) {
    let has_endpoints = default.settings.get(ENDPOINT_URL).is_some_and(|url| !url.value.is_empty()) || !default.services.is_empty();
    let seen = Seen { env, variables };
    // If endpoints are ignored anyway, nothing is lost.
    if has_endpoints && !seen.has_an_endpoint() && env.os(IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE).is_none() {
        variables.retain(|(name, _)| *name != IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE);
        variables.push((IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE, Zeroizing::new("true".to_owned())));
    }
    for setting in &CLIENT_SETTINGS {
        let seen = Seen { env, variables };
        let Some(neutral) = neutral(&seen, setting) else { continue };
        if seen.says(setting) || value(default, setting).is_none_or(|value| value.is_empty() || value.eq_ignore_ascii_case(neutral)) {
            continue;
        }
        variables.extend(setting.variables.iter().map(|name| (*name, Zeroizing::new(neutral.to_owned()))));
    }
}

fn neutral(seen: &Seen<'_>, setting: &ClientSetting) -> Option<&'static str> {
    let neutral = setting.neutral?;
    // Each tool has its own number of attempts in that mode.
    let is_legacy = || seen.text(RETRY_MODE_VARIABLE).is_some_and(|mode| mode.eq_ignore_ascii_case("legacy"));
    (setting.key != MAX_ATTEMPTS || !is_legacy()).then_some(neutral)
}

fn value<'a>(default: &'a FromDefault, setting: &ClientSetting) -> Option<&'a str> {
    match setting.below {
        Some(section) => default.settings.get(section)?.nested.get(setting.key).map(String::as_str),
        None => default.settings.get(setting.key).map(|found| found.value.as_str()),
    }
}

/// The keys that clients still take from `[default]`; `variables` are those that the profile and [`keep_away`] set.
pub(super) fn taken<'a>(env: &Environment, default: &'a FromDefault, variables: &[Variable]) -> Vec<&'a str> {
    let seen = Seen { env, variables };
    let is_taken = |(key, setting): &(&String, &Setting)| match key.as_str() {
        // The environment's own value is among the variables if it counts.
        REGION => !setting.value.is_empty() && !variables.iter().any(|(name, _)| REGION_VARIABLES.contains(name)),
        ENDPOINT_URL => !setting.value.is_empty() && seen.looks_for_endpoints(),
        SERVICES => seen.looks_for_endpoints() && default.services.iter().any(|name| seen.text(name).is_none()),
        key => reaches(&seen, key, setting, default.own.get(key)),
    };
    default.settings.iter().filter(is_taken).map(|(key, _)| key.as_str()).collect()
}

/// Whether a setting reaches a client: no variable overrides it, and the profile does not have the same value.
fn reaches(seen: &Seen<'_>, key: &str, setting: &Setting, own: Option<&Setting>) -> bool {
    let known = |key: &str, below: Option<&str>| CLIENT_SETTINGS.iter().find(move |known| known.key == key && known.below == below);
    if setting.nested.is_empty() {
        return match known(key, None) {
            Some(known) => {
                let says_something = known.may_be_empty || !setting.value.is_empty();
                let is_neutral = known.neutral.is_some_and(|neutral| setting.value.eq_ignore_ascii_case(neutral));
                says_something && !is_neutral && !seen.says(known)
            }
            None => !setting.value.is_empty() && own.is_none_or(|own| own.value != setting.value),
        };
    }
    iter::repeat(own).zip(&setting.nested).any(|(own, (nested, value))| match known(nested, Some(key)) {
        Some(known) => !seen.says(known) && known.neutral.is_none_or(|neutral| !value.eq_ignore_ascii_case(neutral)),
        None => own.and_then(|own| own.nested.get(nested)) != Some(value),
    })
}
