//! `vault explain`: prints the plan. Never calls or unlocks anything.

use clap::Args;

use crate::engine;
use crate::os::clock;
use crate::plan::{self, Explanation};
use crate::ui::{self, Failure};

use super::arguments::{CredentialArguments, OptionalProfile};
use super::context::Context;
use super::passphrase::TerminalPassphrase;
use super::prepare::{index_of, prepare_locked};
use super::session_cache::with_session_files;

/// Show how a profile's credentials would be made, and why
///
/// Which key, which calls, for how long, who asks for a code, what is cached.
/// Nothing is called and nothing is unlocked.
#[derive(Args)]
#[command(after_help = "Examples:
  vault explain opssudo
  vault explain opssudo --duration 2h      what would change
  vault explain opssudo --json")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    /// For programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    credentials: CredentialArguments,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let profile = context.profile(arguments.profile.profile.as_ref(), "explain")?;
    let passphrase = TerminalPassphrase;
    let keystores = context.keystores(&passphrase)?;
    let profiles = context.profiles()?;
    // Before the plan: what is wrong there may be why there is none.
    if profiles.is_defined(&profile) {
        let behind = plan::profiles_behind(profiles, &index_of(&keystores)?, &profile);
        let ignored: Vec<_> = behind.iter().flat_map(|name| profiles.ignored_sections(name.as_str())).collect();
        context.warn_of_ignored(&ignored);
    }
    let prepared = prepare_locked(context, &keystores, profile, &arguments.credentials)?;
    let cached = with_session_files(context, &keystores, |files| engine::cached(&prepared.plan, &files.at_rest()));
    let explanation = Explanation::new(&prepared.plan, &cached, clock::now(), &prepared.options.freshness);
    if arguments.json {
        ui::json(&plan::as_json(&explanation))?;
    } else {
        ui::text(&plan::as_text(&explanation))?;
    }
    context.warn_of_stray_settings()?;
    Ok(0)
}
