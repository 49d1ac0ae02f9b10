//! Why a profile cannot be resolved, with the place in the file and a cure. Never printed here.

use crate::config::settings::table_of;
use crate::config::{ConfigError, edit};
use crate::model::{AccountId, Origin, ProfileName, SessionDuration};

use super::limits::SHORTEST;

/// Why a profile has no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("profile `{name}` is not defined")]
    UnknownProfile { name: ProfileName, suggestions: Vec<ProfileName> },
    #[error("profile `{profile}` cannot be resolved: {key} `{missing}` is not defined")]
    UnknownSource { profile: ProfileName, key: &'static str, missing: ProfileName, origin: Origin, suggestions: Vec<ProfileName> },
    #[error("profile `{}` cannot be resolved: `{key}` is circular: {}", path[0], circle(path))]
    Cycle { key: &'static str, path: Vec<ProfileName>, origin: Origin },
    #[error("profile `{profile}` has a role, but no credentials to assume it with")]
    RoleWithoutSource { profile: ProfileName, origin: Origin },
    #[error("`{key}` of profile `{profile}` has no effect without a `role_arn`: the token is for assuming that role")]
    WebIdentityWithoutRole { profile: ProfileName, key: &'static str, origin: Origin },
    #[error("profile `{profile}` takes its credentials from `{source_kind}`, which vault does not read")]
    UnsupportedSource { profile: ProfileName, source_kind: String, origin: Origin },
    #[error("no key is stored for profile `{profile}`{}", for_whom(profile, wanted_for))]
    NoStoredKey {
        profile: ProfileName,
        wanted_for: ProfileName,
        /// Where its key is unencrypted.
        plaintext: Option<Origin>,
        /// Where its temporary credentials are.
        temporary: Option<Origin>,
    },
    /// There is a key, but its id is known only once it is read.
    #[error("the id of the key stored for profile `{profile}` is not known until the key is used")]
    KeyIdNotKnown { profile: ProfileName },
    #[error("`{key}` of profile `{profile}`: {reason}")]
    Malformed { profile: ProfileName, key: String, reason: String, origin: Origin },
    #[error("a {what} lasts from {SHORTEST} to {most}, not {asked}")]
    DurationOutOfRange {
        what: &'static str,
        asked: SessionDuration,
        most: SessionDuration,
        /// Whether the command line or a variable asks for it, not the settings.
        by_request: bool,
    },
    #[error("`--no-session` would hand over the long-term key of profile `{profile}` itself")]
    LongTermKeyNotExposed { profile: ProfileName },
    #[error("profile `{profile}` has no role to limit: a session policy works only with `AssumeRole`")]
    NothingToNarrow {
        profile: ProfileName,
        /// Whether `--read-only` asks for it, not the settings.
        by_flag: bool,
    },
    /// By the setting of `profile`, and by that of `other` or by `--read-only`.
    #[error("profile `{profile}` already has a `session_policy`, and AWS would allow what either policy allows")]
    NarrowedTwice { profile: ProfileName, other: Option<ProfileName> },
    #[error(
        "the key stored for `{stored}` belongs to account {key_account}, but the MFA device of profile `{profile}` belongs to {mfa_account}"
    )]
    OtherAccount { profile: ProfileName, stored: ProfileName, key_account: AccountId, mfa_account: AccountId, origin: Origin },
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl PlanError {
    /// The line in the user's files that the error is about.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::UnknownSource { origin, .. }
            | Self::Cycle { origin, .. }
            | Self::RoleWithoutSource { origin, .. }
            | Self::WebIdentityWithoutRole { origin, .. }
            | Self::OtherAccount { origin, .. }
            | Self::UnsupportedSource { origin, .. }
            | Self::Malformed { origin, .. } => Some(origin),
            Self::NoStoredKey { plaintext, temporary, .. } => plaintext.as_ref().or(temporary.as_ref()),
            Self::Config(error) => error.origin.as_ref(),
            Self::UnknownProfile { .. }
            | Self::KeyIdNotKnown { .. }
            | Self::DurationOutOfRange { .. }
            | Self::LongTermKeyNotExposed { .. }
            | Self::NothingToNarrow { .. }
            | Self::NarrowedTwice { .. } => None,
        }
    }

    /// Whether the command line's flags must change: AWS never allows what they ask for, or they conflict with this profile.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::DurationOutOfRange { by_request, .. } => *by_request,
            Self::NothingToNarrow { by_flag, .. } => *by_flag,
            Self::NarrowedTwice { other, .. } => other.is_none(),
            Self::LongTermKeyNotExposed { .. } => true,
            _ => false,
        }
    }

    /// The cure: one action, in the imperative.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownProfile { name, .. } if let Some(meant) = without_prefix(name) => {
                format!("leave out the word `profile`: the name is `{meant}`")
            }
            Self::UnknownSource { key, missing, .. } if let Some(meant) = without_prefix(missing) => {
                format!("write `{key} = {meant}`: a name has no `profile` before it there")
            }
            Self::UnknownProfile { suggestions, name } => match suggestions.as_slice() {
                [] => format!("run `vault list` to see what is defined, or `vault add {}` to define it", name.in_shell()),
                near => format!("did you mean {}? `vault list` shows all", one_of(near)),
            },
            Self::UnknownSource { missing, suggestions, .. } => match suggestions.as_slice() {
                [] => {
                    format!("add a `{}` section, or run `vault list` to see what is defined", edit::header_of(missing))
                }
                near => format!("did you mean {}? `vault list` shows all", one_of(near)),
            },
            Self::Cycle { key, .. } => format!("remove one `{key}` line from the loop"),
            Self::RoleWithoutSource { profile, .. } => format!(
                "add `source_profile = NAME` to profile `{profile}`, where NAME has the key, or store a key for it with `vault add {}`",
                profile.in_shell()
            ),
            Self::WebIdentityWithoutRole { profile, .. } => format!("add `role_arn` to profile `{profile}`"),
            Self::UnsupportedSource { profile, .. } => {
                format!("give profile `{profile}` a `source_profile` whose key is stored with `vault add`")
            }
            Self::NoStoredKey { plaintext: Some(_), .. } => {
                "vault does not use the plaintext key in that file: move it into the keystore with `vault import --scrub`".to_owned()
            }
            Self::NoStoredKey { profile, temporary: Some(_), .. } => format!(
                "the temporary credentials there are another tool's, and vault neither uses nor renews them: use them with `aws --profile {}`",
                profile.in_shell()
            ),
            Self::NoStoredKey { profile, .. } => format!("store it with `vault add {}`", profile.in_shell()),
            Self::KeyIdNotKnown { profile } => format!("use it once: `vault exec {} -- true`", profile.in_shell()),
            Self::Malformed { .. } => "correct that line".to_owned(),
            Self::DurationOutOfRange { asked, most, .. } if asked > most => format!("ask for at most {most}"),
            Self::DurationOutOfRange { .. } => format!("ask for at least {SHORTEST}"),
            // The flag is the same for every command.
            Self::LongTermKeyNotExposed { .. } => {
                "leave out `--no-session`, or add `--expose-long-term-key` to that command if you mean it".to_owned()
            }
            Self::NothingToNarrow { .. } => "use a profile with a `role_arn`".to_owned(),
            Self::NarrowedTwice { profile, other: Some(other) } => {
                let (own, others) = (table_of(profile.as_str()), table_of(other.as_str()));
                format!("remove `session_policy` from `{own}` or from `{others}` in the settings")
            }
            Self::NarrowedTwice { profile, other: None } => {
                format!("leave out `--read-only`, or remove `session_policy` from `{}` in the settings", table_of(profile.as_str()))
            }
            Self::OtherAccount { stored, .. } => {
                format!("store the right key with `vault add --force {}`, or correct `mfa_serial` in the config file", stored.in_shell())
            }
            Self::Config(error) => return error.hint.clone(),
        })
    }
}

/// The name in `profile NAME`, which is only valid in headers.
fn without_prefix(name: &ProfileName) -> Option<ProfileName> {
    ProfileName::parse(name.as_str().strip_prefix("profile ")?.trim_start()).ok()
}

fn circle(path: &[ProfileName]) -> String {
    let names: Vec<_> = path.iter().map(|name| format!("`{name}`")).collect();
    names.join(" → ")
}

fn for_whom(profile: &ProfileName, wanted_for: &ProfileName) -> String {
    if profile == wanted_for { String::new() } else { format!(", which profile `{wanted_for}` starts from") }
}

fn one_of(names: &[ProfileName]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}
