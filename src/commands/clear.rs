//! `vault clear`: drops cached sessions, so that no copy of their files opens again. Never touches a stored key.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Args;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::prepare_locked;
use crate::app::request::SessionOptions;
use crate::app::session_cache::{is_unclaimed, with_session_files};
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::model::ProfileName;
use crate::plan::{CallKind, CredentialPlan, SessionKey};
use crate::sessions::Dropped;
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
    let base = plan.as_ref().map(|plan| crate::sessions::base_label(&plan.base));
    // If it is not known which key the profile starts from, it may be any that no other entry names.
    let known = if base.is_none() { keystores.indexed().unwrap_or_default() } else { Vec::new() };
    let dropped = with_session_files(context, &keystores, |files| {
        let mut keys: Vec<SessionKey> = plan.iter().flat_map(CredentialPlan::possible_steps).map(|step| step.session_key.clone()).collect();
        // Sessions of the profile made with other flags, and every MFA session that the profile could start from.
        keys.extend(files.all().into_iter().filter_map(|cached| {
            let of_profile = cached.label.profile == profile.as_str();
            let of_base = base.as_ref().map_or_else(|| is_unclaimed(&cached, &known), |base| cached.label.base == *base);
            let shared = of_base && cached.label.call == CallKind::GetSessionToken;
            (of_profile || shared).then_some(cached.key)
        }));
        keys.sort();
        keys.dedup();
        files.remove(&keys)
    });
    report(context, dropped, &format!(" of `{profile}`"))
}

/// Reports what was dropped, and fails with what was not.
fn report(context: &Context, dropped: Dropped, of: &str) -> Result<u8, Failure> {
    let Dropped { removed, failures, key_kept } = dropped;
    if failures.is_empty() || removed > 0 {
        ui::note(&format!("{}{of} dropped", counted(removed)));
    }
    if let Some(reason) = key_kept {
        context.notices.warn(&format!("a copied session file could still be opened: the cache key was not replaced: {reason}"));
    }
    let more = failures.len().saturating_sub(1);
    let mut failures = failures.into_iter().map(Failure::from);
    let Some(mut failure) = failures.next() else { return Ok(0) };
    if more > 0 {
        // Writing to a string cannot fail.
        let _ = write!(failure.message, ", and {more} more");
    }
    failure.hints.extend(failures.flat_map(|other| other.hints));
    let mut seen = BTreeSet::new();
    failure.hints.retain(|hint| seen.insert(hint.clone()));
    failure.hints.truncate(MOST_HINTS);
    Err(failure)
}

/// As many as a person would read.
const MOST_HINTS: usize = 3;

fn counted(sessions: usize) -> String {
    match sessions {
        1 => "1 cached session".to_owned(),
        n => format!("{n} cached sessions"),
    }
}
