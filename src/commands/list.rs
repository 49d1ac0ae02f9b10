//! `vault list`: the profiles, what each needs, where its key is, and what is cached. Never unlocks or calls anything.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use crate::app::request::{SessionOptions, plan_request};
use crate::app::session_cache::with_session_files;
use crate::app::{Context, Failure, key_age, keystores, stray_settings};
use crate::config::keys;
use crate::config::{ConfigError, Profile, SignInKey};
use crate::keystore::{Entry, NoPassphrasePrompt};
use crate::model::{ProfileName, Timestamp};
use crate::os::clock;
use crate::plan::{self, Base, CallKind, CredentialPlan, Inventory, PlanError, PlanRequest, ProgramKind, Source};
use crate::sessions::CachedSession;
use crate::ui::{self, Table};

/// List profiles, stored keys and cached sessions
///
/// It unlocks nothing and makes no calls.
#[derive(Args)]
#[command(after_help = "Examples:
  vault list
  vault list --json
  vault list --names                       profile names only, one per line")]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print only the names of the profiles, one per line
    #[arg(long, conflicts_with = "json")]
    names: bool,
}

/// One line of the list.
struct Row {
    name: ProfileName,
    /// What the profile is: a key, a role on top of another profile, a process, …
    kind: String,
    source: Option<String>,
    role: Option<String>,
    mfa: Option<String>,
    keys: Vec<Entry>,
    sessions: Vec<CachedSession>,
    fault: Option<String>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let profiles = context.profiles()?;
    if arguments.names {
        let mut names = String::new();
        for name in profiles.names() {
            names.push_str(name.as_str());
            names.push('\n');
        }
        ui::data(names.as_bytes())?;
        return Ok(0);
    }
    let keystores = keystores::open(context, &NoPassphrasePrompt)?;
    let entries = keystores.entries()?;
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the bare method is not general over the files' lifetime")]
    let sessions = with_session_files(context, &keystores, |files| files.all());
    let rows = rows(context, &entries, &sessions)?;
    let now = clock::now();
    if arguments.json {
        ui::json(&json!({ "profiles": rows.iter().map(as_json).collect::<Vec<_>>() }))?;
    } else if rows.is_empty() {
        ui::note("no profiles and no keys yet: `vault add NAME` stores a key and writes its profile");
    } else {
        table(&rows, now).print()?;
    }
    key_age::remind(context, &keystores.in_use(entries), now)?;
    stray_settings::warn(context)?;
    for fault in profiles.broken_headers() {
        ui::warn(&placed(&fault));
    }
    stray_settings::warn_of_sections(context, &profiles.all_ignored_sections());
    Ok(0)
}

fn rows(context: &Context, entries: &[Entry], sessions: &[CachedSession]) -> Result<Vec<Row>, Failure> {
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
    let plans: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), plan::resolve(profiles, settings, &keys, &asked(name)))).collect();
    let mut by_profile: BTreeMap<String, Vec<CachedSession>> = BTreeMap::new();
    for session in sessions {
        for owner in owners(session, entries, &plans) {
            by_profile.entry(owner).or_default().push(session.clone());
        }
    }
    let row = |name: ProfileName| {
        let own_keys: Vec<Entry> = entries.iter().filter(|entry| entry.name == name).cloned().collect();
        let sessions = by_profile.get(name.as_str()).cloned().unwrap_or_default();
        let (profile, unreadable) = match profiles.profile(&name) {
            Ok(profile) => (profile, None),
            Err(error) => (None, Some(placed(&error))),
        };
        let (kind, fault) = match (unreadable, &profile) {
            (Some(fault), _) => ("broken", Some(fault)),
            (None, Some(profile)) => {
                let planned = &plans[&name];
                (kind(profile, &own_keys, planned), planned.as_ref().err().and_then(unusable))
            }
            // A key without a profile.
            (None, None) => ("key", None),
        };
        let get = |key: &str| profile.as_ref().and_then(|profile| profile.get(key)).map(|setting| setting.value.clone());
        Ok(Row {
            kind: kind.to_owned(),
            source: get(keys::SOURCE_PROFILE),
            role: get(keys::ROLE_ARN),
            mfa: get(keys::MFA_SERIAL),
            name,
            keys: own_keys,
            sessions,
            fault,
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

/// The problem in the files that makes the profile unusable. A key that is not stored yet is not such a problem.
fn unusable(error: &PlanError) -> Option<String> {
    match error {
        PlanError::NoStoredKey { .. } | PlanError::KeyIdNotKnown { .. } => None,
        error => Some(error.origin().map_or_else(|| error.to_string(), |origin| format!("{error} ({origin})"))),
    }
}

fn placed(fault: &ConfigError) -> String {
    fault.origin.as_ref().map_or_else(|| fault.to_string(), |origin| format!("{fault} ({origin})"))
}

/// The kind of the profile: from the planner's base, if that is the profile's own.
fn kind(profile: &Profile, keys: &[Entry], planned: &Result<CredentialPlan, PlanError>) -> &'static str {
    let has = |key: &str| profile.get(key).is_some();
    let base = planned.as_ref().map(|plan| &plan.base);
    match base {
        _ if has(keys::ROLE_ARN) => "role",
        _ if !keys.is_empty() => "key",
        Ok(Base::Source(Source::Program(program))) if program.profile == profile.name => match &program.kind {
            ProgramKind::AwsCli { key: SignInKey::LoginSession, .. } => "login",
            ProgramKind::AwsCli { key: SignInKey::SsoSession | SignInKey::SsoStartUrl, .. } => "sso",
            ProgramKind::CredentialProcess { .. } => "process",
        },
        Err(PlanError::NoStoredKey { .. }) if profile.plaintext_key().is_some() => "plaintext key",
        _ if has(keys::SOURCE_PROFILE) || has(keys::INCLUDE_PROFILE) => "alias",
        Ok(_) | Err(PlanError::NoStoredKey { .. } | PlanError::KeyIdNotKnown { .. }) => "no key",
        Err(_) => "broken",
    }
}

fn table(rows: &[Row], now: Timestamp) -> Table<5> {
    let mut table = Table::new(["PROFILE", "KIND", "SOURCE", "KEY IN", "SESSION"]);
    for row in rows {
        let stores: Vec<_> = row.keys.iter().map(|entry| entry.backend.as_str()).collect();
        let expires = row.sessions.iter().map(|session| session.expires).max();
        let left = expires.map_or_else(String::new, |expires| ui::time_left(expires, now));
        let source = row.source.clone().unwrap_or_default();
        table.row([row.name.to_string(), row.kind.clone(), source, stores.join(", "), left], row.fault.as_deref());
    }
    table
}

fn as_json(row: &Row) -> serde_json::Value {
    json!({
        "profile": row.name.as_str(),
        "kind": row.kind,
        "source_profile": row.source,
        "role_arn": row.role,
        "mfa_serial": row.mfa,
        "keys": row.keys.iter().map(|entry| json!({
            "backend": entry.backend.as_str(),
            "access_key_id": entry.key_id.as_ref().map(crate::model::AccessKeyId::as_str),
            "stored_at": entry.stored_at.as_ref().map(Timestamp::to_string),
            "rotation": entry.rotation.as_ref().map(|rotation| rotation.kind.as_str()),
        })).collect::<Vec<_>>(),
        "sessions": row.sessions.iter().map(|session| json!({
            "call": session.label.call.name(),
            "role_arn": session.label.role_arn,
            "expires": session.expires.to_string(),
        })).collect::<Vec<_>>(),
        "fault": row.fault,
    })
}
