//! `vault explain`: prints the plan. Never calls or unlocks anything.

use clap::Args;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::prepare::{inventory_of, prepare_locked};
use crate::app::session_cache::with_session_files;
use crate::app::{Context, Failure, keystores, protect, request, stray_settings};
use crate::cli::arguments::{CredentialArguments, OptionalProfile};
use crate::config::linked_source;
use crate::plan;
use crate::ui;

/// Show how a profile's credentials are made, and why
///
/// Shows the key, the calls, their lifetime, where a code comes from, and what is
/// cached. It makes no calls and unlocks nothing.
#[derive(Args)]
#[command(after_help = "Examples:
  vault explain opssudo
  vault explain opssudo --duration 2h      what would change
  vault explain opssudo --json")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    credentials: CredentialArguments,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let profile = request::profile(&context.env, arguments.profile.profile.as_ref(), "explain")?;
    // It would be refused when it is used.
    arguments.credentials.code()?;
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let profiles = context.profiles()?;
    // Before the plan: these problems may be why there is no plan.
    if profiles.is_defined(&profile) {
        let behind = plan::profiles_behind(profiles, &inventory_of(&keystores)?, &profile);
        let ignored: Vec<_> = behind.iter().flat_map(|name| profiles.ignored_sections(name.as_str())).collect();
        stray_settings::warn_of_sections(context, &ignored);
    }
    let prepared = prepare_locked(context, &keystores, profile, &arguments.credentials.options())?;
    let forecast = with_session_files(context, &keystores, |files| prepared.forecast(&files.at_rest()));
    if arguments.json {
        ui::json(&plan::as_json(&forecast))?;
    } else {
        ui::lines(&plan::as_text(&forecast))?;
    }
    let plan = &prepared.plan;
    if plan.protected.is_some()
        && let Some(source) = linked_source(profiles, &plan.profile)
    {
        ui::warn(&protect::is_passed_by(&plan.profile, &source));
        ui::hint(&format!("`vault unlink {}` takes the link away", source.profile.in_shell()));
    }
    stray_settings::warn(context)?;
    Ok(0)
}
