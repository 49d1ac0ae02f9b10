//! Completes what a person types, for the scripts that `vault completions` prints: reads profile names live. Never unlocks or calls
//! anything, and never disturbs the user's typing.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::sync::OnceLock;

use clap::ValueEnum as _;
use clap_complete::CompletionCandidate;
use clap_complete::engine::ValueCompleter;
use clap_complete::env::CompleteEnv;

use crate::app::aws_files::AwsFile;
use crate::app::uses::Uses;
use crate::commands::help::Page;
use crate::config::settings::PromptMethod;
use crate::config::{ProfileSet, SourceFile};
use crate::model::quote::with_backslashes;
use crate::model::{Backend, ProfileName, console_services};
use crate::os::dirs::Directories;
use crate::os::env::Environment;
use crate::os::{files, process};

use super::grammar::{Texts, grammar_for};

/// The variable through which a shell's script asks for completions. It has our prefix, so no child ever sees it.
pub const VARIABLE: &str = "AWS_VAULT_COMPLETE";

/// Whether bash is the shell that asks.
static IN_BASH: OnceLock<bool> = OnceLock::new();

/// Whether this run was a shell's request for completions, which is answered now.
pub fn answered(env: &Environment, grammar: fn() -> clap::Command) -> bool {
    if env.os(VARIABLE).is_none() {
        return false;
    }
    // The variable is gone by the time names are completed.
    let _ = IN_BASH.set(env.text(VARIABLE) == Some("bash"));
    let completer = CompleteEnv::with_factory(grammar).var(VARIABLE);
    // A shell does not show a failed completion; it completes file names instead.
    completer.try_complete(process::arguments(), None).unwrap_or(true)
}

/// Offers the `--` before the command of `exec`. The shell completes what follows.
pub struct Dashes;

impl ValueCompleter for Dashes {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        self.complete_at(0, typed)
    }

    fn complete_at(&self, index: usize, typed: &OsStr) -> Vec<CompletionCandidate> {
        // The typed line follows a `--` of the request itself.
        let are_there = process::arguments().iter().filter(|word| *word == "--").count() > 1;
        if index > 0 || are_there || !(typed.is_empty() || typed == "-") {
            return Vec::new();
        }
        vec![CompletionCandidate::new("--").help(Some("The command follows".into()))]
    }
}

/// Whether a profile of this name is defined, as far as the files can be read.
#[must_use]
pub fn is_profile(name: &str) -> bool {
    ProfileName::parse(name).is_ok_and(|name| profiles().is_defined(&name))
}

/// The names of the profiles that start with the typed text.
pub fn profile_names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    // bash inserts candidates unchanged; the other shells quote them.
    let in_bash = IN_BASH.get().is_some_and(|in_bash| *in_bash);
    let written = |name: &str| if in_bash { with_backslashes(name).into_owned() } else { name.to_owned() };
    // A shell passes the typed text with its quotes, or with some of them.
    let unquoted = |text: &str| text.replace(['\\', '"', '\''], "");
    let typed = unquoted(typed);
    let mut names = profiles().names();
    // The most used first, else in the order of the files.
    let uses = Directories::of_user().map(|directories| Uses::read(&directories)).unwrap_or_default();
    names.sort_by_key(|name| Reverse(uses.of(name)));
    let matching = names.iter().map(ProfileName::as_str).filter(|name| unquoted(name).starts_with(&typed));
    matching.map(written).map(CompletionCandidate::new).collect()
}

/// The keystores that start with the typed text.
#[must_use]
pub fn backends(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, backend_names())
}

pub fn backend_names() -> impl Iterator<Item = &'static str> {
    ["auto"].into_iter().chain(Backend::ALL.map(Backend::as_str))
}

/// The services whose console is known that start with what is typed.
#[must_use]
pub fn services(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, console_services())
}

/// The pages and the commands that start with the typed text.
#[must_use]
pub fn help_topics(typed: &OsStr) -> Vec<CompletionCandidate> {
    let commands = grammar_for(None, Texts::Plain);
    let commands = commands.get_subcommands().map(|command| (command.get_name().to_owned(), command.get_about().cloned()));
    let pages = Page::value_variants().iter().filter_map(Page::to_possible_value);
    let pages = pages.map(|page| (page.get_name().to_owned(), page.get_help().cloned()));
    let starts = |name: &str| typed.to_str().is_some_and(|typed| name.starts_with(typed));
    let topics = pages.chain(commands).filter(|(name, _)| starts(name));
    topics.map(|(name, about)| CompletionCandidate::new(name).help(about)).collect()
}

/// The prompts that start with the typed text.
#[must_use]
pub fn prompt_methods(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, prompt_names())
}

pub fn prompt_names() -> impl Iterator<Item = &'static str> {
    PromptMethod::ALL.into_iter().map(PromptMethod::as_str)
}

fn starting_with(typed: &OsStr, words: impl Iterator<Item = &'static str>) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    words.filter(|word| word.starts_with(typed)).map(CompletionCandidate::new).collect()
}

fn profiles() -> ProfileSet {
    // The completer is called without a context, and a broken file must not disturb the user's typing.
    let env = Environment::capture();
    let read = |file: AwsFile| {
        let path = file.place(&env)?;
        let bytes = files::read_optional(&path).ok().flatten()?;
        SourceFile::new(path, bytes).ok()
    };
    ProfileSet::index(read(AwsFile::Config), read(AwsFile::Credentials))
}
