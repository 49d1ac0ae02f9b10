//! One file per command: arguments become a request, the request is carried out, the outcome is printed. No logic that a test would want alone.

mod add;
mod arguments;
mod clear;
mod completions;
mod context;
mod credential_process;
mod credentials;
mod debug;
mod exec;
mod explain;
mod export;
mod list;
mod man;
mod remove;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::os::env::Environment;
use crate::os::process;
use crate::ui::{self, Failure};

use arguments::GlobalArguments;
use context::Context;

/// One MFA code, then everything you run has the right AWS credentials.
///
/// vault keeps long-term access keys in the system's keychain (or an encrypted
/// file), turns them into short-lived sessions with one code of your MFA device,
/// and starts your commands with those.
#[derive(Parser)]
#[command(name = "vault", version, propagate_version = false, disable_help_subcommand = true, max_term_width = 80)]
#[command(after_help = "Examples:
  vault add read-only                      store a key, once
  vault exec read-only -- aws s3 ls        one code, then none for hours
  vault exec opssudo -- terraform apply    a role on top: no second code
  vault list                               what there is

Every command explains itself: vault exec --help")]
struct Cli {
    #[command(flatten)]
    global: GlobalArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(add::Arguments),
    Clear(clear::Arguments),
    Completions(completions::Arguments),
    CredentialProcess(credential_process::Arguments),
    Exec(exec::Arguments),
    Explain(explain::Arguments),
    Export(export::Arguments),
    List(list::Arguments),
    Man(man::Arguments),
    Remove(remove::Arguments),
}

/// The command line's grammar, for completions, man pages and the reference.
#[must_use]
pub fn grammar() -> clap::Command {
    Cli::command()
}

/// Runs the command line of this process, and answers with its exit status.
#[must_use]
pub fn main() -> ExitCode {
    // Security: before anything secret is in memory.
    process::forbid_dumps();
    let env = Environment::capture();
    let arguments = process::arguments();
    let program = arguments
        .first()
        .and_then(|path| Path::new(path).file_stem())
        .map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned());
    if completions::answered(&env) {
        return process::exit_code(0);
    }
    let outcome = match parse(&arguments, &program) {
        Ok(cli) => run(cli, env),
        Err(status) => return process::exit_code(status),
    };
    match outcome {
        Ok(status) => process::exit_code(status),
        Err(failure) => {
            ui::report(&failure, &program);
            process::exit_code(failure.status)
        }
    }
}

/// Help and version are printed here, and so are mistakes in the command line, with clap's own suggestions.
fn parse(arguments: &[OsString], program: &str) -> Result<Cli, u8> {
    let command = grammar().bin_name(program);
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| {
        if let Some(failure) = forgotten_dashes(&error, arguments) {
            ui::report(&failure, program);
            return failure.status;
        }
        // Where stderr is gone there is nobody to tell.
        let _ = error.print();
        if error.use_stderr() { Failure::USAGE } else { 0 }
    })
}

/// `vault exec PROFILE COMMAND` without the `--` between them: the error says how to write it.
fn forgotten_dashes(error: &clap::Error, arguments: &[OsString]) -> Option<Failure> {
    let is_exec = arguments.get(1).is_some_and(|word| word == "exec") && !arguments.iter().any(|word| word == "--");
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    if !is_exec || error.kind() != ErrorKind::UnknownArgument || word.starts_with('-') {
        return None;
    }
    let at = arguments.iter().position(|argument| argument.to_str() == Some(word))?;
    let joined = |words: &[OsString]| words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
    let (ours, command) = (joined(arguments.get(2..at)?), joined(&arguments[at..]));
    Some(Failure::usage("the command must stand behind `--`").hint(format!("run `vault exec {ours} -- {command}`")))
}

fn run(cli: Cli, env: Environment) -> Result<u8, Failure> {
    let context = Context::new(env, cli.global)?;
    match cli.command {
        Command::Add(arguments) => add::run(&context, &arguments),
        Command::Clear(arguments) => clear::run(&context, &arguments),
        Command::Completions(arguments) => completions::run(&context, &arguments),
        Command::CredentialProcess(arguments) => credential_process::run(&context, &arguments),
        Command::Exec(arguments) => exec::run(&context, arguments),
        Command::Explain(arguments) => explain::run(&context, &arguments),
        Command::Export(arguments) => export::run(&context, &arguments),
        Command::List(arguments) => list::run(&context, &arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Remove(arguments) => remove::run(&context, &arguments),
    }
}
