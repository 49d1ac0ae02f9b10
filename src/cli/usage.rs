//! Turns mistakes in a command line, which clap finds, into failures that read as every other one does. Never finds one itself.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::app::Failure;
use crate::model::quote::argument_in_shell;

/// What is wrong with `arguments`, and how to write them.
///
/// `is_profile` tells whether a word is the name of a profile.
pub fn failure(error: &clap::Error, arguments: &[OsString], grammar: &clap::Command, is_profile: impl Fn(&str) -> bool) -> Failure {
    if let Some(failure) = forgotten_dashes(error, arguments, is_profile).or_else(|| key_as_argument(error, arguments, grammar)) {
        return failure;
    }
    let told = Told::read(&error.render().to_string());
    let failure = Failure::usage(match value_fault(error) {
        Some(fault) => fault,
        None => told.message,
    });
    let failure = match (told.tips.is_empty(), told.usage) {
        (true, Some(usage)) => failure.hint(format!("the form is `{usage}`")),
        _ => told.tips.into_iter().fold(failure, Failure::hint),
    };
    let command = command_of(arguments, grammar).map_or_else(String::new, |name| format!("{name} "));
    failure.hint(format!("`vault {command}--help` shows what there is, with an example"))
}

/// `vault exec PROFILE COMMAND` without the `--` between them, or `vault exec COMMAND` where `AWS_PROFILE` says the profile.
fn forgotten_dashes(error: &clap::Error, arguments: &[OsString], is_profile: impl Fn(&str) -> bool) -> Option<Failure> {
    let is_exec = arguments.get(1).is_some_and(|word| word == "exec") && !arguments.iter().any(|word| word == "--");
    let wrong = text(error, ContextKind::InvalidArg)?;
    if !is_exec || error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let wrong_at = arguments.iter().position(|argument| argument.to_str().is_some_and(|text| text.starts_with(wrong)))?;
    let name_at = positional(arguments).filter(|at| *at <= wrong_at)?;
    let named = arguments[name_at].to_str().is_some_and(&is_profile);
    let at = match (named, wrong.starts_with('-')) {
        // An option of the command that was taken for one of ours tells nothing where a profile stands before it.
        (true, true) => return None,
        (true, false) => wrong_at,
        (false, _) => name_at,
    };
    let (ours, command) = (in_shell(&without_code(arguments.get(2..at)?)), in_shell(&arguments[at..]));
    let ours = if ours.is_empty() { ours } else { format!("{ours} ") };
    Some(Failure::usage("the command must stand behind `--`").hint(format!("run `vault exec {ours}-- {command}`")))
}

/// Where the first word is that is neither an option nor the value of one.
pub(super) fn positional(arguments: &[OsString]) -> Option<usize> {
    const WITH_VALUE: [&str; 9] = ["-d", "--duration", "--region", "-t", "--mfa-token", "--min-ttl", "--backend", "--prompt", "--color"];
    let mut at = 2;
    while let Some(word) = arguments.get(at).map(|word| word.to_string_lossy()) {
        match word {
            word if WITH_VALUE.contains(&&*word) => at += 2,
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
// Security: what stands there may be a secret, so it is not repeated.
fn key_as_argument(error: &clap::Error, arguments: &[OsString], grammar: &clap::Command) -> Option<Failure> {
    let is_word = error.kind() == ErrorKind::UnknownArgument && !text(error, ContextKind::InvalidArg)?.starts_with('-');
    (is_word && command_of(arguments, grammar)? == "add").then(|| {
        Failure::usage("a key is not taken from the command line, where other programs and the shell's history see it")
            .hint("leave it out to be asked, or give it with `--env` or `--stdin`")
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

/// What a value's own parser says of it, which is enough: clap would say it twice.
fn value_fault(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let argument = text(error, ContextKind::InvalidArg)?.split([' ', '=']).next()?;
    let fault = error.source()?;
    Some(if argument.starts_with('-') { format!("`{argument}`: {fault}") } else { fault.to_string() })
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The command whose arguments are wrong, where there is one of that name.
fn command_of(arguments: &[OsString], grammar: &clap::Command) -> Option<String> {
    arguments.iter().skip(1).find_map(|word| grammar.find_subcommand(word).map(|command| command.get_name().to_owned()))
}

/// The parts of clap's text.
#[derive(Default)]
struct Told {
    message: String,
    tips: Vec<String>,
    usage: Option<String>,
}

impl Told {
    fn read(text: &str) -> Self {
        let mut told = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(message) = line.strip_prefix("error: ") {
                told.message = in_backticks(message);
            } else if let Some(tip) = line.strip_prefix("tip: ") {
                // A command's own options stand behind `--`, and nothing else here takes a value that looks like an option.
                if !tip.starts_with("to pass ") {
                    told.tips.push(in_backticks(tip));
                }
            } else if let Some(usage) = line.strip_prefix("Usage: ") {
                told.usage = Some(usage.to_owned());
            } else if let Some(values) = line.strip_prefix("[possible values: ") {
                let values: Vec<_> = values.trim_end_matches(']').split(", ").map(|value| format!("`{value}`")).collect();
                told.tips.push(format!("it is one of {}", values.join(", ")));
            } else if told.usage.is_none() && !line.starts_with("For more information") {
                // What is missing stands in lines of its own.
                told.message += " `";
                told.message += line;
                told.message.push('`');
            }
        }
        told
    }
}

/// clap puts names into `'…'`.
fn in_backticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let closes = |end: &str| end.is_empty() || end.starts_with([' ', ',', ':', ';', '.', ')']);
    while let Some(start) = rest.find('\'') {
        let (before, quoted) = (&rest[..start], &rest[start + 1..]);
        let end = quoted.match_indices('\'').map(|(at, _)| at).find(|at| closes(&quoted[at + 1..]));
        let Some(end) = end.filter(|_| before.is_empty() || before.ends_with(' ')) else {
            out.push_str(&rest[..=start]);
            rest = quoted;
            continue;
        };
        out.push_str(before);
        out.push('`');
        out.push_str(&quoted[..end]);
        out.push('`');
        rest = &quoted[end + 1..];
    }
    out.push_str(rest);
    out
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

    #[test]
    fn names_are_quoted_as_everywhere() {
        for (text, expected) in [
            ("unexpected argument '--foo' found", "unexpected argument `--foo` found"),
            ("'a' cannot be used with 'b'", "`a` cannot be used with `b`"),
            ("a similar argument exists: '--x'", "a similar argument exists: `--x`"),
            ("invalid value 'it's' for '--x'", "invalid value `it's` for `--x`"),
            ("it's fine", "it's fine"),
        ] {
            assert_eq!(in_backticks(text), expected);
        }
    }
}
