//! `vault export`: prints a profile's credentials for a shell or a tool to read. Never writes them to a file.

use clap::Args;

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::prepare;
use crate::app::{Context, Failure, from_default, keystores, pick, protect, stray_settings};
use crate::cli::arguments::{CredentialArguments, OptionalProfile};
use crate::os::client;
use crate::outlet::format::{Format, render};
use crate::plan::FromDefault;
use crate::ui;

/// Print a profile's credentials for a shell or a tool to read
///
/// Prefer `vault exec` where you can: exported credentials stay in the shell until
/// they expire, and everything that runs there can use them.
#[derive(Args)]
#[command(after_help = "Examples:
  eval \"$(vault export read-only)\"
  vault export read-only --format fish | source
  vault export read-only --format nushell | from nuon | load-env
  vault export opssudo --format dotenv > .env")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    /// How to write them
    #[arg(long, value_enum, default_value_t = Format::Env, hide_possible_values = false)]
    format: Format,
    #[command(flatten)]
    credentials: CredentialArguments,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    client::reads_stdout();
    let profile = pick::profile(context, arguments.profile.profile.as_ref(), "export")?;
    let code = arguments.credentials.code()?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.credentials.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    stray_settings::warn(context)?;
    let prepared = prepare(context, &keystores, profile, &arguments.credentials.options())?;
    protect::refuse(&prepared.plan, "its credentials are not printed")?;
    let credentials = obtain(context, &keystores, &prepared, code)?;
    let plan = &prepared.plan;
    let default = FromDefault::of(context.profiles()?, &plan.profile);
    if arguments.format.is_for_shell() {
        from_default::say_once(context, plan, &default, from_default::Taker::Shell);
    }
    let rendered = render(arguments.format, &context.env, plan, &default, &credentials)
        .map_err(|error| Failure::new(error.to_string()).hint("use `--format json`, or `vault exec`"))?;
    for name in &rendered.left_out {
        context.notices.tell(&format!("note: `{name}` is left out: the profile's value for it cannot be written safely in this format"));
    }
    ui::data(&rendered.text)?;
    Ok(0)
}
