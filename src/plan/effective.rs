//! Merges a profile with what it includes. Never interprets a value.

use crate::config::keys;
use crate::config::{Profile, ProfileSet, Setting};
use crate::model::{Malformed, Origin, ProfileName, Region};

use super::PlanError;

/// A profile with what it includes: the profile's own keys win over an included profile's.
pub(super) struct Effective {
    pub name: ProfileName,
    layers: Vec<Profile>,
}

impl Effective {
    /// Reads the profile and follows `include_profile`; `absent` is the error for a missing profile.
    pub(super) fn read(profiles: &ProfileSet, name: &ProfileName, absent: impl FnOnce() -> PlanError) -> Result<Self, PlanError> {
        let mut layers = vec![profiles.profile(name)?.ok_or_else(absent)?];
        loop {
            let last = layers.last().expect("the profile itself is the first layer");
            // aws-vault called the key `parent_profile` before version 5.
            let Some((key, setting)) = [keys::INCLUDE_PROFILE, keys::PARENT_PROFILE]
                .into_iter()
                .find_map(|key| last.get(key).filter(|setting| !setting.value.is_empty()).map(|setting| (key, setting)))
            else {
                return Ok(Self { name: name.clone(), layers });
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
            let next = profiles.profile(&included)?.ok_or_else(|| missing(profiles, &last.name, key, &included, &setting.origin))?;
            layers.push(next);
        }
    }

    /// The effective setting; `None` also if it is empty, so that a profile can cancel an included setting.
    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.layers.iter().find_map(|layer| layer.get(key)).filter(|setting| !setting.value.is_empty() || !setting.nested.is_empty())
    }

    /// The same if an empty value means something too.
    pub(super) fn get_even_empty(&self, key: &str) -> Option<&Setting> {
        self.layers.iter().find_map(|layer| layer.get(key))
    }

    /// Every effective setting, in the order of the profile and then of what it includes; empty ones too.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.layers.iter().enumerate().flat_map(|(depth, layer)| {
            let above = &self.layers[..depth];
            layer.iter().filter(move |(key, _)| !above.iter().any(|layer| layer.get(key).is_some()))
        })
    }

    /// The profile's own setting if it is empty and cancels nothing that the profile includes.
    pub(super) fn left_empty(&self, key: &str) -> Option<&Setting> {
        let included = self.layers[1..].iter().any(|layer| layer.get(key).is_some());
        self.layers[0].get(key).filter(|setting| !included && setting.value.is_empty() && setting.nested.is_empty())
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).map(|setting| setting.value.as_str())
    }

    /// The profile, and what it includes.
    pub(super) fn names(&self) -> impl Iterator<Item = &ProfileName> {
        self.layers.iter().map(|layer| &layer.name)
    }

    pub(super) fn own_section(&self) -> &Profile {
        &self.layers[0]
    }

    /// Reads the value of `key` with `parse`.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, Malformed>) -> Result<Option<T>, PlanError> {
        self.get(key).map(|setting| parse(&setting.value).map_err(|fault| self.malformed(key, setting, fault.0))).transpose()
    }

    pub(super) fn malformed(&self, key: &str, setting: &Setting, reason: String) -> PlanError {
        PlanError::Malformed { profile: self.name.clone(), key: key.to_owned(), reason, origin: setting.origin.clone() }
    }

    pub(super) fn region(&self) -> Result<Option<Region>, PlanError> {
        self.parsed(keys::REGION, Region::parse)
    }

    /// The place of `key`, or of the section if it is not set.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.get(key).map_or_else(|| self.own_section().origin.clone(), |setting| setting.origin.clone())
    }
}

/// `key` of `profile` names a missing profile.
pub(super) fn missing(profiles: &ProfileSet, profile: &ProfileName, key: &'static str, missing: &ProfileName, at: &Origin) -> PlanError {
    // An ignored section that was meant for it explains more.
    if let Some(ignored) = profiles.ignored_section(missing.as_str()) {
        return PlanError::Config(ignored);
    }
    PlanError::UnknownSource {
        profile: profile.clone(),
        key,
        missing: missing.clone(),
        origin: at.clone(),
        suggestions: profiles.suggestions(missing.as_str()),
    }
}
