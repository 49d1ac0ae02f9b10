//! `vault exec`: runs a command with a profile's credentials. Never hands it a secret on its command line, and decides nothing about its
//! variables: `outlet/child_env` does.

mod not_started;
mod serve;
mod shell;

use std::ffi::OsString;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use crate::app::obtain::obtain;
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::prepare;
use crate::app::{Context, Failure, from_default, keystores, pick, protect, stray_settings};
use crate::cli::arguments::{CredentialArguments, OptionalProfile};
use crate::cli::completion::Dashes;
use crate::model::ProfileName;
use crate::outlet::{self, child_env};
use crate::plan::FromDefault;
use crate::ui;

use not_started::NotStarted;

/// Run a command with a profile's credentials
///
/// The command replaces vault: same process, same terminal, its own exit status.
/// Without a command, it starts your shell; without a profile, you choose one from
/// a list. `vault explain PROFILE` shows the calls and the lifetime.
#[derive(Args)]
#[command(after_help = "Examples:
  vault exec read-only -- aws s3 ls
  vault exec opssudo --duration 30m -- terraform apply
  vault exec opssudo --server -- ./all-night.sh
  vault exec read-only                     a shell; `exit` leaves it
  vault exec -- aws s3 ls                  choose the profile from a list

Exit status: the command's own; 1 failure, 2 usage, 126 not executable,
127 not found, 130 interrupted")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    #[command(flatten)]
    credentials: CredentialArguments,
    /// For long jobs: give the command an endpoint for credentials, which vault
    /// renews while the command runs
    #[arg(long)]
    server: bool,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments, add = ArgValueCompleter::new(Dashes))]
    command: Vec<OsString>,
}

pub fn run(context: &Context, arguments: Arguments) -> Result<u8, Failure> {
    let profile = pick::profile(context, arguments.profile.profile.as_ref(), "exec")?;
    if arguments.server {
        return serve::run(context, profile, &arguments.credentials, arguments.command);
    }
    let code = arguments.credentials.code()?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.credentials.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    stray_settings::warn(context)?;
    let prepared = prepare(context, &keystores, profile, &arguments.credentials.options()).map_err(|failure| {
        perhaps_a_command(failure, context, arguments.profile.profile.as_ref().filter(|_| arguments.command.is_empty()))
    })?;
    let asking = protect::Asking { by: "exec", words: &arguments.command, else_what: "nothing is run" };
    protect::confirm(&prepared.plan, &asking, arguments.credentials.no_wait)?;
    let credentials = obtain(context, &keystores, &prepared, code)?;
    let plan = &prepared.plan;
    let default = FromDefault::of(context.profiles()?, &plan.profile);
    from_default::say_once(context, plan, &default, from_default::Taker::Command);

    let is_shell = arguments.command.is_empty();
    let (program, rest) = shell::program(context, arguments.command, || {
        let left = credentials
            .expiration()
            .map_or_else(String::new, |expires| format!(", valid for {}", ui::time_left(expires, crate::os::clock::now())));
        format!("a shell with the credentials of `{}`{left}; leave it with `exit`", plan.profile)
    });
    let profile = plan.profile.clone();
    let variables = child_env::variables(&context.env, plan, &default, &credentials);
    // Security: wiped before the process is replaced; what the child needs is in `variables`.
    drop(credentials);
    drop(prepared);
    outlet::exec::run(&context.env, &program, &rest, variables).map_err(|error| {
        let failure = NotStarted { profile: &profile, program: &program, arguments: &rest }.failure(context, &error);
        if is_shell {
            failure.hint(format!("`{}` names it: correct that variable, or put a command after `--`", shell::VARIABLE))
        } else {
            failure
        }
    })
}

/// `vault exec ls` with `AWS_PROFILE` set: the word in the profile's place may be meant as the command.
fn perhaps_a_command(failure: Failure, context: &Context, alone: Option<&ProfileName>) -> Failure {
    let unknown = |name: &&ProfileName| context.profiles().is_ok_and(|profiles| !profiles.is_defined(name));
    match (alone.filter(unknown), context.env.text("AWS_PROFILE")) {
        (Some(name), Some(_)) => {
            failure.hint(format!("if it is the command, and `AWS_PROFILE` names the profile, run `vault exec -- {}`", name.in_shell()))
        }
        _ => failure,
    }
}
