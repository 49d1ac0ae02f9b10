//! `vault exec`: runs a command with a profile's credentials.

use std::ffi::OsString;
use std::io;

use clap::{Args, ValueHint};

use crate::outlet::{self, child_env};
use crate::ui::{self, Failure};

use super::arguments::{CredentialArguments, OptionalProfile};
use super::context::Context;
use super::credentials::{Notes, TerminalPassphrase, obtain, prepare, time_left};

/// Run a command with a profile's credentials
///
/// The command replaces vault: same process, same terminal, its own exit status.
/// Without a command, your shell is started. What the command may call with the
/// credentials, and for how long, `vault explain PROFILE` tells beforehand.
#[derive(Args)]
#[command(after_help = "Examples:
  vault exec read-only -- aws s3 ls
  vault exec opssudo --duration 30m -- terraform apply
  vault exec read-only                     a shell; `exit` leaves it

Exit status: the command's own; 1 failure, 2 usage, 126 not executable,
127 not found, 130 interrupted")]
pub struct Arguments {
    #[command(flatten)]
    profile: OptionalProfile,
    #[command(flatten)]
    credentials: CredentialArguments,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

pub fn run(context: &Context, arguments: Arguments) -> Result<u8, Failure> {
    let profile = context.profile(arguments.profile.profile.as_ref(), "exec")?;
    let passphrase = TerminalPassphrase;
    let keystores = context.keystores(&passphrase)?;
    let prepared = prepare(context, &keystores, profile, &arguments.credentials)?;
    let credentials = obtain(context, &keystores, &prepared, &arguments.credentials, Notes::Stderr)?;
    let plan = &prepared.plan;

    let mut words = arguments.command.into_iter();
    let (program, rest) = if let Some(program) = words.next() {
        (program, words.collect())
    } else {
        let left = credentials
            .expiration()
            .map_or_else(String::new, |expires| format!(", good for {}", time_left(expires, crate::os::clock::now())));
        ui::note(&format!("a shell with the credentials of `{}`{left}; leave it with `exit`", plan.profile));
        (shell(context), Vec::new())
    };
    let variables = child_env::variables(&plan.profile, plan.region.as_ref(), &credentials);
    // Security: wiped before the process is replaced; what the child needs is in `variables`.
    drop(credentials);
    drop(prepared);
    outlet::exec::run(&context.env, &program, &rest, variables).map_err(|error| {
        let name = program.to_string_lossy().into_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Failure::new(format!("command `{name}` is not found"))
                .hint(format!("check the spelling, or whether it is on the `PATH`: `command -v {name}`"))
                .status(Failure::NOT_FOUND),
            io::ErrorKind::PermissionDenied => Failure::new(format!("command `{name}` is not executable"))
                .hint(format!("make it executable with `chmod +x {name}`"))
                .status(Failure::NOT_EXECUTABLE),
            _ => Failure::new(format!("command `{name}` cannot be started: {error}")).status(Failure::NOT_EXECUTABLE),
        }
    })
}

fn shell(context: &Context) -> OsString {
    let (variable, default) = if cfg!(windows) { ("COMSPEC", "cmd.exe") } else { ("SHELL", "/bin/sh") };
    context.env.os(variable).map_or_else(|| default.into(), ToOwned::to_owned)
}
