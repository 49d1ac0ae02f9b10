//! `vault clear`: drops cached sessions, so that no copy of their files opens again. Never touches a stored key.

use std::collections::BTreeSet;

use clap::Args;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::prepare_locked;
use crate::app::request::SessionOptions;
use crate::app::session_cache::{is_unclaimed, with_session_files};
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::keystore::{Entry, Keystores};
use crate::model::{ProfileName, shown};
use crate::os::files::FileError;
use crate::plan::{Base, CallKind, CredentialPlan, SessionKey};
use crate::sessions::{CachedSession, Dropped, Scope, base_label};
use crate::ui;

/// Drop the cached sessions of one profile, or all of them
///
/// The shared MFA session of the profile is dropped too, so the next command asks
/// for a code. Stored keys are not touched.
#[derive(Args)]
#[command(after_help = "Examples:
  vault clear opssudo
  vault clear                              every session of every profile")]
pub struct Arguments {
    /// The profile [default: every session of every profile]
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    profile: Option<ProfileName>,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let Some(profile) = &arguments.profile else {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the bare method is not general over the files' lifetime")]
        let dropped = with_session_files(context, &keystores, |files| files.remove_all());
        return report(context, dropped, "");
    };
    let plan = match prepare_locked(context, &keystores, profile.clone(), &SessionOptions::default()) {
        Ok(prepared) => Some(prepared.plan),
        // A profile that cannot be planned now, for example because its key is gone, may still have sessions.
        Err(_) if context.profiles()?.profile(profile)?.is_some() => None,
        Err(failure) => return Err(failure),
    };
    let bases = plan.as_ref().map(|plan| bases(&keystores, &plan.base)).transpose()?;
    // If it is not known which key the profile starts from, it may be any that no other entry names.
    let known = if bases.is_none() { keystores.indexed().unwrap_or_default() } else { Vec::new() };
    let planned: Vec<SessionKey> = plan.iter().flat_map(CredentialPlan::possible_steps).map(|step| step.session_key.clone()).collect();
    // Sessions of the profile made with other flags, and every MFA session that the profile could start from.
    let also = |cached: &CachedSession| {
        let of_profile = cached.label.profile == profile.as_str();
        let of_base = bases.as_ref().map_or_else(|| is_unclaimed(cached, &known), |bases| bases.contains(&cached.label.base));
        of_profile || of_base && cached.label.call == CallKind::GetSessionToken
    };
    let scope = bases.as_ref().map_or(Scope::All, |bases| Scope::Bases(bases));
    let dropped = with_session_files(context, &keystores, |files| files.remove(scope, &planned, also));
    report(context, dropped, &format!(" of `{profile}`"))
}

/// The labels of sessions that start from the base, including those of keys that a rotation replaced.
fn bases(keystores: &Keystores<'_>, base: &Base) -> Result<Vec<String>, Failure> {
    let entry = base.stored_name().map(|name| keystores.entry(name)).transpose()?.flatten();
    let signers = entry.iter().flat_map(Entry::signers).map(ToString::to_string);
    Ok(std::iter::once(base_label(base)).chain(signers).collect())
}

/// Reports what was dropped, and fails with what was not.
fn report(context: &Context, dropped: Dropped, of: &str) -> Result<u8, Failure> {
    let Dropped { removed, failures, key_kept } = dropped;
    if failures.is_empty() || removed > 0 {
        ui::note(&format!("{}{of} dropped", counted(removed)));
    }
    if let Some(reason) = key_kept {
        context.notices.warn(&format!("the cache key was not replaced, so a copied session file could still be decrypted: {reason}"));
    }
    match failures.len() {
        0 => Ok(0),
        1 => Err(failures.into_iter().map(Failure::from).next().unwrap_or_else(|| Failure::new("nothing was dropped"))),
        several => Err(not_dropped(several, failures)),
    }
}

/// Several failures as one, with a row for each.
fn not_dropped(several: usize, failures: Vec<FileError>) -> Failure {
    let mut rows: Vec<_> =
        failures.iter().take(MOST_ROWS).map(|error| [shown(&error.path), format!("cannot {}: {}", error.action, error.reason)]).collect();
    if several > MOST_ROWS {
        rows.push(["…".to_owned(), format!("and {} more", several - MOST_ROWS)]);
    }
    let mut hints: Vec<String> = failures.into_iter().flat_map(|error| Failure::from(error).hints).collect();
    let mut seen = BTreeSet::new();
    hints.retain(|hint| seen.insert(hint.clone()));
    hints.truncate(MOST_HINTS);
    hints.into_iter().fold(Failure::new("not every cached session could be dropped").list(["FILE", "PROBLEM"], rows), Failure::hint)
}

/// As many as a person would read.
const MOST_HINTS: usize = 3;
const MOST_ROWS: usize = 10;

fn counted(sessions: usize) -> String {
    match sessions {
        1 => "1 cached session".to_owned(),
        n => format!("{n} cached sessions"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn several_failures_are_a_table_with_each_hint_once() {
        let failures = |count: usize| {
            let denied =
                |number| FileError::new("remove", Path::new(&format!("/nowhere/{number}")), &std::io::ErrorKind::ReadOnlyFilesystem.into());
            (0..count).map(denied).collect::<Vec<_>>()
        };
        let failure = not_dropped(2, failures(2));
        let list = failure.list.expect("it has a table");
        assert_eq!(list.rows.len(), 2);
        assert!(list.rows[1][0] == "/nowhere/1" && list.rows[1][1].starts_with("cannot remove: "), "{list:?}");
        let failure = not_dropped(40, failures(40));
        let list = failure.list.expect("it has a table");
        assert_eq!((list.rows.len(), list.rows[MOST_ROWS][1].as_str()), (MOST_ROWS + 1, "and 30 more"));
        assert!(!failure.hints.is_empty() && failure.hints.len() <= MOST_HINTS, "{:?}", failure.hints);
    }
}
