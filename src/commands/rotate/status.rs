//! `vault rotate --status`: how far rotations are, from the index. Asks AWS only for the last use of an old key, and asks nobody for a code.

use serde_json::{Value, json};

use crate::app::iam_route::IamRoute;
use crate::app::mfa_session::{first_step, mfa_part, session, stored_name};
use crate::app::prepare::prepare;
use crate::app::request::SessionOptions;
use crate::app::session_cache::unasked;
use crate::app::{Context, Failure, failure, key_age};
use crate::aws::IamClient;
use crate::keystore::{Entry, Keystores};
use crate::model::{AccessKeyId, ProfileName, RotationKind, RotationNote, Timestamp, TokenCode};
use crate::os::clock;
use crate::ports::{AccessKeys as _, LastUse, Route, Sts as _};
use crate::ui::{self, Table};

use super::Arguments;
use super::one::NONE_TO_REPLACE;
use super::words::{COARSE, used};

/// What AWS says of an old key.
enum Seen {
    /// `None`: it was never used.
    Used(Option<LastUse>),
    /// A code would have to be asked for.
    NotAsked,
    NotKnown(String),
}

pub(super) fn run(context: &Context, keystores: &Keystores<'_>, arguments: &Arguments, code: Option<&TokenCode>) -> Result<u8, Failure> {
    let mut entries = keystores.in_use(keystores.entries()?);
    if let Some(profile) = &arguments.name {
        let prepared = prepare(context, keystores, profile.clone(), &SessionOptions::default())?;
        let name = stored_name(&prepared.plan, NONE_TO_REPLACE)?;
        // Preparing it may have corrected the index.
        entries = keystores.entry(name)?.into_iter().collect();
    }
    let now = clock::now();
    let seen: Vec<_> =
        entries.iter().map(|entry| old_key(entry).map(|old| (old.clone(), look(context, keystores, entry, old, code.cloned())))).collect();
    if arguments.json {
        let rows: Vec<_> =
            entries.iter().zip(&seen).map(|(entry, seen)| as_json(entry, seen.as_ref().map(|(_, seen)| seen), now)).collect();
        ui::json(&Value::Array(rows))?;
        return Ok(0);
    }
    let mut table = Table::new(["NAME", "KEY", "STAGE", "OLD KEY", "DELETABLE FROM", "AGE"]);
    for entry in &entries {
        let rotation = entry.rotation.as_ref();
        let text = |id: Option<&AccessKeyId>| id.map(ToString::to_string).unwrap_or_default();
        let deletable = rotation.and_then(RotationNote::deletable_from).map(|at| at.to_string()).unwrap_or_default();
        let age = key_age::age_in_days(entry, now).map(|days| format!("{days}d")).unwrap_or_default();
        table.row(
            [entry.name.to_string(), text(entry.key_id.as_ref()), stage(entry).to_owned(), text(old_key(entry)), deletable, age],
            None,
        );
    }
    table.print()?;
    for (entry, seen) in entries.iter().zip(seen) {
        if let Some((old, seen)) = seen {
            ui::note(&in_words(&entry.name, &old, &seen));
        }
    }
    key_age::remind(context, &entries, now)?;
    Ok(0)
}

/// The word of the interface.
fn stage(entry: &Entry) -> &'static str {
    match entry.rotation.as_ref().map(|rotation| rotation.kind) {
        None => "current",
        Some(RotationKind::Creating | RotationKind::Pending | RotationKind::Undoing) => "pending",
        Some(RotationKind::Switched | RotationKind::Grace) => "grace",
    }
}

fn old_key(entry: &Entry) -> Option<&AccessKeyId> {
    let rotation = entry.rotation.as_ref()?;
    rotation.other.as_ref().filter(|_| matches!(rotation.kind, RotationKind::Switched | RotationKind::Grace))
}

/// When the old key was used last: with a session that is there, or a code that was given, and never with a question.
fn look(context: &Context, keystores: &Keystores<'_>, entry: &Entry, old: &AccessKeyId, code: Option<TokenCode>) -> Seen {
    let asked = || -> Result<Seen, Failure> {
        let prepared = mfa_part(context, keystores, &entry.name, true)?;
        let files = unasked(context);
        if prepared.forecast(&files.at_rest()).asks_for_code() && code.is_none() {
            return Ok(Seen::NotAsked);
        }
        let Some(signer) = session(context, keystores, &prepared, code)? else { return Ok(Seen::NotAsked) };
        let step = first_step(&prepared.plan)?;
        let explained = |fault| Failure::new(failure::explained(&fault));
        let owner = context.clients().caller_identity(&signer, &Route::of(step)).map_err(explained)?;
        let route = IamRoute::of(context, &entry.name, step, &owner.arn)?;
        let iam = IamClient::new(context.clients(), signer, route.route());
        Ok(iam.last_use(old).map_or_else(|fault| Seen::NotKnown(failure::explained(&fault)), Seen::Used))
    };
    asked().unwrap_or_else(|failure| Seen::NotKnown(failure.message))
}

fn in_words(name: &ProfileName, old: &AccessKeyId, seen: &Seen) -> String {
    match seen {
        Seen::Used(Some(last_use)) => format!("the old key {old} was used {} ({COARSE})", used(last_use)),
        Seen::Used(None) => format!("the old key {old} was never used ({COARSE})"),
        Seen::NotAsked => format!(
            "showing the last use of the old key {old} needs an MFA session: `vault rotate {} --status --mfa-token CODE` asks AWS",
            name.in_shell()
        ),
        Seen::NotKnown(why) => format!("the last use of the old key {old} is not known: {why}"),
    }
}

fn as_json(entry: &Entry, seen: Option<&Seen>, now: Timestamp) -> Value {
    let rotation = entry.rotation.as_ref();
    let last_used = match seen {
        Some(Seen::Used(Some(last_use))) => Some(last_use.at.to_string()),
        _ => None,
    };
    json!({
        "name": entry.name.as_str(),
        "key_id": entry.key_id.as_ref().map(AccessKeyId::as_str),
        "stage": stage(entry),
        "old_key_id": old_key(entry).map(AccessKeyId::as_str),
        "since": rotation.map(|rotation| rotation.since.to_string()),
        "deletable_from": rotation.and_then(RotationNote::deletable_from).map(|at| at.to_string()),
        "age_days": key_age::age_in_days(entry, now),
        "old_key_last_used": last_used,
    })
}
