//! The grammar of the command line. Never parses one, and never looks at the world.

use clap::{Args as _, CommandFactory, Parser, Subcommand};

use crate::commands::{add, clear, completions, credential_process, exec, explain, export, link, list, lock, man, remove, status, unlink};

use super::arguments::GlobalArguments;

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
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArguments,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
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
pub(super) fn grammar_of(command: &str) -> Option<clap::Command> {
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
pub(super) fn grammar_under(program: &str) -> clap::Command {
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
    fn the_grammar_of_one_command_is_that_of_the_whole() {
        for command in ["credential-process", "exec", "export", "status"] {
            let alone = grammar_of(command).expect("it has one of its own");
            assert_eq!(arguments_of(alone, command), arguments_of(grammar(), command), "{command}");
        }
        assert!(grammar_of("list").is_none());
    }
}
