//! Walks `source_profile` to the profile that a chain starts from. Never interprets the other keys.

use crate::config::ProfileSet;
use crate::config::keys;
use crate::model::ProfileName;

use super::effective::{Effective, missing};
use super::start::has_credentials;
use super::{Inventory, PlanError};

/// From the requested profile to the one that needs no other.
pub(super) fn walk(profiles: &ProfileSet, inventory: &Inventory, requested: &ProfileName) -> Result<Vec<Effective>, PlanError> {
    let mut chain: Vec<Effective> = vec![Effective::read(profiles, requested, || unknown(profiles, requested))?];
    loop {
        let last = chain.last().expect("a chain starts with the profile that was asked for");
        if let (Some(_), Some(_), Some(other)) =
            (last.get(keys::ROLE_ARN), last.get(keys::SOURCE_PROFILE), last.get(keys::CREDENTIAL_SOURCE))
        {
            let reason = "a role starts from a `source_profile` or from a `credential_source`, not from both".to_owned();
            return Err(last.malformed(keys::CREDENTIAL_SOURCE, other, reason));
        }
        let Some(setting) = last.get(keys::SOURCE_PROFILE).filter(|_| follows_source(last, inventory)) else { return Ok(chain) };
        let source = ProfileName::parse(&setting.value).map_err(|fault| last.malformed(keys::SOURCE_PROFILE, setting, fault.0))?;
        if source == last.name {
            // A profile that names itself uses its own key: `role_arn` and `source_profile` in one section.
            return Ok(chain);
        }
        if chain.iter().any(|link| link.name == source) {
            let mut path: Vec<_> = chain.iter().map(|link| link.name.clone()).collect();
            path.push(source);
            return Err(PlanError::Cycle { key: keys::SOURCE_PROFILE, path, origin: setting.origin.clone() });
        }
        let next = Effective::read(profiles, &source, || missing(profiles, &last.name, keys::SOURCE_PROFILE, &source, &setting.origin))?;
        chain.push(next);
    }
}

/// The profiles whose settings make up the requested one: itself, what it includes, and what it builds on. If that cannot be
/// determined, only itself.
#[must_use]
pub fn profiles_behind(profiles: &ProfileSet, inventory: &Inventory, requested: &ProfileName) -> Vec<ProfileName> {
    match walk(profiles, inventory, requested) {
        Ok(chain) => chain.iter().flat_map(Effective::names).cloned().collect(),
        Err(_) => vec![requested.clone()],
    }
}

/// Whether `source_profile` counts, as in the AWS CLI and the SDKs: for a role without a web identity; and, as in aws-vault,
/// for a profile that has nothing else to start from. A profile with its own credentials never gets another's.
fn follows_source(profile: &Effective, inventory: &Inventory) -> bool {
    if profile.get(keys::ROLE_ARN).is_some() {
        return profile.get(keys::WEB_IDENTITY_TOKEN_FILE).is_none() && profile.get(keys::WEB_IDENTITY_TOKEN_PROCESS).is_none();
    }
    !has_credentials(profile, inventory)
}

/// There is no such profile.
pub(super) fn unknown(profiles: &ProfileSet, name: &ProfileName) -> PlanError {
    // An ignored section that was meant for it explains more.
    if let Some(ignored) = profiles.ignored_section(name.as_str()) {
        return PlanError::Config(ignored);
    }
    PlanError::UnknownProfile { name: name.clone(), suggestions: profiles.suggestions(name.as_str()) }
}
