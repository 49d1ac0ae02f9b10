//! Turns mistakes in a command line, which clap finds, into failures like all others. Never finds one itself.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::app::Failure;
use crate::model::quote::argument_in_shell;
use crate::ui;

use super::habits;

/// What is wrong with `arguments`, and how to write them.
///
/// `is_profile` returns whether a word is the name of a profile.
pub fn failure(error: &clap::Error, arguments: &[OsString], grammar: &clap::Command, is_profile: impl Fn(&str) -> bool) -> Failure {
    if let Some(failure) = forgotten_dashes(error, arguments, grammar, is_profile).or_else(|| key_as_argument(error, arguments, grammar)) {
        return failure;
    }
    let failure = Failure::usage(message(error));
    let tips = tips(error, arguments, grammar);
    let failure = match (tips.is_empty(), usage_line(error)) {
        (true, Some(usage)) => failure.hint(format!("the usage is `{usage}`")),
        _ => tips.into_iter().fold(failure, Failure::hint),
    };
    let path = path_of(before_wrong(error, arguments), grammar);
    // `help WORD` comes as `WORD --help`, and the word may be meant as the name of a page.
    if path.is_empty() && error.kind() == ErrorKind::InvalidSubcommand && arguments.last().is_some_and(|word| word == "--help") {
        return failure.hint("`vault --help` lists the commands, and `vault help --help` the pages to read");
    }
    failure.hint(format!("`vault {path}--help` shows the options and an example"))
}

/// The command whose arguments are wrong and the commands that it is part of, each with a space; empty if there is none.
fn path_of(words: &[OsString], grammar: &clap::Command) -> String {
    let mut path = String::new();
    let mut command = grammar;
    for word in words.iter().skip(1) {
        if let Some(part) = command.find_subcommand(word) {
            path.push_str(part.get_name());
            path.push(' ');
            command = part;
        }
    }
    path
}

/// `vault exec PROFILE COMMAND` without the `--` between them, or `vault exec COMMAND` where `AWS_PROFILE` names the profile.
fn forgotten_dashes(
    error: &clap::Error,
    arguments: &[OsString],
    grammar: &clap::Command,
    is_profile: impl Fn(&str) -> bool,
) -> Option<Failure> {
    let is_exec = arguments.get(1).is_some_and(|word| word == "exec") && !arguments.iter().any(|word| word == "--");
    let wrong = text(error, ContextKind::InvalidArg)?;
    if !is_exec || error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let wrong_at = arguments.iter().position(|argument| argument.to_str().is_some_and(|text| text.starts_with(wrong)))?;
    let name_at = positional(arguments, grammar.find_subcommand("exec")?).filter(|at| *at <= wrong_at)?;
    let named = arguments[name_at].to_str().is_some_and(&is_profile);
    let at = match (named, wrong.starts_with('-')) {
        // An option of the command that was parsed as ours says nothing if a profile comes before it.
        (true, true) => return None,
        (true, false) => wrong_at,
        (false, _) => name_at,
    };
    let (ours, command) = (in_shell(&without_code(arguments.get(2..at)?)), in_shell(&arguments[at..]));
    let ours = if ours.is_empty() { ours } else { format!("{ours} ") };
    Some(Failure::usage("the command must come after `--`").hint(format!("run `vault exec {ours}-- {command}`")))
}

/// The index of the first word after the command that is neither an option nor an option's value.
pub(super) fn positional(arguments: &[OsString], command: &clap::Command) -> Option<usize> {
    let takes_next = |word: &str| {
        let is_named = |argument: &clap::Arg| match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(long), _) => argument.get_long() == Some(long),
            (None, Some(short)) => argument.get_short().is_some_and(|letter| letter.encode_utf8(&mut [0; 4]) == short),
            (None, None) => false,
        };
        command.get_arguments().any(|argument| argument.get_action().takes_values() && is_named(argument))
    };
    let mut at = 2;
    while let Some(word) = arguments.get(at).map(|word| word.to_string_lossy()) {
        match word {
            word if takes_next(&word) => at += 2,
            word if word.starts_with('-') => at += 1,
            _ => return Some(at),
        }
    }
    None
}

/// The words as they would be typed.
fn in_shell(words: &[OsString]) -> String {
    words.iter().map(|word| argument_in_shell(word)).collect::<Vec<_>>().join(" ")
}

/// `vault add NAME AKIA… SECRET`.
// Security: that word may be a secret, so it is not repeated.
fn key_as_argument(error: &clap::Error, arguments: &[OsString], grammar: &clap::Command) -> Option<Failure> {
    let is_word = error.kind() == ErrorKind::UnknownArgument && !text(error, ContextKind::InvalidArg)?.starts_with('-');
    (is_word && command_of(arguments, grammar)?.get_name() == "add").then(|| {
        Failure::usage("vault takes no key from the command line, because it would be visible to other programs and in the shell's history")
            .hint("leave it out to be prompted, or pass it with `--env` or `--stdin`")
    })
}

/// The words with the code of `--mfa-token` left out.
// Security: no message repeats a code.
fn without_code(words: &[OsString]) -> Vec<OsString> {
    let mut shown: Vec<OsString> = Vec::new();
    for word in words {
        let hidden = match (shown.last().and_then(|last| last.to_str()), word.to_str()) {
            (Some("-t" | "--mfa-token"), _) => Some("CODE"),
            (_, Some(text)) if text.starts_with("--mfa-token=") => Some("--mfa-token=CODE"),
            (_, Some(text)) if text.starts_with("-t") && text.len() > 2 => Some("-tCODE"),
            _ => None,
        };
        shown.push(hidden.map_or_else(|| word.clone(), OsString::from));
    }
    shown
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// What comes before the word that is no command: one after it may be the name of a command by chance.
fn before_wrong<'a>(error: &clap::Error, arguments: &'a [OsString]) -> &'a [OsString] {
    let wrong = text(error, ContextKind::InvalidSubcommand);
    let at = wrong.and_then(|wrong| arguments.iter().skip(1).position(|word| word == wrong));
    at.map_or(arguments, |at| &arguments[..=at])
}

/// The command whose arguments are wrong, if there is one of that name.
fn command_of<'a>(arguments: &[OsString], grammar: &'a clap::Command) -> Option<&'a clap::Command> {
    arguments.iter().skip(1).find_map(|word| grammar.find_subcommand(word))
}

/// What is wrong.
fn message(error: &clap::Error) -> String {
    let said = |kind| text(error, kind).unwrap_or_default();
    let argument = said(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("unexpected argument `{argument}` found"),
        ErrorKind::InvalidSubcommand => format!("unrecognized subcommand `{}`", said(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if said(ContextKind::InvalidValue).is_empty() => {
            format!("a value is required for `{argument}` but none was supplied")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match (error.source(), argument.split([' ', '=']).next()) {
            // The message of a value's own parser is enough.
            (Some(fault), Some(option)) if option.starts_with('-') => format!("`{option}`: {fault}"),
            (Some(fault), _) => fault.to_string(),
            (None, _) => format!("invalid value `{}` for `{argument}`", said(ContextKind::InvalidValue)),
        },
        ErrorKind::ArgumentConflict => match &texts(error, ContextKind::PriorArg)[..] {
            [] => format!("the argument `{argument}` cannot be used with the others"),
            [other] if *other == argument => format!("the argument `{argument}` cannot be used multiple times"),
            others => format!("the argument `{argument}` cannot be used with {}", in_backticks(others, " ")),
        },
        ErrorKind::MissingRequiredArgument => {
            format!("the following required arguments were not provided: {}", in_backticks(&texts(error, ContextKind::InvalidArg), " "))
        }
        ErrorKind::MissingSubcommand => format!("`{}` requires a subcommand but one was not provided", ui::program()),
        ErrorKind::TooManyValues => {
            format!("unexpected value `{}` for `{argument}` found; no more were expected", said(ContextKind::InvalidValue))
        }
        kind => kind.as_str().unwrap_or("the command line is not understood").to_owned(),
    }
}

/// What may have been meant.
fn tips(error: &clap::Error, arguments: &[OsString], grammar: &clap::Command) -> Vec<String> {
    if let Some(hint) = habit(error, command_of(arguments, grammar)) {
        return vec![hint];
    }
    let mut tips = Vec::new();
    let valid = texts(error, ContextKind::ValidValue);
    if !valid.is_empty() {
        tips.push(format!("use one of {}", in_backticks(&valid, ", ")));
    }
    for (kind, what) in
        [(ContextKind::SuggestedSubcommand, "subcommand"), (ContextKind::SuggestedArg, "argument"), (ContextKind::SuggestedValue, "value")]
    {
        match &texts(error, kind)[..] {
            [] => {}
            [one] => tips.push(format!("a similar {what} exists: `{one}`")),
            some => tips.push(format!("some similar {what}s exist: {}", in_backticks(some, ", "))),
        }
    }
    // An option of a command that was written before its name.
    if error.kind() == ErrorKind::UnknownArgument
        && tips.is_empty()
        && let Some(option) = text(error, ContextKind::InvalidArg).and_then(|argument| argument.strip_prefix("--"))
        && arguments.get(1).is_some_and(|first| first.to_string_lossy().starts_with('-'))
    {
        let has = |command: &&clap::Command| command.get_arguments().any(|argument| argument.get_long() == Some(option));
        let command = command_of(arguments, grammar).filter(has).or_else(|| grammar.get_subcommands().find(has));
        tips.extend(command.map(|command| format!("`{} --{option}` exists", command.get_name())));
    }
    tips
}

/// What another tool calls so.
fn habit(error: &clap::Error, command: Option<&clap::Command>) -> Option<String> {
    let said = |kind| text(error, kind);
    match error.kind() {
        ErrorKind::InvalidSubcommand => habits::of_command(said(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => habits::of_option(said(ContextKind::InvalidArg)?, command).map(str::to_owned),
        ErrorKind::InvalidValue => habits::of_value(said(ContextKind::InvalidValue)?, command).map(str::to_owned),
        _ => None,
    }
}

/// The usage line from clap, with its title.
fn usage_line(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else { return None };
    let usage = usage.to_string();
    let (_title, line) = usage.lines().next()?.split_once(": ")?;
    Some(line.trim().to_owned())
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text],
        Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn in_backticks(words: &[&str], between: &str) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_not_repeated() {
        for (typed, shown) in [
            (&["-t", "123456", "a"][..], &["-t", "CODE", "a"][..]),
            (&["a", "--mfa-token", "123456"], &["a", "--mfa-token", "CODE"]),
            (&["--mfa-token=123456", "-t123456", "a"], &["--mfa-token=CODE", "-tCODE", "a"]),
        ] {
            let typed: Vec<_> = typed.iter().map(OsString::from).collect();
            assert_eq!(without_code(&typed), shown);
        }
    }
}
