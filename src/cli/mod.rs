//! From a command line to a command, and from its outcome to an exit status. Never decides what a command does.

pub mod arguments;
pub mod completion;
mod grammar;
mod habits;
mod usage;

use std::ffi::{OsStr, OsString};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::app::{Choices, Context, Failure};
use crate::commands;
use crate::commands::help::Page;
use crate::model::shown;
use crate::os::env::Environment;
use crate::os::{dirs, process, tty};
use crate::ports::Notices;
use crate::ui::{self, OnStderr, OnTerminal, log};

use grammar::{Cli, Command, Texts, grammar_for};

pub use grammar::grammar;

/// Runs the command line of this process, and returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    // Security: before anything secret is in memory.
    process::forbid_dumps();
    let env = Environment::capture();
    let arguments = process::arguments();
    let program = arguments.first().and_then(|path| name_of(path)).unwrap_or_else(|| "vault".to_owned());
    ui::started_as(&program);
    if completion::answered(&env, grammar) {
        return process::exit_code(0);
    }
    let outcome = if arguments.len() <= 1 && tty::has_stdout() && tty::has_stderr() {
        context(env, Choices::default(), false, &OnStderr).and_then(|context| commands::greet::run(&context))
    } else {
        match parse(&arguments) {
            Ok(cli) => run(cli, env),
            Err(status) => return process::exit_code(status),
        }
    };
    match outcome {
        Ok(status) => process::exit_code(status),
        Err(failure) => process::exit_code(failed(&failure)),
    }
}

/// Reports the failure, and returns the exit status. A reader that has seen enough, such as `head`, is nothing to report: this process ends
/// as others do then.
fn failed(failure: &Failure) -> u8 {
    if !(failure.is_unread && process::ends_unread()) {
        ui::report(failure);
    }
    failure.status
}

/// What a person types to start the program at this path. It may contain a dot, but not the extension, which Windows adds.
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
fn parse(arguments: &[OsString]) -> Result<Cli, u8> {
    // `help exec` is `exec --help`, as in other programs.
    if let [program_path, help, about @ ..] = arguments
        && help == "help"
        && !is_of_help_itself(about.first())
    {
        let asked: Vec<_> = [std::slice::from_ref(program_path), about, &["--help".into()]].concat();
        return parse(&asked);
    }
    let command = arguments.get(1).and_then(|word| word.to_str()).filter(|word| Command::is_named(word));
    // Help on all commands shows what each of them is for.
    let as_called = || command.map_or_else(grammar, |name| grammar_for(Some(name), Texts::AsCalled));
    let plain = |name| grammar_for(Some(name), Texts::Plain);
    parse_with(command.map_or_else(grammar, plain), arguments).map_err(|mut error| {
        if is_help(&error)
            && let Err(again) = parse_with(as_called(), arguments)
        {
            error = again;
        }
        let failure = match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match error.print() {
                Ok(()) => return 0,
                // Help that cannot be written is a failure.
                Err(fault) => ui::unwritten(&fault),
            },
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // If stderr is closed, nobody would read it.
                let _ = error.print();
                return Failure::USAGE;
            }
            _ => usage::failure(&error, arguments, &grammar(), completion::is_profile),
        };
        failed(&failure)
    })
}

/// Whether the first word after `help` is a flag of it or a page, which may be mistyped. Without one, the help is that of the program; and any
/// other word is a command, which may be mistyped too.
fn is_of_help_itself(first: Option<&OsString>) -> bool {
    let Some(word) = first.and_then(|word| word.to_str()) else { return false };
    !Command::is_named(word) && (word.starts_with('-') || Page::of_word(word).is_some() || Page::is_near(word))
}

fn is_help(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand)
}

fn parse_with(mut grammar: clap::Command, arguments: &[OsString]) -> Result<Cli, clap::Error> {
    // This process ends soon, or becomes another one: freeing the memory piece by piece is wasted work.
    let mut matches = ManuallyDrop::new(grammar.try_get_matches_from_mut(arguments)?);
    let parsed = Cli::of(&mut matches);
    std::mem::forget(grammar);
    parsed
}

fn run(cli: Cli, env: Environment) -> Result<u8, Failure> {
    let Cli { global, command } = cli;
    ui::color(global.color.into());
    let notices: &'static (dyn Notices + Sync) = match command {
        Command::CredentialProcess(_) => &OnTerminal,
        _ => &OnStderr,
    };
    let context = |env: Environment| context(env, global.choices(), global.debug, notices);
    match command {
        Command::Add(arguments) => commands::add::run(&context(env)?, &arguments),
        Command::Audit(arguments) => commands::audit::run(&context(env)?, &arguments),
        Command::Clear(arguments) => commands::clear::run(&context(env)?, &arguments),
        // These four touch no user data.
        Command::Completions(arguments) => commands::completions::run(&arguments, &grammar()),
        Command::Help(arguments) => commands::help::run(&env, &arguments),
        Command::Man(arguments) => commands::man::run(&arguments, grammar()),
        Command::Policy(arguments) => commands::policy::run(&arguments),
        Command::CredentialProcess(arguments) => commands::credential_process::run(&context(env)?, &arguments),
        Command::Doctor(arguments) => commands::doctor::run(&context(env)?, &arguments),
        Command::Exec(arguments) => commands::exec::run(&context(env)?, arguments),
        Command::Explain(arguments) => commands::explain::run(&context(env)?, &arguments),
        Command::Export(arguments) => commands::export::run(&context(env)?, &arguments),
        Command::Import(arguments) => commands::import::run(&context(env)?, &arguments),
        Command::Link(arguments) => commands::link::run(&context(env)?, &arguments),
        Command::List(arguments) => commands::list::run(&context(env)?, &arguments),
        Command::Lock(arguments) => commands::lock::run(&context(env)?, &arguments),
        Command::Login(arguments) => commands::login::run(&context(env)?, &arguments),
        Command::Mfa(arguments) => commands::mfa::run(&context(env)?, &arguments),
        Command::Remove(arguments) => commands::remove::run(&context(env)?, &arguments),
        Command::Rotate(arguments) => commands::rotate::run(&context(env)?, &arguments),
        Command::Setup(arguments) => commands::setup::run(&context(env)?, &arguments),
        Command::Status(arguments) => commands::status::run(&context(env)?, &arguments),
        Command::Unlink(arguments) => commands::unlink::run(&context(env)?, &arguments),
        Command::Why(arguments) => commands::why::run(&context(env)?, &arguments),
    }
}

fn context(env: Environment, choices: Choices, debug: bool, notices: &'static (dyn Notices + Sync)) -> Result<Context, Failure> {
    refuse_home_of_another()?;
    // A flag goes before its variable, the variable before the settings file.
    let choices = choices.or_variables(&env)?;
    log::start(debug || env.flag("AWS_VAULT_DEBUG"), notices);
    Context::new(env, notices, choices)
}

/// Refuses `sudo vault` if it keeps `HOME`: the user could never use sessions and locks that root made.
fn refuse_home_of_another() -> Result<(), Failure> {
    let Some((home, owner)) = dirs::home_of_another() else { return Ok(()) };
    let home = shown(&home);
    Err(Failure::new(format!("this is root, and the home folder `{home}` belongs to another user (number {owner})"))
        .hint("leave out `sudo`; for a command that needs root: `vault exec PROFILE -- sudo -E COMMAND`")
        .hint("for keys of root itself, use root's own home: `sudo -H vault …`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_options_value_is_never_taken_for_the_profile() {
        let grammar = grammar();
        let exec = grammar.find_subcommand("exec").expect("the command is there");
        for argument in exec.get_arguments().filter(|argument| !argument.is_positional()) {
            let long = argument.get_long().map(|name| format!("--{name}"));
            let short = argument.get_short().map(|name| format!("-{name}"));
            for option in long.into_iter().chain(short) {
                let value = if argument.get_action().takes_values() { &["value"][..] } else { &[] };
                let line: Vec<_> = ["vault", "exec", &option].iter().chain(value).chain(&["ops"]).map(OsString::from).collect();
                assert_eq!(usage::positional(&line, exec), Some(line.len() - 1), "{option}");
            }
        }
    }

    /// Command lines that no command accepts, made from the arguments that each one accepts.
    fn impossible_lines() -> Vec<Vec<String>> {
        let grammar = grammar();
        let mut lines = vec![vec!["--no-such".to_owned()], vec!["no-such".to_owned()], vec!["--debug".to_owned()]];
        for command in grammar.get_subcommands() {
            let name = command.get_name().to_owned();
            let words = |argument: &clap::Arg| -> Vec<String> {
                let value = argument.get_possible_values().first().map_or_else(|| "1h".to_owned(), |value| value.get_name().to_owned());
                let option = argument.get_long().map(|long| format!("--{long}"));
                option.into_iter().chain(argument.get_action().takes_values().then_some(value)).collect()
            };
            let positionals: Vec<_> = command.get_positionals().filter(|argument| !argument.is_last_set()).collect();
            let required: Vec<String> =
                positionals.iter().filter(|argument| argument.is_required_set()).flat_map(|argument| words(argument)).collect();
            let line = |more: &[Vec<String>]| [vec![name.clone()], required.clone(), more.concat()].concat();
            if !required.is_empty() {
                lines.push(vec![name.clone()]);
            }
            let all: Vec<String> = positionals.iter().flat_map(|argument| words(argument)).collect();
            if !positionals.iter().any(|argument| matches!(argument.get_action(), clap::ArgAction::Append)) {
                lines.push([vec![name.clone()], all, vec!["one-too-many".to_owned()]].concat());
            }
            lines.push(line(&[vec!["--no-such".to_owned()]]));
            let options: Vec<_> =
                command.get_arguments().filter(|argument| argument.get_long().is_some_and(|long| long != "help")).collect();
            for option in &options {
                if !matches!(option.get_action(), clap::ArgAction::Append) {
                    lines.push(line(&[words(option), words(option)]));
                }
                if option.get_action().takes_values() {
                    lines.push(line(&[words(option)[..1].to_vec()]));
                    lines.push(line(&[vec![words(option)[0].clone(), String::new()]]));
                } else {
                    lines.push(line(&[vec![format!("{}=x", words(option)[0])]]));
                }
                for other in command.get_arg_conflicts_with(option) {
                    lines.push(line(&[words(option), words(other)]));
                }
            }
        }
        lines
    }

    #[test]
    fn what_no_command_can_take_is_a_usage_mistake_with_a_hint() {
        let (lines, grammar) = (impossible_lines(), grammar());
        assert!(lines.len() > 200, "{}", lines.len());
        for line in lines {
            let arguments: Vec<_> = ["vault"].into_iter().map(OsString::from).chain(line.iter().map(OsString::from)).collect();
            let error = match parse_with(grammar_for(None, Texts::Plain), &arguments) {
                Err(error) => error,
                // Codes are secrets: clap would repeat a malformed one.
                Ok(_) if line.contains(&"--mfa-token".to_owned()) => continue,
                Ok(_) => panic!("{line:?} is taken"),
            };
            if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                continue;
            }
            assert!(!matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion), "{line:?}");
            let failure = usage::failure(&error, &arguments, &grammar, |_| false);
            assert_eq!((failure.status, failure.hints.is_empty()), (Failure::USAGE, false), "{line:?}: {failure:?}");
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
}
