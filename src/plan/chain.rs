//! Walks `source_profile` and `include_profile` to the profile that a chain starts from. Never interprets the other keys.

use crate::config::{Profile, ProfileSet, Setting};
use crate::model::{Origin, ProfileName, Region};

use super::PlanError;

/// A profile with what it includes: the profile's own keys go before an included profile's.
pub(super) struct Effective {
    pub name: ProfileName,
    layers: Vec<Profile>,
}

impl Effective {
    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.layers.iter().find_map(|layer| layer.get(key)).filter(|setting| !setting.value.is_empty() || !setting.nested.is_empty())
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).map(|setting| setting.value.as_str())
    }

    pub(super) fn own_section(&self) -> &Profile {
        &self.layers[0]
    }

    /// Reads the value of `key` with `parse`.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, crate::model::Malformed>,
    ) -> Result<Option<T>, PlanError> {
        self.get(key).map(|setting| parse(&setting.value).map_err(|fault| self.malformed(key, setting, fault.0))).transpose()
    }

    pub(super) fn malformed(&self, key: &str, setting: &Setting, reason: String) -> PlanError {
        PlanError::Malformed { profile: self.name.clone(), key: key.to_owned(), reason, origin: setting.origin.clone() }
    }

    pub(super) fn region(&self) -> Result<Option<Region>, PlanError> {
        self.parsed("region", Region::parse)
    }

    /// The place of `key`, or of the section where it is not set.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.get(key).map_or_else(|| self.own_section().origin.clone(), |setting| setting.origin.clone())
    }
}

/// From the profile that was asked for to the one that needs no other.
pub(super) fn walk(profiles: &ProfileSet, requested: &ProfileName) -> Result<Vec<Effective>, PlanError> {
    let mut chain: Vec<Effective> = vec![effective(profiles, requested, || unknown(profiles, requested))?];
    loop {
        let last = chain.last().expect("a chain starts with the profile that was asked for");
        let Some(setting) = last.get("source_profile") else { return Ok(chain) };
        let source = ProfileName::parse(&setting.value).map_err(|fault| last.malformed("source_profile", setting, fault.0))?;
        if source == last.name {
            // A profile that names itself brings its own key: `role_arn` and `source_profile` in one section.
            return Ok(chain);
        }
        if chain.iter().any(|link| link.name == source) {
            let mut path: Vec<_> = chain.iter().map(|link| link.name.clone()).collect();
            path.push(source);
            return Err(PlanError::Cycle { key: "source_profile", path, origin: setting.origin.clone() });
        }
        let next = effective(profiles, &source, || PlanError::UnknownSource {
            profile: last.name.clone(),
            key: "source_profile",
            missing: source.clone(),
            origin: setting.origin.clone(),
            suggestions: profiles.suggestions(source.as_str()),
        })?;
        chain.push(next);
    }
}

fn effective(profiles: &ProfileSet, name: &ProfileName, missing: impl FnOnce() -> PlanError) -> Result<Effective, PlanError> {
    let own = profiles.profile(name)?.ok_or_else(missing)?;
    let mut layers = vec![own];
    loop {
        let last = layers.last().expect("the profile itself is the first layer");
        // aws-vault called the key `parent_profile` before version 5.
        let Some((key, setting)) =
            ["include_profile", "parent_profile"].into_iter().find_map(|key| last.get(key).map(|setting| (key, setting)))
        else {
            return Ok(Effective { name: name.clone(), layers });
        };
        let included = ProfileName::parse(&setting.value).map_err(|fault| PlanError::Malformed {
            profile: last.name.clone(),
            key: key.to_owned(),
            reason: fault.0,
            origin: setting.origin.clone(),
        })?;
        if layers.iter().any(|layer| layer.name == included) {
            let mut path: Vec<_> = layers.iter().map(|layer| layer.name.clone()).collect();
            path.push(included);
            return Err(PlanError::Cycle { key, path, origin: setting.origin.clone() });
        }
        let Some(next) = profiles.profile(&included)? else {
            return Err(PlanError::UnknownSource {
                profile: last.name.clone(),
                key,
                suggestions: profiles.suggestions(included.as_str()),
                missing: included,
                origin: setting.origin.clone(),
            });
        };
        layers.push(next);
    }
}

fn unknown(profiles: &ProfileSet, name: &ProfileName) -> PlanError {
    // A section that was meant for it says more than the absence does.
    if let Some(ignored) = profiles.ignored_section(name.as_str()) {
        return PlanError::Config(ignored);
    }
    PlanError::UnknownProfile { name: name.clone(), suggestions: profiles.suggestions(name.as_str()) }
}
