//! Finds sections whose settings have no effect, although they were evidently meant for a profile. Never lets such a section take effect.

use super::header::{SectionKind, meant_profile, split_prefix, unquote};
use super::index::{EVERY_SECTION, IndexedFile, Span, is_of_every_section};
use super::keys;
use super::lines::trim_bytes;
use super::property::properties;
use super::{ConfigError, FileKind, edit};
use crate::model::ProfileName;

/// How similar a prefix must be to the one that was meant, from 0 to 1: `profiles` and `profile` score 0.98, `plugins` and `profile` 0.6.
const ALIKE: f64 = 0.88;

/// Sections of the AWS CLI.
const OF_THE_CLI: [&[u8]; 2] = [b"plugins", b"preview"];

/// Keys that show that a section of the config file is meant as a profile.
const KEYS_OF_PROFILES: [&str; 12] = [
    keys::REGION,
    "output",
    keys::ROLE_ARN,
    keys::SOURCE_PROFILE,
    keys::INCLUDE_PROFILE,
    keys::MFA_SERIAL,
    keys::CREDENTIAL_PROCESS,
    keys::CREDENTIAL_SOURCE,
    keys::SSO_SESSION,
    keys::SSO_START_URL,
    keys::AWS_ACCESS_KEY_ID,
    keys::ENDPOINT_URL,
];

/// Why the settings of a section have no effect.
enum Why {
    /// `[NAME]` in the config file.
    NoPrefix,
    /// `[Profile NAME]`, `[profileNAME]`, `[sso_session NAME]`: the prefix should be this.
    Prefix(&'static str),
    /// `[profile NAME]` in the credentials file.
    PrefixInCredentials,
    /// `[Profile NAME]` in the credentials file, which is a profile of that whole name.
    PartOfName,
    /// `[sso-session NAME]` in the credentials file.
    InCredentials,
    /// `[default]` where there is `[profile default]`.
    DefaultTwice,
    /// `[DEFAULT]`.
    EverySection,
    /// `[profile]`.
    NoName,
}

impl IndexedFile {
    /// The sections that were meant for the profile but have no effect.
    pub fn ignored_for(&self, name: &str) -> Vec<ConfigError> {
        let of_profile = |(section, why, meant): (&Span, Why, &[u8])| {
            let about_profile = !matches!(why, Why::Prefix("sso-session" | "services") | Why::InCredentials | Why::NoName);
            (about_profile && meant == name.as_bytes()).then(|| self.ignored_error(section, &why, meant))
        };
        self.in_vain_for(name.as_bytes()).into_iter().filter_map(|section| self.ignored(section)).filter_map(of_profile).collect()
    }

    /// The name that an ignored section was meant for.
    pub fn meant_in_vain<'a>(&'a self, section: &'a Span) -> Option<&'a [u8]> {
        self.ignored(section).map(|(_, _, meant)| meant)
    }

    /// All ignored sections. A section of the config file without a prefix may be another tool's, unless it has settings of profiles.
    pub fn all_ignored(&self) -> Vec<ConfigError> {
        let evident = |(section, why, _): &(&Span, Why, &[u8])| !matches!(why, Why::NoPrefix) || self.has_keys_of_profiles(section);
        let ignored = self.sections().filter_map(|section| self.ignored(section)).filter(evident);
        ignored.map(|(section, why, meant)| self.ignored_error(section, &why, meant)).collect()
    }

    /// Why the section has no effect, and the name that it was meant for.
    fn ignored<'a>(&'a self, section: &'a Span) -> Option<(&'a Span, Why, &'a [u8])> {
        let name = self.name(section);
        let (why, meant) = match (self.kind, section.kind) {
            (file, kind) if name == EVERY_SECTION && is_of_every_section(file, kind) => (Why::EverySection, name),
            (FileKind::Config, SectionKind::Other) => of_config(name)?,
            (FileKind::Credentials, SectionKind::Other) => match meant_profile(self.header_text(section), self.kind) {
                meant if split_prefix(name).0 == Some(b"profile") => (Why::PrefixInCredentials, meant),
                _ => (Why::InCredentials, name),
            },
            // It is read as a profile with that whole name, which nobody wants.
            (FileKind::Credentials, SectionKind::Profile { .. }) => match split_prefix(name) {
                (Some(prefix), rest) if is_nearly(prefix, "profile") => (Why::PartOfName, unquote(rest).ok()?),
                _ => return None,
            },
            (FileKind::Config, SectionKind::Profile { explicit: false }) => {
                let explicit = |other: &Span| other.kind == SectionKind::Profile { explicit: true } && self.name(other) == name;
                self.sections().any(explicit).then_some((Why::DefaultTwice, name))?
            }
            _ => return None,
        };
        Some((section, why, meant))
    }

    fn has_keys_of_profiles(&self, section: &Span) -> bool {
        let body = self.body(section);
        let is_known = |key: &str| KEYS_OF_PROFILES.into_iter().any(|known| known.eq_ignore_ascii_case(key));
        properties(self.bytes(), body.start, body.end).flatten().any(|property| is_known(property.key))
    }

    fn ignored_error(&self, section: &Span, why: &Why, meant: &[u8]) -> ConfigError {
        let meant = String::from_utf8_lossy(meant).escape_debug().to_string();
        let name = String::from_utf8_lossy(self.name(section)).escape_debug().to_string();
        let header = || ProfileName::parse(&meant).map_or_else(|_| format!("[profile {meant}]"), |name| edit::header_of(&name));
        let (message, hint) = match why {
            Why::NoPrefix => (
                format!("in the config file, section `[{name}]` is not a profile: it needs the prefix `profile`"),
                format!("write `{}`", header()),
            ),
            Why::Prefix("profile") if meant == "default" => {
                (format!("in the config file, section `[{name}]` is not a profile"), "write `[default]`".to_owned())
            }
            Why::Prefix("profile") => (
                format!("in the config file, section `[{name}]` is not a profile: its prefix must be `profile`, and a space"),
                format!("write `{}`", header()),
            ),
            Why::Prefix(prefix) => (
                format!("in the config file, section `[{name}]` has no effect: its prefix must be `{prefix}`"),
                format!("write `[{prefix} {meant}]`"),
            ),
            Why::PrefixInCredentials => (
                format!("in the credentials file, section `[{name}]` is not a profile: it must not have the prefix `profile`"),
                format!("write `[{meant}]`"),
            ),
            Why::PartOfName => (
                format!("in the credentials file, section `[{name}]` is the profile `{name}`, not `{meant}`: a name has no prefix there"),
                format!("write `[{meant}]`"),
            ),
            Why::InCredentials => {
                (format!("in the credentials file, section `[{name}]` has no effect"), "move it to the config file".to_owned())
            }
            Why::DefaultTwice => (
                "vault and the SDKs ignore section `[default]`, because there is a `[profile default]`; the AWS CLI and boto3 take the one that comes last".to_owned(),
                "move its settings to `[profile default]`, and remove it".to_owned(),
            ),
            Why::EverySection => (
                "the AWS CLI and boto3 read the settings of section `[DEFAULT]` into every section; vault and the SDKs ignore them".to_owned(),
                "move them to the profiles that need them, and remove the section".to_owned(),
            ),
            Why::NoName => (format!("in the config file, section `[{name}]` has no profile name"), "put the name before the `]`".to_owned()),
        };
        ConfigError::new(message).at(self.origin(section)).hint(hint)
    }
}

fn of_config(inner: &[u8]) -> Option<(Why, &[u8])> {
    const PROFILE: &[u8] = b"profile";
    if OF_THE_CLI.contains(&inner) || inner.is_empty() {
        return None;
    }
    if let (Some(prefix), rest) = split_prefix(inner) {
        let meant = ["profile", "sso-session", "services"].into_iter().find(|known| is_nearly(prefix, known));
        return match meant {
            Some(known) => Some((Why::Prefix(known), unquote(rest).ok()?)),
            None => Some((Why::NoPrefix, inner)),
        };
    }
    if inner.eq_ignore_ascii_case(b"default") {
        return Some((Why::Prefix("profile"), b"default"));
    }
    match inner.split_at_checked(PROFILE.len()) {
        Some((prefix, b"")) if prefix.eq_ignore_ascii_case(PROFILE) => Some((Why::NoName, inner)),
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PROFILE) => {
            let start = rest.iter().take_while(|byte| b":=-_./".contains(byte)).count();
            match unquote(trim_bytes(&rest[start..])) {
                Ok(name) if !name.is_empty() => Some((Why::Prefix("profile"), name)),
                _ => Some((Why::NoPrefix, inner)),
            }
        }
        _ => Some((Why::NoPrefix, inner)),
    }
}

/// Whether the word is another spelling of the prefix, or a typo.
fn is_nearly(word: &[u8], prefix: &str) -> bool {
    let Ok(word) = std::str::from_utf8(word) else { return false };
    word != prefix && strsim::jaro_winkler(&word.to_ascii_lowercase(), prefix) >= ALIKE
}
