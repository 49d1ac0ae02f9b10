//! The profiles with what each needs, where its key is, and what is cached: for every command that shows them. Never unlocks or calls anything.

use std::collections::BTreeMap;

use crate::config::keys;
use crate::config::{ConfigError, Profile, SignInKey};
use crate::keystore::{Entry, Keystores};
use crate::model::{Origin, ProfileName, Timestamp};
use crate::os::clock;
use crate::plan::{self, Base, CallKind, CredentialPlan, Forecast, Inventory, PlanError, PlanRequest, ProgramKind, Source};
use crate::ports::Expirations;
use crate::sessions::{CachedSession, base_label};

use super::prepare::freshness;
use super::request::{SessionOptions, plan_request};
use super::sealed_sessions::sealed_sessions;
use super::session_cache::with_session_files;
use super::{Context, Failure, key_age, stray_settings};

/// A profile, or a key without one.
pub struct Listed {
    pub name: ProfileName,
    pub kind: ListedKind,
    pub source: Option<String>,
    pub role: Option<String>,
    pub mfa: Option<String>,
    pub keys: Vec<Entry>,
    pub sessions: Vec<CachedSession>,
    /// The session that counts most for it.
    pub left: Option<Left>,
    /// The problem in the files that makes it unusable.
    pub fault: Option<String>,
    /// Whether a run could use it: nothing but a code, or the id of its key, is missing.
    pub is_usable: bool,
    /// What a run would do.
    pub plan: Option<CredentialPlan>,
    /// Where its long-term key is unencrypted.
    pub plaintext: Option<Origin>,
    /// The profile whose key is not stored, if that is all that is missing.
    pub lacks_key_of: Option<ProfileName>,
}

/// Until when a cached session is usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub until: Timestamp,
    /// Whether only a run with other flags, or with other settings, uses it.
    pub is_of_other_flags: bool,
}

/// What a profile is: a key, a role on top of another profile, a process, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedKind {
    Alias,
    Broken,
    Key,
    Login,
    NoKey,
    PlaintextKey,
    Process,
    Role,
    Sso,
}

impl ListedKind {
    /// Its name, for people and programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::Broken => "broken",
            Self::Key => "key",
            Self::Login => "login",
            Self::NoKey => "no key",
            Self::PlaintextKey => "plaintext key",
            Self::Process => "process",
            Self::Role => "role",
            Self::Sso => "sso",
        }
    }
}

/// All of them, in the order of the files; then the keys that no profile has.
///
/// # Errors
/// When the files, the keys or the settings cannot be read.
pub fn all(context: &Context, keystores: &Keystores<'_>, entries: &[Entry]) -> Result<Vec<Listed>, Failure> {
    with_session_files(context, keystores, |files| rows(context, entries, files.all(), Some(&files.at_rest())))
}

/// The same without what is cached: no session is opened, so no keystore is asked for the key that opens them.
///
/// # Errors
/// As of [`all`].
pub fn without_sessions(context: &Context, entries: &[Entry]) -> Result<Vec<Listed>, Failure> {
    rows(context, entries, Vec::new(), None)
}

/// Warns about what the table does not show: old keys, and what in the files has no effect.
///
/// # Errors
/// When the files or the settings cannot be read.
pub fn warn(context: &Context, keystores: &Keystores<'_>, entries: Vec<Entry>, now: Timestamp) -> Result<(), Failure> {
    let profiles = context.profiles()?;
    key_age::remind(context, &keystores.in_use(entries), now)?;
    stray_settings::warn(context)?;
    for fault in profiles.broken_headers() {
        context.notices.warn(&placed(&fault));
    }
    stray_settings::warn_of_sections(context, &profiles.all_ignored_sections());
    Ok(())
}

/// `at_rest` has the sessions that are not opened.
fn rows(
    context: &Context,
    entries: &[Entry],
    mut sessions: Vec<CachedSession>,
    at_rest: Option<&dyn Expirations>,
) -> Result<Vec<Listed>, Failure> {
    let profiles = context.profiles()?;
    let keys = Inventory::as_known(entries.iter().map(|entry| (entry.name.clone(), entry.key_id.clone())));
    let mut names = profiles.names();
    let defined = names.len();
    // A key without a profile is listed too, so that no stored key is hidden.
    for entry in entries {
        if !profiles.is_defined(&entry.name) && !names[defined..].contains(&entry.name) {
            names.push(entry.name.clone());
        }
    }
    let settings = context.settings()?;
    // As for `exec`: the endpoint is part of a session's identity.
    let asked = |name: &ProfileName| {
        plan_request(&context.env, name.clone(), &SessionOptions::default()).unwrap_or_else(|_| PlanRequest::of(name.clone()))
    };
    let mut plans: BTreeMap<_, _> =
        names.iter().map(|name| (name.clone(), plan::resolve(profiles, settings, &keys, &asked(name)))).collect();
    let now = clock::now();
    // As `status` shows them.
    let sealed = at_rest.map(|at_rest| sealed_sessions(&sessions, &plans, entries, at_rest, now));
    sessions.extend(sealed.into_iter().flatten());
    let mut by_profile: BTreeMap<String, Vec<CachedSession>> = BTreeMap::new();
    for session in &sessions {
        for owner in owners(session, entries, &plans) {
            by_profile.entry(owner).or_default().push(session.clone());
        }
    }
    let expirations: BTreeMap<_, _> = sessions.iter().map(|session| (&session.key, session.expires)).collect();
    // As `status` shows it.
    let usual = |plan: &CredentialPlan| {
        let freshness = freshness(settings, plan, &SessionOptions::default());
        let forecast = Forecast::new(plan, &|key| expirations.get(key).copied(), now, freshness);
        let taken_up = forecast.taken_up();
        taken_up.plan.last_step().and_then(|step| taken_up.of_use_until(step))
    };
    let row = |name: ProfileName| {
        let own_keys: Vec<Entry> = entries.iter().filter(|entry| entry.name == name).cloned().collect();
        let sessions = by_profile.get(name.as_str()).cloned().unwrap_or_default();
        let (profile, unreadable) = match profiles.profile(&name) {
            Ok(profile) => (profile, None),
            Err(error) => (None, Some(placed(&error))),
        };
        let (kind, fault) = match (unreadable, &profile) {
            (Some(fault), _) => (ListedKind::Broken, Some(fault)),
            (None, Some(profile)) => {
                let planned = &plans[&name];
                (kind(profile, &own_keys, planned), planned.as_ref().err().and_then(unusable))
            }
            // A key without a profile.
            (None, None) => (ListedKind::Key, None),
        };
        let get = |key: &str| profile.as_ref().and_then(|profile| profile.get(key)).map(|setting| setting.value.clone());
        let plaintext = profile.as_ref().and_then(Profile::plaintext_key).filter(|key| !key.temporary).map(|key| key.origin.clone());
        let planned = plans.remove(&name);
        let plan = planned.as_ref().and_then(|planned| planned.as_ref().ok());
        let left = plan.and_then(usual).map(|until| Left { until, is_of_other_flags: false }).or_else(|| {
            let last = sessions.iter().max_by_key(|session| session.expires)?;
            // What a key signed before it was replaced is used without a flag.
            let is_of_other_flags = plan.is_some_and(|plan| base_label(&plan.base) == last.label.base);
            Some(Left { until: last.expires, is_of_other_flags })
        });
        Ok(Listed {
            kind,
            source: get(keys::SOURCE_PROFILE),
            role: get(keys::ROLE_ARN),
            mfa: get(keys::MFA_SERIAL),
            name,
            keys: own_keys,
            sessions,
            left,
            fault,
            plaintext,
            is_usable: matches!(planned, Some(Ok(_) | Err(PlanError::KeyIdNotKnown { .. }))),
            lacks_key_of: match &planned {
                Some(Err(PlanError::NoStoredKey { profile, .. })) => Some(profile.clone()),
                _ => None,
            },
            plan: planned.and_then(Result::ok),
        })
    };
    names.into_iter().map(row).collect()
}

/// The profiles to show a session at. A shared MFA session belongs to its key, not to the profile it was made for; if the key is
/// stored under several names, it is shown at those that would use it.
fn owners(session: &CachedSession, entries: &[Entry], plans: &BTreeMap<ProfileName, Result<CredentialPlan, PlanError>>) -> Vec<String> {
    let label = &session.label;
    let plan = |name: &ProfileName| plans.get(name).and_then(|plan| plan.as_ref().ok());
    let is_of_key = |entry: &&Entry| entry.has_signed(&label.base);
    let mut names: Vec<&ProfileName> = entries.iter().filter(is_of_key).map(|entry| &entry.name).collect();
    names.dedup();
    if label.call != CallKind::GetSessionToken || names.is_empty() {
        return vec![label.profile.clone()];
    }
    let is_user = |name: &&&ProfileName| plan(name).is_some_and(|plan| plan.possible_steps().any(|step| step.session_key == session.key));
    let users: Vec<_> = names.iter().filter(is_user).map(ToString::to_string).collect();
    if !users.is_empty() {
        return users;
    }
    // For example, a session with a special duration is in no plan without that duration.
    let made_for = ProfileName::parse(&label.profile).ok();
    let by_base = made_for.as_ref().and_then(plan).and_then(|plan| match &plan.base {
        Base::StoredKey { name, .. } => names.iter().find(|known| **known == name),
        Base::Source(_) => None,
    });
    vec![by_base.or_else(|| names.iter().find(|name| made_for.as_ref() == Some(**name))).unwrap_or(&names[0]).to_string()]
}

/// The problem in the files that makes a profile unusable. A key that is not stored yet is not such a problem.
#[must_use]
pub fn unusable(error: &PlanError) -> Option<String> {
    match error {
        PlanError::NoStoredKey { .. } | PlanError::KeyIdNotKnown { .. } => None,
        error => Some(error.origin().map_or_else(|| error.to_string(), |origin| format!("{error} ({origin})"))),
    }
}

fn placed(fault: &ConfigError) -> String {
    fault.origin.as_ref().map_or_else(|| fault.to_string(), |origin| format!("{fault} ({origin})"))
}

/// The kind of the profile: from the planner's base, if that is the profile's own.
fn kind(profile: &Profile, keys: &[Entry], planned: &Result<CredentialPlan, PlanError>) -> ListedKind {
    let has = |key: &str| profile.get(key).is_some();
    let base = planned.as_ref().map(|plan| &plan.base);
    match base {
        _ if has(keys::ROLE_ARN) => ListedKind::Role,
        _ if !keys.is_empty() => ListedKind::Key,
        Ok(Base::Source(Source::Program(program))) if program.profile == profile.name => match &program.kind {
            ProgramKind::AwsCli { key: SignInKey::LoginSession, .. } => ListedKind::Login,
            ProgramKind::AwsCli { key: SignInKey::SsoSession | SignInKey::SsoStartUrl, .. } => ListedKind::Sso,
            ProgramKind::CredentialProcess { .. } => ListedKind::Process,
        },
        Err(PlanError::NoStoredKey { .. }) if profile.plaintext_key().is_some() => ListedKind::PlaintextKey,
        _ if has(keys::SOURCE_PROFILE) || has(keys::INCLUDE_PROFILE) => ListedKind::Alias,
        Ok(_) | Err(PlanError::NoStoredKey { .. } | PlanError::KeyIdNotKnown { .. }) => ListedKind::NoKey,
        Err(_) => ListedKind::Broken,
    }
}
