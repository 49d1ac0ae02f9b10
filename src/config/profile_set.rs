//! Looks up a name in the two files, and reads only the sections of that name. Never fails because of an error elsewhere.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use super::header::SectionKind;
use super::index::{IndexedFile, Span};
use super::profile::{self, Entries, Profile, Section};
use super::{ConfigError, FileKind, SourceFile};
use crate::model::ProfileName;

/// How similar two names must be for a suggestion, from 0 to 1: `prod` and `pord` score 0.93, `prod` and `dev` 0.
const ALIKE: f64 = 0.8;

/// After this many wrong names, people look for what they have in common.
const MOST_SUGGESTED: usize = 20;

/// The profiles of `~/.aws/config` and the shared credentials file.
pub struct ProfileSet {
    /// The config file first: the credentials file is read over it.
    files: Vec<IndexedFile>,
    /// For how many more names there are suggestions.
    suggested: Cell<usize>,
}

impl ProfileSet {
    /// Records where the sections of both files are. Errors are reported only when the section is used.
    #[must_use]
    pub fn index(config: Option<SourceFile>, credentials: Option<SourceFile>) -> Self {
        let files = [(FileKind::Config, config), (FileKind::Credentials, credentials)];
        let files = files.into_iter().filter_map(|(kind, file)| Some(IndexedFile::new(kind, file?))).collect();
        Self { files, suggested: Cell::new(MOST_SUGGESTED) }
    }

    /// Reads a profile; `None` if it is not defined. Nothing is inherited from `[default]`.
    ///
    /// # Errors
    /// When a line of the profile cannot be read, or a broken section header was evidently meant for it.
    pub fn profile(&self, name: &ProfileName) -> Result<Option<Profile>, ConfigError> {
        if let Some(error) = self.files.iter().find_map(|file| file.broken_header_of(name.as_str().as_bytes())) {
            return Err(error);
        }
        let merged = merge(self.profile_sections(name))?;
        Ok(merged.map(|(origin, entries)| Profile { name: name.clone(), origin, entries }))
    }

    /// How AWS tools read the profile, since they differ: as the SDKs and [`Self::profile`] do, and as the AWS CLI and boto3 do, unless these refuse
    /// a line of `[DEFAULT]`, which is no part of the profile for others.
    ///
    /// # Errors
    /// As [`Self::profile`].
    pub fn readings(&self, name: &ProfileName) -> Result<Vec<Profile>, ConfigError> {
        let Some(by_sdks) = self.profile(name)? else { return Ok(Vec::new()) };
        let sections = self.files.iter().flat_map(|file| {
            let sections = file.profile_sections_by_configparser(name.as_str().as_bytes());
            sections.map(move |section| (file, section))
        });
        let by_configparser = merge(sections).ok().flatten().map(|(origin, entries)| Profile { name: name.clone(), origin, entries });
        Ok(std::iter::once(by_sdks).chain(by_configparser).collect())
    }

    /// Whether there is a section of the profile, readable or not.
    #[must_use]
    pub fn is_defined(&self, name: &ProfileName) -> bool {
        self.profile_sections(name).next().is_some()
    }

    /// `[services NAME]` of the config file; `None` if there is none.
    ///
    /// # Errors
    /// When a line of it cannot be read.
    pub fn services(&self, name: &str) -> Result<Option<Section>, ConfigError> {
        self.section(SectionKind::Services, name)
    }

    /// `[sso-session NAME]` of the config file; `None` if there is none.
    ///
    /// # Errors
    /// When a line of it cannot be read.
    pub fn sso_session(&self, name: &str) -> Result<Option<Section>, ConfigError> {
        self.section(SectionKind::SsoSession, name)
    }

    /// The names of all profiles, each once, in the order of their first appearance: the config file's, then the credentials file's.
    ///
    /// Names that this program cannot take are left out; [`Self::faults`] has them.
    #[must_use]
    pub fn names(&self) -> Vec<ProfileName> {
        self.files.iter().for_each(IndexedFile::sort_names);
        let mut seen = HashSet::new();
        self.all_profile_sections()
            .map(|(file, section)| file.name(section))
            .filter(|name| seen.insert(*name))
            .filter_map(|name| ProfileName::parse(std::str::from_utf8(name).ok()?).ok())
            .collect()
    }

    /// The defined names that are most similar to `name`, the nearest first, at most three. None after so many lookups that nobody reads the
    /// suggestions: each of them compares all names.
    #[must_use]
    pub fn suggestions(&self, name: &str) -> Vec<ProfileName> {
        let Some(left) = self.suggested.get().checked_sub(1) else { return Vec::new() };
        self.suggested.set(left);
        let wanted = name.to_lowercase();
        let likeness = |known: &ProfileName| strsim::jaro_winkler(&wanted, &known.as_str().to_lowercase());
        let mut near: Vec<_> = self.names().into_iter().map(|known| (likeness(&known), known)).filter(|(near, _)| *near >= ALIKE).collect();
        // The sort is stable: equal names keep the order of the file.
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        near.into_iter().take(3).map(|(_, known)| known).collect()
    }

    /// Why a name that seems to be defined is not: every AWS tool ignores the section that was written for it.
    #[must_use]
    pub fn ignored_section(&self, name: &str) -> Option<ConfigError> {
        self.ignored_sections(name).into_iter().next()
    }

    /// The sections that were evidently meant for the profile, but have no effect.
    #[must_use]
    pub fn ignored_sections(&self, name: &str) -> Vec<ConfigError> {
        self.files.iter().flat_map(|file| file.ignored_for(name)).collect()
    }

    /// Every section that was evidently meant to have an effect, but has none.
    #[must_use]
    pub fn all_ignored_sections(&self) -> Vec<ConfigError> {
        self.files.iter().flat_map(IndexedFile::all_ignored).collect()
    }

    /// The unreadable headers and the unusable names: one of them may belong to a profile that is not found.
    #[must_use]
    pub fn broken_headers(&self) -> Vec<ConfigError> {
        let names = self.all_profile_sections().filter_map(|(file, section)| name_fault(file, section));
        self.files.iter().flat_map(IndexedFile::header_errors).chain(names).collect()
    }

    /// All errors in the two files, for a listing or a diagnosis: this reads all sections.
    #[must_use]
    pub fn faults(&self) -> Vec<ConfigError> {
        let mut faults = self.broken_headers();
        for file in &self.files {
            for section in file.sections() {
                match section.kind {
                    SectionKind::Other | SectionKind::Broken(_) => {}
                    SectionKind::Profile { .. } => {
                        faults.extend(profile::faults(file, section));
                    }
                    SectionKind::SsoSession | SectionKind::Services => faults.extend(profile::faults(file, section)),
                }
            }
        }
        faults
    }

    fn section(&self, kind: SectionKind, name: &str) -> Result<Option<Section>, ConfigError> {
        if let Some(error) = self.files.iter().find_map(|file| file.glued_header_of(name.as_bytes(), |found| found == kind)) {
            return Err(error);
        }
        let named = self.files.iter().flat_map(|file| file.named(name.as_bytes()).into_iter().map(move |section| (file, section)));
        let merged = merge(named.filter(|(_, section)| section.kind == kind))?;
        Ok(merged.map(|(_, entries)| Section { entries }))
    }

    fn profile_sections(&self, name: &ProfileName) -> impl Iterator<Item = (&IndexedFile, &Span)> {
        self.files.iter().flat_map(|file| file.profile_sections(name.as_str().as_bytes()).map(move |section| (file, section)))
    }

    fn all_profile_sections(&self) -> impl Iterator<Item = (&IndexedFile, &Span)> {
        let profile = |section: &&Span| matches!(section.kind, SectionKind::Profile { .. });
        self.files.iter().flat_map(move |file| file.sections().filter(profile).map(move |section| (file, section)))
    }
}

impl fmt::Debug for ProfileSet {
    // Security: the files' bytes hold secrets, so only their sections are counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileSet({} profile sections)", self.all_profile_sections().count())
    }
}

/// Merges sections of one name; `None` if there are none.
fn merge<'a>(sections: impl Iterator<Item = (&'a IndexedFile, &'a Span)>) -> Result<Option<(crate::model::Origin, Entries)>, ConfigError> {
    let mut merged = None;
    for (file, section) in sections {
        let (_, entries) = merged.get_or_insert_with(|| (file.origin(section), Entries::default()));
        entries.merge(file, section)?;
    }
    Ok(merged)
}

fn name_fault(file: &IndexedFile, section: &Span) -> Option<ConfigError> {
    let fault = match std::str::from_utf8(file.name(section)) {
        Ok(name) => ProfileName::parse(name).err()?.to_string(),
        Err(_) => "it is not UTF-8 text".to_owned(),
    };
    let shown = String::from_utf8_lossy(file.name(section)).chars().take(80).collect::<String>();
    Some(ConfigError::new(format!("the profile name `{}` cannot be used: {fault}", shown.escape_debug())).at(file.origin(section)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The AWS CLI reads `[DEFAULT]` into every section, and refuses the file for a line of it. For others, that line is no part of the profile.
    #[test]
    fn a_line_that_only_configparser_reads_does_not_hide_the_profile() {
        let readings = |every_section: &str| {
            let text = format!("[profile a]\nregion = x\n[DEFAULT]\n{every_section}\n");
            let set = ProfileSet::index(Some(SourceFile { path: PathBuf::new(), bytes: text.into_bytes() }), None);
            let name = ProfileName::parse("a").unwrap();
            assert!(set.profile(&name).unwrap().is_some());
            set.readings(&name).map(|readings| readings.len())
        };
        assert_eq!(readings("output = json"), Ok(2));
        for broken in ["= json", "output", "output = \u{0}\nword"] {
            assert_eq!(readings(broken), Ok(1), "{broken:?}");
        }
    }
}
