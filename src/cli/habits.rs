//! What people type who know another tool (aws-vault, granted, awsume, the AWS CLI, `HashiCorp`'s client), and how it is written here. Never
//! accepts any of it.

use clap::Command;

use crate::commands::help::Page;
use crate::model::console_services;

const EXEC: &str = "run `vault exec PROFILE -- COMMAND`";
const SHELL: &str =
    "`vault exec PROFILE` starts a shell with its credentials, and `eval \"$(vault export PROFILE)\"` sets up the shell that you are in";
const LOGIN: &str = "run `vault login PROFILE`, which opens the console";
const FRESH: &str = "write `--fresh`, which renews the session";
const SERVER: &str = "write `--server`, as in `vault exec --server PROFILE -- COMMAND`";
const CLEAR: &str = "`vault clear PROFILE` drops the sessions and keeps the key";
const HASHICORP: &str =
    "this `vault` is for AWS credentials, and HashiCorp's client has the same name: `type -a vault` lists the programs called so";

/// Words that are typed where a command belongs.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["run"], EXEC),
    (&["assume", "awsume", "use", "switch", "shell", "activate", "env"], SHELL),
    (&["console", "web", "browser"], LOGIN),
    (&["whoami", "identity"], "run `vault exec PROFILE -- aws sts get-caller-identity`"),
    (&["sso"], "sign in with `aws sso login`; then `vault exec PROFILE -- COMMAND` uses that session"),
    (&["configure", "init"], "`vault add NAME` stores a key and writes its profile"),
    (&["credentials", "creds", "key", "keys"], "`vault add NAME` stores a key, `vault list` shows where the keys are"),
    (&["profiles"], "run `vault list`"),
    (&["sessions"], "run `vault status`, which shows the cached sessions"),
    (&["config"], "`vault help settings` lists the settings, and names their file"),
    (&["refresh", "renew"], "`vault exec --fresh PROFILE -- COMMAND` renews the session first"),
    (&["cache"], "`vault status` shows the cached sessions, `vault clear` drops them"),
    (
        &["unassume", "deactivate", "logout", "unset"],
        "`exit` leaves the shell of `vault exec`, and `vault clear PROFILE` drops the sessions",
    ),
    (&["server", "serve", "proxy", "ecs-server"], "run `vault exec --server PROFILE -- COMMAND`"),
    (&["delete"], "`vault remove NAME` removes a stored key"),
    (&["version"], "run `vault --version`"),
    (
        &["kv", "read", "write", "put", "get", "secrets", "secret", "token", "auth", "operator", "unseal", "seal", "unwrap", "lease"],
        HASHICORP,
    ),
];

/// Options, with the commands where they are typed; none: every command that has the option that is named after it.
const OPTIONS: &[(&[&str], Where, &str)] = &[
    (&["--json"], Where::In(&["export"]), "write `--format json`"),
    (&["--json", "-j"], Where::In(&["exec"]), "`vault export PROFILE --format json` prints the credentials as JSON"),
    (&["--output"], Where::In(&["export"]), "write `--format`, as in `vault export PROFILE --format json`"),
    (&["--output"], Where::With("json"), "write `--json`"),
    (&["--profile", "-p"], Where::WithProfile, "write the profile alone, without an option, as in `vault exec PROFILE -- COMMAND`"),
    (&["--ecs-server", "--ec2-server", "-s", "-a", "--auto-refresh"], Where::In(&["exec"]), SERVER),
    (&["--exec"], Where::In(&["exec"]), "put the command after `--`, as in `vault exec PROFILE -- COMMAND`"),
    (&["--console"], Where::In(&["exec", "export", "login"]), LOGIN),
    (&["--refresh", "--force-refresh", "-r", "--no-cache"], Where::With("fresh"), FRESH),
    (
        &["--duration-seconds", "--role-duration", "--session-duration", "--assume-role-ttl", "--session-ttl", "--ttl"],
        Where::With("duration"),
        "write `--duration`, as in `--duration 1h` or `--duration 3600s`",
    ),
    (&["--token-code", "--mfa-code", "--mfa", "--otp", "-m"], Where::With("mfa-token"), "write `--mfa-token CODE`"),
    (&["--profiles", "--list-profiles"], Where::In(&["list"]), "write `--names`, which prints only the names of the profiles"),
    (&["--sessions"], Where::In(&["list"]), "run `vault status`, which shows the cached sessions"),
    (&["--credentials"], Where::In(&["list"]), "leave it out: `vault list` shows the keys too"),
    (&["--sessions-only", "--sessions", "-s"], Where::In(&["remove"]), CLEAR),
    (&["--yes", "-y"], Where::In(&["remove"]), "write `--force`, which does not ask"),
    (&["--output-profile", "-o"], Where::In(&["exec", "export"]), "`vault link PROFILE` writes a profile that any AWS tool can use"),
    (&["--endpoint-url"], Where::Anywhere, "set `AWS_ENDPOINT_URL`, as for every AWS tool"),
    (&["--ca-bundle"], Where::Anywhere, "set `AWS_CA_BUNDLE`, as for every AWS tool"),
    (&["--verbose", "-v"], Where::Anywhere, "`--debug` prints each decision, `vault --version` the version"),
];

/// Values of options of one command.
const VALUES: &[(&str, &[&str], &str)] = &[
    ("export", &["export-env", "bash", "zsh", "sh"], "write `--format env`"),
    ("export", &["env-no-export"], "write `--format dotenv`"),
    ("export", &["export-json", "process"], "write `--format json`"),
    ("export", &["windows-cmd"], "write `--format cmd`"),
    ("export", &["pwsh"], "write `--format powershell`"),
    ("export", &["nu"], "write `--format nushell`"),
];

/// The commands where an option is typed.
enum Where {
    Anywhere,
    In(&'static [&'static str]),
    /// Those with the long option of this name.
    With(&'static str),
    /// Those that take a profile.
    WithProfile,
}

impl Where {
    fn is(&self, command: Option<&Command>) -> bool {
        match self {
            Self::Anywhere => true,
            Self::In(names) => command.is_some_and(|command| names.contains(&command.get_name())),
            Self::With(long) => command.is_some_and(|command| command.get_arguments().any(|argument| argument.get_long() == Some(long))),
            // `vault --profile NAME exec` too.
            Self::WithProfile => command.is_none_or(|command| command.get_positionals().any(takes_profile)),
        }
    }
}

fn takes_profile(argument: &clap::Arg) -> bool {
    argument.get_value_names().into_iter().flatten().any(|name| matches!(name.as_str(), "PROFILE" | "NAME"))
}

/// How to write a word that is no command.
pub(super) fn of_command(word: &str) -> Option<String> {
    if let Some((_, hint)) = COMMANDS.iter().find(|(words, _)| words.contains(&word)) {
        return Some((*hint).to_owned());
    }
    if let Some(page) = Page::of_word(word) {
        return Some(format!("`vault help {}` prints that page", page.name()));
    }
    match word {
        "aws" => Some("run `vault exec PROFILE -- aws …`".to_owned()),
        service if service == "sts" || console_services().any(|name| name == service) => {
            Some(format!("run `vault exec PROFILE -- aws {service} …`"))
        }
        _ => None,
    }
}

/// How to write an option that `command` does not have; `None`: it comes before a command, or without one.
pub(super) fn of_option(option: &str, command: Option<&Command>) -> Option<&'static str> {
    OPTIONS.iter().find(|(options, place, _)| options.contains(&option) && place.is(command)).map(|(_, _, hint)| *hint)
}

/// How to write a value that an option of `command` does not accept.
pub(super) fn of_value(value: &str, command: Option<&Command>) -> Option<&'static str> {
    let is_of = |name: &str| command.is_some_and(|command| command.get_name() == name);
    VALUES.iter().find(|(name, values, _)| is_of(name) && values.contains(&value)).map(|(_, _, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::{grammar, parse, usage};
    use super::*;

    /// The hints for a command line, which no command accepts.
    fn hints(words: &[&str]) -> Vec<String> {
        let line: Vec<_> = ["vault"].iter().chain(words).map(OsString::from).collect();
        let grammar = grammar();
        match grammar.clone().try_get_matches_from(&line) {
            Ok(_) => panic!("{words:?} is accepted"),
            Err(error) => usage::failure(&error, &line, &grammar, |_| true).hints,
        }
    }

    fn is_shown(words: &[&str], hint: &str) {
        let hints = hints(words);
        assert_eq!(hints.first().map(String::as_str), Some(hint), "{words:?}");
        assert_eq!(hints.len(), 2, "{words:?}: {hints:?}");
    }

    #[test]
    fn each_habit_is_refused_with_the_way_to_write_it_here() {
        for (words, hint) in COMMANDS {
            words.iter().for_each(|word| is_shown(&[word, "x"], hint));
        }
        let grammar = grammar();
        for (options, place, hint) in OPTIONS {
            let commands: Vec<_> = grammar.get_subcommands().filter(|command| place.is(Some(command))).collect();
            assert!(!commands.is_empty(), "{options:?}");
            for option in *options {
                let has = |command: &Command| {
                    let (long, short) = (option.strip_prefix("--"), option.strip_prefix('-').and_then(|rest| rest.chars().next()));
                    let is_it = |argument: &clap::Arg| match long {
                        Some(long) => argument.get_long() == Some(long),
                        None => argument.get_short() == short,
                    };
                    command.get_arguments().any(is_it) || command.get_subcommands().next().is_some()
                };
                let mut shown = 0;
                for command in commands.iter().filter(|command| !has(command)) {
                    // A word before it in the table may be meant for this command.
                    if of_option(option, Some(command)) == Some(hint) {
                        is_shown(&[command.get_name(), option], hint);
                        shown += 1;
                    }
                }
                assert!(shown > 0, "{option} is never refused, or another row comes first");
            }
        }
        for (command, values, hint) in VALUES {
            values.iter().for_each(|value| is_shown(&[command, "--format", value], hint));
        }
        is_shown(&["sts", "get-caller-identity"], "run `vault exec PROFILE -- aws sts …`");
        is_shown(&["--profile", "ops", "exec"], "write the profile alone, without an option, as in `vault exec PROFILE -- COMMAND`");
        is_shown(&["planning"], "`vault help planning` prints that page");
        assert!(hints(&["sso", "login"])[1].starts_with("`vault --help` "), "`login` is not the command here");
    }

    #[test]
    fn every_command_in_a_hint_is_one() {
        let of_commands = COMMANDS.iter().map(|(_, hint)| *hint);
        let hints = of_commands.chain(OPTIONS.iter().map(|(.., hint)| *hint)).chain(VALUES.iter().map(|(.., hint)| *hint));
        let mut seen = 0;
        for hint in hints {
            for line in hint.split('`').skip(1).step_by(2).filter(|quoted| quoted.starts_with("vault ")) {
                let words: Vec<_> = line.split(' ').map(OsString::from).collect();
                assert!(line == "vault --version" || line.starts_with("vault help ") || parse(&words).is_ok(), "{line}");
                seen += 1;
            }
        }
        assert!(seen > 15, "{seen}");
    }
}
