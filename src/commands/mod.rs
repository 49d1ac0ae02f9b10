//! One file per command: arguments become a request, the request is carried out, the outcome is printed. No logic that a test would want
//! alone. What several commands do alike has a file for each thing that it decides.

mod add;
mod arguments;
mod aws_vault;
mod clear;
mod completions;
mod config_file;
mod context;
mod credential_process;
mod debug;
mod exec;
mod explain;
mod export;
mod key_input;
mod link;
mod list;
mod lock;
mod man;
mod not_started;
mod notes;
mod obtain;
mod passphrase;
mod prepare;
mod protect;
mod region_note;
mod remove;
mod serve;
mod session_cache;
mod status;
mod told;
mod unlink;
mod usage;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args as _, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::os::dirs;
use crate::os::env::Environment;
use crate::os::process;
use crate::ui::{self, Failure};

use arguments::GlobalArguments;
use context::Context;
use notes::Notes;

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
    Link(link::Arguments),
    List(list::Arguments),
    Lock(lock::Arguments),
    Man(man::Arguments),
    Remove(remove::Arguments),
    Status(status::Arguments),
    Unlink(unlink::Arguments),
}

/// The command line's grammar, for completions, man pages and the reference.
#[must_use]
pub fn grammar() -> clap::Command {
    Cli::command()
}

/// The grammar of one command alone, for those that are run all day: building that of all was a third of what a cached run cost.
///
/// It takes a part of what the whole grammar takes, with the same outcome.
fn grammar_of(command: &str) -> Option<clap::Command> {
    let name = clap::Command::new(command.to_owned());
    let grammar = match command {
        "credential-process" => credential_process::Arguments::augment_args(name),
        "exec" => exec::Arguments::augment_args(name),
        "export" => export::Arguments::augment_args(name),
        "status" => status::Arguments::augment_args(name),
        _ => return None,
    };
    Some(GlobalArguments::augment_args(clap::Command::new("vault")).subcommand(grammar))
}

/// The grammar with the examples of its help under the name that this program was started by.
fn grammar_under(program: &str) -> clap::Command {
    let renamed = |command: clap::Command| match command.get_after_help().map(ToString::to_string) {
        Some(help) => command.after_help(help.replace("vault ", &format!("{program} "))),
        None => command,
    };
    let mut grammar = grammar().bin_name(program);
    if program != "vault" {
        let names: Vec<_> = grammar.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        grammar = names.into_iter().fold(renamed(grammar), |grammar, name| grammar.mut_subcommand(name, renamed));
    }
    grammar
}

/// Runs the command line of this process, and answers with its exit status.
#[must_use]
pub fn main() -> ExitCode {
    // Security: before anything secret is in memory.
    process::forbid_dumps();
    let env = Environment::capture();
    let arguments = process::arguments();
    let program = arguments.first().and_then(|path| name_of(path)).unwrap_or_else(|| "vault".to_owned());
    ui::started_as(&program);
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
            ui::report(&failure);
            process::exit_code(failure.status)
        }
    }
}

/// What a person types to start the program at this path. A dot may be a part of it, but for the ending that Windows needs none of.
fn name_of(path: &OsStr) -> Option<String> {
    const ENDING: &str = ".exe";
    let name = Path::new(path).file_name()?.to_string_lossy();
    let split = name.len().checked_sub(ENDING.len()).filter(|split| *split > 0).and_then(|split| name.split_at_checked(split));
    Some(match split {
        Some((name, ending)) if ending.eq_ignore_ascii_case(ENDING) => name.to_owned(),
        _ => name.into_owned(),
    })
}

/// Help and version are printed here, and so are mistakes in the command line.
fn parse(arguments: &[OsString], program: &str) -> Result<Cli, u8> {
    // `help exec`, as other programs have it, is `exec --help`.
    if let [program_path, help, about @ ..] = arguments
        && help == "help"
    {
        let asked: Vec<_> = [std::slice::from_ref(program_path), about, &["--help".into()]].concat();
        return parse(&asked, program);
    }
    let quick = arguments.get(1).and_then(|command| grammar_of(command.to_str()?));
    if let Some(cli) = quick.and_then(|grammar| parse_with(grammar, arguments).ok()) {
        return Ok(cli);
    }
    parse_with(grammar_under(program), arguments).map_err(|error| {
        let failure = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match error.print() {
                Ok(()) => return 0,
                // Help that did not arrive is as good as none.
                Err(fault) => ui::unwritten(&fault),
            },
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // Where stderr is gone there is nobody to tell.
                let _ = error.print();
                return Failure::USAGE;
            }
            _ => usage::failure(&error, arguments, completions::is_profile),
        };
        ui::report(&failure);
        failure.status
    })
}

fn parse_with(mut grammar: clap::Command, arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let parsed = grammar.try_get_matches_from_mut(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    // This process soon ends, or becomes another: to give the memory back piece by piece is work for nothing.
    std::mem::forget(grammar);
    parsed
}

fn run(cli: Cli, env: Environment) -> Result<u8, Failure> {
    let notes = match cli.command {
        Command::CredentialProcess(_) => Notes::Terminal,
        _ => Notes::Stderr,
    };
    // These two touch nothing of a user's.
    if !matches!(cli.command, Command::Completions(_) | Command::Man(_)) {
        refuse_home_of_another()?;
    }
    let context = Context::new(env, notes, cli.global)?;
    match cli.command {
        Command::Add(arguments) => add::run(&context, &arguments),
        Command::Clear(arguments) => clear::run(&context, &arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::CredentialProcess(arguments) => credential_process::run(&context, &arguments),
        Command::Exec(arguments) => exec::run(&context, arguments),
        Command::Explain(arguments) => explain::run(&context, &arguments),
        Command::Export(arguments) => export::run(&context, &arguments),
        Command::Link(arguments) => link::run(&context, &arguments),
        Command::List(arguments) => list::run(&context, &arguments),
        Command::Lock(arguments) => lock::run(&context, &arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Remove(arguments) => remove::run(&context, &arguments),
        Command::Status(arguments) => status::run(&context, &arguments),
        Command::Unlink(arguments) => unlink::run(&context, &arguments),
    }
}

/// Refuses `sudo vault` where it keeps `HOME`: sessions and locks made by root would get in the user's way for good.
fn refuse_home_of_another() -> Result<(), Failure> {
    let Some((home, owner)) = dirs::home_of_another() else { return Ok(()) };
    let home = home.display();
    Err(Failure::new(format!("this is root, and the home folder `{home}` belongs to another user (number {owner})"))
        .hint("leave out `sudo`; for a command that needs root: `vault exec PROFILE -- sudo -E COMMAND`")
        .hint("for keys of root itself, use root's own home: `sudo -H vault …`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command takes, and how.
    fn arguments_of(mut grammar: clap::Command, command: &str) -> Vec<String> {
        grammar.build();
        let command = grammar.find_subcommand(command).expect("the command is there");
        let mut arguments: Vec<_> = command.get_arguments().map(|argument| format!("{argument:?}")).collect();
        arguments.sort();
        arguments
    }

    #[test]
    fn an_options_value_is_never_taken_for_the_profile() {
        let mut grammar = grammar();
        grammar.build();
        let exec = grammar.find_subcommand("exec").expect("the command is there");
        for argument in exec.get_arguments().filter(|argument| !argument.is_positional()) {
            let long = argument.get_long().map(|name| format!("--{name}"));
            let short = argument.get_short().map(|name| format!("-{name}"));
            for option in long.into_iter().chain(short) {
                let value = if argument.get_action().takes_values() { &["value"][..] } else { &[] };
                let line: Vec<_> = ["vault", "exec", &option].iter().chain(value).chain(&["ops"]).map(OsString::from).collect();
                assert_eq!(usage::positional(&line), Some(line.len() - 1), "`usage` reads command lines by a list of its own: {option}");
            }
        }
    }

    #[test]
    fn a_program_is_called_as_its_file_is_but_for_the_ending_of_windows() {
        for (path, name) in [
            ("vault", Some("vault")),
            ("/usr/bin/my.vault", Some("my.vault")),
            ("./vault-1.2", Some("vault-1.2")),
            ("bin/vault.exe", Some("vault")),
            ("VAULT.EXE", Some("VAULT")),
            (".exe", Some(".exe")),
            ("vault-ü", Some("vault-ü")),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(name_of(path.as_ref()).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn the_grammar_of_one_command_is_that_of_the_whole() {
        for command in ["credential-process", "exec", "export", "status"] {
            let alone = grammar_of(command).expect("it has one of its own");
            assert_eq!(arguments_of(alone, command), arguments_of(grammar(), command), "{command}");
        }
        assert!(grammar_of("list").is_none());
    }
}
