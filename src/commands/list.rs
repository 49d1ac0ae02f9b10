//! `vault list`: the profiles, what each needs, where its key is, and what is cached. Never unlocks or calls anything.

use clap::Args;
use serde_json::json;

use crate::app::listing::{self, Listed};
use crate::app::{Context, Failure, keystores};
use crate::keystore::NoPassphrasePrompt;
use crate::model::Timestamp;
use crate::os::clock;
use crate::ui;

/// List profiles, stored keys and cached sessions
///
/// SESSION is the time left of the session that `vault exec PROFILE` would use. A session
/// with "(other flags)" was made with flags such as --duration, and only a run with the
/// same flags uses it. `vault status` shows each session. Nothing is unlocked, and no calls
/// are made.
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
    let rows = listing::all(context, &keystores, &entries)?;
    let now = clock::now();
    if arguments.json {
        ui::json(&json!({ "profiles": rows.iter().map(as_json).collect::<Vec<_>>() }))?;
    } else if rows.is_empty() {
        ui::note("no profiles and no keys yet: `vault add NAME` stores a key and writes its profile");
    } else {
        ui::listing(&rows, now).print()?;
    }
    listing::warn(context, &keystores, entries, now)?;
    Ok(0)
}

fn as_json(row: &Listed) -> serde_json::Value {
    json!({
        "profile": row.name.as_str(),
        "kind": row.kind.as_str(),
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
