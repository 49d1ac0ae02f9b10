//! Lists the settings, and finds the one that applies to a profile. Never decides what to do with them.

mod prompt_method;
mod reader;
mod value;

pub use prompt_method::PromptMethod;

use std::collections::BTreeMap;

use super::{ConfigError, SourceFile};
use crate::model::quote::in_toml;
use crate::model::{Backend, Malformed, MfaSerial, ProfileName, SessionDuration};

/// What `backend` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// The keychain where it answers, else `file`.
    #[default]
    Auto,
    Only(Backend),
}

impl BackendChoice {
    /// Reads the value of `--backend`, in `AWS_VAULT_BACKEND` and in the settings.
    ///
    /// # Errors
    /// When the text names no keystore; the error lists them all.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match text {
            "auto" => Ok(Self::Auto),
            // aws-vault's names for the system keychains.
            "secret-service" | "kwallet" | "wincred" => Ok(Self::Only(Backend::Keychain)),
            _ => Backend::parse(text).map(Self::Only),
        }
    }

    /// The keystore that was chosen by name, if any.
    #[must_use]
    pub fn backend(self) -> Option<Backend> {
        match self {
            Self::Auto => None,
            Self::Only(backend) => Some(backend),
        }
    }
}

/// What limits a role session, in addition to the role's own policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionPolicy {
    /// A policy document: JSON of at most 2,048 characters.
    Document(String),
    /// At most ten ARNs of managed policies.
    Arns(Vec<String>),
}

/// 90 days.
const KEY_MAX_AGE: SessionDuration = SessionDuration::from_secs(90 * 86_400);

/// The contents of the settings file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    everywhere: OverridableSettings,
    file_unlock_ttl: Option<SessionDuration>,
    pass_prefix: Option<String>,
    profiles: BTreeMap<String, ProfileTable>,
    fallbacks: Fallbacks,
}

/// What applies if neither the profile nor the settings say anything: aws-vault's variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fallbacks {
    pub session_duration: Option<SessionDuration>,
    pub role_duration: Option<SessionDuration>,
    pub expiry_window: Option<SessionDuration>,
    pub mfa_serial: Option<MfaSerial>,
}

/// The keys that are allowed both above the tables and in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OverridableSettings {
    backend: Option<BackendChoice>,
    prompt: Option<PromptMethod>,
    session_duration: Option<SessionDuration>,
    role_duration: Option<SessionDuration>,
    expiry_window: Option<SessionDuration>,
    key_max_age: Option<SessionDuration>,
    browser: Option<String>,
}

/// A `[profile.NAME]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ProfileTable {
    common: OverridableSettings,
    max_mfa_age: Option<SessionDuration>,
    protect: bool,
    session_policy: Option<SessionPolicy>,
    ykman_account: Option<String>,
}

/// What applies to one profile: its own settings, else those for all, else the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveSettings {
    pub backend: BackendChoice,
    /// `None`: nothing is set, so a prompt that works here is chosen.
    pub prompt: Option<PromptMethod>,
    /// Of the shared MFA session: 15 minutes to 36 hours.
    pub session_duration: SessionDuration,
    /// Of a role session whose profile sets none: 15 minutes to 12 hours.
    pub role_duration: SessionDuration,
    /// A session with less than this left is renewed first. Shorter than both durations above.
    pub expiry_window: SessionDuration,
    /// How old a stored key may become before `list` and `status` say so; `None`: it is never said.
    pub key_max_age: Option<SessionDuration>,
    /// The command line that opens a URL for `login`; `None`: the system's own.
    pub browser: Option<String>,
    /// A shared MFA session whose code was typed longer ago than this is renewed: 1 minute to 36 hours. A role's session does not tell AWS
    /// how old a code is, so it is used as long as it lasts.
    pub max_mfa_age: Option<SessionDuration>,
    /// Whether `exec` asks for the profile's name to be typed.
    pub protect: bool,
    pub session_policy: Option<SessionPolicy>,
    /// The OATH account of a `YubiKey` whose codes are the device's; `None`: the one that is called as the device's serial.
    pub ykman_account: Option<String>,
}

/// The header of a profile's table in TOML: a name that is not a bare key is quoted.
#[must_use]
pub fn table_of(profile: &str) -> String {
    format!("[profile.{}]", in_toml(profile))
}

impl Settings {
    /// Reads `config.toml`; without one, everything has its default.
    ///
    /// # Errors
    /// When the file is not TOML, a key is unknown, or a value is not valid for its key.
    pub fn parse(file: Option<SourceFile>) -> Result<Self, ConfigError> {
        file.map_or_else(|| Ok(Self::default()), |file| reader::read(&file))
    }

    /// The same settings, with fallbacks.
    #[must_use]
    pub fn over(mut self, fallbacks: Fallbacks) -> Self {
        self.fallbacks = fallbacks;
        self
    }

    /// The device for a chain that names none.
    #[must_use]
    pub fn fallback_serial(&self) -> Option<&MfaSerial> {
        self.fallbacks.mfa_serial.as_ref()
    }

    #[must_use]
    pub fn for_profile(&self, name: &ProfileName) -> EffectiveSettings {
        self.effective(self.profiles.get(name.as_str()))
    }

    /// The OATH account for codes of a profile: its own, else that of the profile whose key it starts from, which has the device.
    #[must_use]
    pub fn ykman_account(&self, profile: &ProfileName, base: Option<&ProfileName>) -> Option<&str> {
        let of = |name: &ProfileName| self.profiles.get(name.as_str())?.ykman_account.as_deref();
        of(profile).or_else(|| base.and_then(of))
    }

    /// The names that have a table.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The keystores in the tables, for the stored keys of those names.
    pub fn backends_of_profiles(&self) -> impl Iterator<Item = (ProfileName, BackendChoice)> {
        self.profiles.iter().filter_map(|(name, own)| Some((ProfileName::parse(name).ok()?, own.common.backend?)))
    }

    /// What applies without a profile.
    #[must_use]
    pub fn global(&self) -> EffectiveSettings {
        self.effective(None)
    }

    /// How long the unlocked `file` keystore may stay in the kernel keyring; zero: not at all.
    #[must_use]
    pub fn file_unlock_ttl(&self) -> SessionDuration {
        self.file_unlock_ttl.unwrap_or(SessionDuration::from_secs(15 * 60))
    }

    /// The folder of the password-store in which the `pass` keystore keeps its items.
    #[must_use]
    pub fn pass_prefix(&self) -> &str {
        self.pass_prefix.as_deref().unwrap_or("vault")
    }

    fn effective(&self, own: Option<&ProfileTable>) -> EffectiveSettings {
        let (everywhere, nothing) = (&self.everywhere, OverridableSettings::default());
        let common = own.map_or(&nothing, |own| &own.common);
        let fallbacks = &self.fallbacks;
        let or = |own: Option<SessionDuration>, all: Option<SessionDuration>, fallback: Option<SessionDuration>, default| {
            own.or(all).or(fallback).unwrap_or(SessionDuration::from_secs(default))
        };
        EffectiveSettings {
            backend: common.backend.or(everywhere.backend).unwrap_or_default(),
            prompt: common.prompt.or(everywhere.prompt),
            session_duration: or(common.session_duration, everywhere.session_duration, fallbacks.session_duration, 8 * 3_600),
            role_duration: or(common.role_duration, everywhere.role_duration, fallbacks.role_duration, 3_600),
            expiry_window: or(common.expiry_window, everywhere.expiry_window, fallbacks.expiry_window, 5 * 60),
            key_max_age: Some(common.key_max_age.or(everywhere.key_max_age).unwrap_or(KEY_MAX_AGE)).filter(|age| age.as_secs() > 0),
            browser: common.browser.clone().or_else(|| everywhere.browser.clone()),
            max_mfa_age: own.and_then(|own| own.max_mfa_age),
            protect: own.is_some_and(|own| own.protect),
            session_policy: own.and_then(|own| own.session_policy.clone()),
            ykman_account: own.and_then(|own| own.ykman_account.clone()),
        }
    }
}
