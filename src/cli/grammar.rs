//! The grammar of the command line. Never parses one, and never looks at the world.

use std::mem::ManuallyDrop;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser};

use crate::commands::{
    add, audit, clear, completions, credential_process, doctor, exec, explain, export, help, import, link, list, lock, login, man, mfa,
    policy, remove, rotate, setup, status, unlink, why,
};
use crate::ui;

use super::arguments::GlobalArguments;

/// Type one MFA code, and everything you run has the right AWS credentials.
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
  vault list                               profiles, keys and sessions

Each command has its own help: vault exec --help
Pages to read: vault help planning, prompts, keystores, server, policies, …
`vault help --help` lists them all.")]
struct Program {
    #[command(flatten)]
    global: GlobalArguments,
}

/// What a command line says.
pub(super) struct Cli {
    pub(super) global: GlobalArguments,
    pub(super) command: Command,
}

impl Cli {
    /// What the matches of the grammar say. It is taken out of them, which spares the copy of them that clap would make.
    pub(super) fn of(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { global: Program::from_arg_matches_mut(matches)?.global, command: Command::of(matches)? })
    }
}

/// The commands by their names.
macro_rules! commands {
    ($($name:literal => $variant:ident($module:ident)),+ $(,)?) => {
        pub(super) enum Command {
            $($variant($module::Arguments)),+
        }

        impl Command {
            pub(super) fn is_named(word: &str) -> bool {
                [$($name),+].contains(&word)
            }

            /// Adds all of them, or the one with this name. A command's arguments are built only when it is run or shown.
            fn add_to(grammar: clap::Command, only: Option<&str>, texts: Texts) -> clap::Command {
                $(
                    let grammar = if only.is_none_or(|name| name == $name) {
                        grammar.subcommand(clap::Command::new($name).defer(match texts {
                            Texts::Plain => complete::<$module::Arguments>,
                            Texts::AsCalled => complete_as_called::<$module::Arguments>,
                        }))
                    } else {
                        grammar
                    };
                )+
                grammar
            }

            fn of(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
                let Some((name, matches)) = matches.remove_subcommand() else {
                    return Err(clap::Error::new(ErrorKind::MissingSubcommand));
                };
                // Left to the end of the process, as the rest of them is.
                let mut matches = ManuallyDrop::new(matches);
                match &*name {
                    $($name => $module::Arguments::from_arg_matches_mut(&mut matches).map(Self::$variant),)+
                    _ => Err(clap::Error::new(ErrorKind::InvalidSubcommand)),
                }
            }
        }
    };
}

commands! {
    "add" => Add(add),
    "audit" => Audit(audit),
    "clear" => Clear(clear),
    "completions" => Completions(completions),
    "credential-process" => CredentialProcess(credential_process),
    "doctor" => Doctor(doctor),
    "exec" => Exec(exec),
    "explain" => Explain(explain),
    "export" => Export(export),
    "help" => Help(help),
    "import" => Import(import),
    "link" => Link(link),
    "list" => List(list),
    "lock" => Lock(lock),
    "login" => Login(login),
    "man" => Man(man),
    "mfa" => Mfa(mfa),
    "policy" => Policy(policy),
    "remove" => Remove(remove),
    "rotate" => Rotate(rotate),
    "setup" => Setup(setup),
    "status" => Status(status),
    "unlink" => Unlink(unlink),
    "why" => Why(why),
}

/// What the help calls this program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// `vault`. No text is copied for a run that shows none.
    Plain,
    /// The name that it was started by.
    AsCalled,
}

/// A command's arguments, with the options of every command.
fn complete<A: Args>(command: clap::Command) -> clap::Command {
    A::augment_args(GlobalArguments::augment_args(command))
}

fn complete_as_called<A: Args>(command: clap::Command) -> clap::Command {
    renamed(complete::<A>(command).mut_subcommands(|below| renamed(below, ui::program())), ui::program())
}

/// The same with this name in the command lines of its help.
fn renamed(mut command: clap::Command, program: &str) -> clap::Command {
    let in_text = |text: &StyledStr| text.to_string().replace("`vault ", &format!("`{program} "));
    if let Some(text) = command.get_about().map(in_text) {
        command = command.about(text);
    }
    if let Some(text) = command.get_long_about().map(in_text) {
        command = command.long_about(text);
    }
    if let Some(text) = command.get_after_help().map(|text| text.to_string().replace("vault ", &format!("{program} "))) {
        command = command.after_help(text);
    }
    command.mut_args(|mut argument| {
        if let Some(text) = argument.get_help().map(in_text) {
            argument = argument.help(text);
        }
        if let Some(text) = argument.get_long_help().map(in_text) {
            argument = argument.long_help(text);
        }
        argument
    })
}

/// The grammar for parsing a command line: all of it, or one command alone, for a line that names it. Even unbuilt, the others
/// take five percent of a cached run, and no word after a command's name is about another command.
pub(super) fn grammar_for(only: Option<&str>, texts: Texts) -> clap::Command {
    let texts = if ui::program() == "vault" { Texts::Plain } else { texts };
    let program = Program::command().subcommand_required(true).arg_required_else_help(true);
    // Each command adds the common options itself: clap would copy them into all commands.
    let grammar = Command::add_to(program, only, texts).bin_name(ui::program()).mut_args(|argument| argument.global(false));
    if texts == Texts::Plain { grammar } else { renamed(grammar, ui::program()) }
}

/// The whole grammar, with every command's arguments, for completions, man pages and the reference.
#[must_use]
pub fn grammar() -> clap::Command {
    let mut grammar = grammar_for(None, Texts::AsCalled);
    grammar.build();
    grammar
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command takes, and how.
    fn arguments_of(grammar: &clap::Command, command: &str) -> Vec<String> {
        let command = grammar.find_subcommand(command).expect("the command is there");
        command.get_arguments().map(|argument| format!("{argument:?}")).collect()
    }

    #[test]
    fn a_command_alone_takes_what_it_takes_among_all_and_no_other_is_built() {
        let whole = grammar();
        for command in whole.get_subcommands().map(clap::Command::get_name) {
            let mut alone = grammar_for(Some(command), Texts::Plain);
            assert!(arguments_of(&alone, command).is_empty(), "{command} is built when it is run");
            alone.build();
            assert_eq!(alone.get_subcommands().count(), 1);
            assert_eq!(arguments_of(&alone, command), arguments_of(&whole, command), "{command}");
        }
        let mut unbuilt = grammar_for(None, Texts::Plain);
        unbuilt.try_get_matches_from_mut(["vault", "exec", "ops"]).expect("the line is right");
        assert!(arguments_of(&unbuilt, "exec").len() > 10 && arguments_of(&unbuilt, "export").is_empty());
    }

    #[test]
    fn the_options_of_every_command_may_stand_on_either_side_of_its_name() {
        for command in grammar().get_subcommands() {
            let name = command.get_name();
            let value = match name {
                "audit" => &["--report", "report.csv"][..],
                "completions" => &["bash"],
                "help" => &["planning"],
                "import" | "list" | "lock" | "man" => &[],
                "policy" => &["check", "policy.json"],
                "mfa" => &["list"],
                _ => &["ops"],
            };
            for (before, after) in [(&["--backend", "pass"][..], &["--debug"][..]), (&["--debug"], &["--backend", "pass"])] {
                let line = [&["vault"], before, &[name], value, after].concat();
                let mut matches =
                    grammar_for(Some(name), Texts::Plain).try_get_matches_from(&line).unwrap_or_else(|fault| panic!("{line:?}: {fault}"));
                let global = Cli::of(&mut matches).unwrap_or_else(|fault| panic!("{line:?}: {fault}")).global;
                assert!(global.debug && global.backend.is_some() && global.prompt.is_none(), "{line:?}");
            }
        }
    }
}
