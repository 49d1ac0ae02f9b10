//! Turns the sections of one profile into settings, where later ones win. Never holds a secret: for unencrypted keys, it says
//! only that they exist.

use super::keys;
use std::collections::BTreeMap;

use super::ConfigError;
use super::index::{IndexedFile, Span};
use super::lines::LineFault;
use super::property::{BadLine, Property, properties, sub_properties};
use crate::model::{Origin, ProfileName};

/// The values of these keys never become a [`Setting`]. The third is the old name of the second, which boto
/// still reads.
const SECRET_KEYS: [&str; 3] = [SECRET_ACCESS_KEY, keys::AWS_SESSION_TOKEN, keys::AWS_SECURITY_TOKEN];
const SECRET_ACCESS_KEY: &str = keys::AWS_SECRET_ACCESS_KEY;

/// What a profile says, from both files.
#[derive(Debug, Clone)]
pub struct Profile {
    pub name: ProfileName,
    /// The header of the first section that defines it.
    pub origin: Origin,
    pub(super) entries: Entries,
}

/// A section that is not a profile: `[services NAME]`, `[sso-session NAME]`.
#[derive(Debug, Clone)]
pub struct Section {
    pub(super) entries: Entries,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Further lines are joined by line feeds; a value of sub-properties starts with one, as in the SDKs.
    pub value: String,
    pub origin: Origin,
    /// The indented `key = value` lines below a key without a value, such as those of `s3 =`. Their keys keep their case.
    pub nested: BTreeMap<String, String>,
}

/// A long-term or temporary key that is unencrypted in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaintextKey<'a> {
    /// As it is in the file: nothing has checked its shape.
    pub id: &'a str,
    /// Where the secret is.
    pub origin: &'a Origin,
    /// Whether a session token comes with it.
    pub temporary: bool,
}

impl Profile {
    /// The setting of a key, whatever the case of its letters; `None` for secrets.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.entries.get(key)
    }

    /// All settings, in the order in which their keys first appear, keys in lower case; secrets are left out.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.entries.iter()
    }

    /// The profile's unencrypted key, if both its id and its secret are there.
    #[must_use]
    pub fn plaintext_key(&self) -> Option<PlaintextKey<'_>> {
        let secrets = &self.entries.secrets;
        let origin = secrets.iter().find(|(key, _)| *key == SECRET_ACCESS_KEY).map(|(_, origin)| origin)?;
        let id = &self.get(keys::AWS_ACCESS_KEY_ID).filter(|id| !id.value.is_empty())?.value;
        Some(PlaintextKey { id, origin, temporary: secrets.iter().any(|(key, _)| *key != SECRET_ACCESS_KEY) })
    }
}

impl Section {
    /// The setting of a key, whatever the case of its letters.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.entries.get(key)
    }

    /// All settings, in the order in which their keys first appear, keys in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.entries.iter()
    }
}

/// The keys of a section, or of several that are merged.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    // A section has about ten keys: a linear search beats a map, and keeps their order.
    settings: Vec<(String, Setting)>,
    secrets: Vec<(&'static str, Origin)>,
}

impl Entries {
    fn get(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, setting)| setting)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.settings.iter().map(|(key, setting)| (key.as_str(), setting))
    }

    /// Merges a section into this one: a key that is set again has only its last value, including sub-properties.
    pub fn merge(&mut self, file: &IndexedFile, section: &Span) -> Result<(), ConfigError> {
        let body = file.body(section);
        for property in properties(file.bytes(), body.start, body.end) {
            property.and_then(|property| self.set(file, section, &property)).map_err(|bad| bad_line(file, section, bad))?;
        }
        Ok(())
    }

    fn set(&mut self, file: &IndexedFile, section: &Span, property: &Property<'_>) -> Result<(), BadLine> {
        let origin = file.origin_within(section, property.line.start);
        // Security: the value is not even read here.
        if let Some(secret) = SECRET_KEYS.into_iter().find(|secret| secret.eq_ignore_ascii_case(property.key)) {
            self.secrets.retain(|(known, _)| *known != secret);
            self.secrets.push((secret, origin));
            return Ok(());
        }
        let value = property.value()?.into_owned();
        let setting = Setting { nested: sub_properties(&value), value, origin };
        match self.settings.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(property.key)) {
            Some((_, known)) => *known = setting,
            None => self.settings.push((property.key.to_ascii_lowercase(), setting)),
        }
        Ok(())
    }
}

/// All errors in a section.
pub(super) fn faults(file: &IndexedFile, section: &Span) -> Vec<ConfigError> {
    let body = file.body(section);
    properties(file.bytes(), body.start, body.end)
        .filter_map(|property| property.and_then(|property| property.value().map(drop)).err())
        .map(|bad| bad_line(file, section, bad))
        .collect()
}

// Security: the line itself is not shown: it may be a secret without its key.
pub(super) fn bad_line(file: &IndexedFile, section: &Span, bad: BadLine) -> ConfigError {
    let header = String::from_utf8_lossy(file.header_text(section));
    let header = header.split_inclusive(']').next().unwrap_or_default().trim().to_owned();
    let (what, hint) = match bad.fault {
        LineFault::NoEquals => ("has no `=`", "write `key = value`, or put `#` before the line"),
        LineFault::NoKey => ("has no key before the `=`", "write `key = value`, or put `#` before the line"),
        LineFault::NotUtf8 => ("is not UTF-8 text", "save the file in UTF-8"),
        LineFault::NoSubProperty => {
            ("is indented below a key without a value, and is not a `key = value` pair", "write `key = value`, or remove the indentation")
        }
    };
    ConfigError::new(format!("a line of section `{}` {what}", header.escape_debug())).at(file.origin_within(section, bad.start)).hint(hint)
}
