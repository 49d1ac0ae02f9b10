//! `vault completions`: the script that makes a shell complete this program, and the completion itself, which reads profile names live.
//! Never unlocks or calls anything, and never disturbs what the person types.

use std::ffi::OsStr;
use std::io;
use std::sync::OnceLock;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};
use clap_complete::CompletionCandidate;
use clap_complete::engine::ValueCompleter;
use clap_complete::env::{CompleteEnv, EnvCompleter, Powershell};

use crate::config::settings::PromptMethod;
use crate::config::{ProfileSet, SourceFile};
use crate::model::{Backend, ProfileName, in_shell, is_plain};
use crate::os::env::Environment;
use crate::os::{files, process};
use crate::ui::{self, Failure};

use super::context::aws_file;
use super::grammar;

/// The variable through which a shell's script asks for completions. It starts as all of ours do, so that no child ever sees it.
const VARIABLE: &str = "AWS_VAULT_COMPLETE";

/// Whether bash is the shell that asks.
static IN_BASH: OnceLock<bool> = OnceLock::new();

// Each leaves what is behind the `--` of `exec`, and paths, to the shell: it alone knows the command's own completion, and how a name is
// quoted in its line.
const BASH: &str = include_str!("completions/vault.bash");
const ZSH: &str = include_str!("completions/vault.zsh");
const FISH: &str = include_str!("completions/vault.fish");
const ELVISH: &str = include_str!("completions/vault.elv");

/// Print the completion script of a shell
#[derive(Args)]
#[command(after_help = "Examples, for the shell's start-up file:
  bash:        source <(vault completions bash)
  zsh:         source <(vault completions zsh)
  fish:        vault completions fish | source
  powershell:  vault completions powershell | Out-String | Invoke-Expression
  elvish:      eval (vault completions elvish | slurp)
  nushell:     vault completions nushell | save -f vault.nu; source vault.nu")]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
    Nushell,
}

pub fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let program = ui::program();
    let script = match arguments.shell {
        Shell::Bash => Ok(filled(BASH, program).into_bytes()),
        Shell::Zsh => Ok(filled(ZSH, program).into_bytes()),
        Shell::Fish => Ok(format!("{}{}", filled(FISH, program), fish_paths(program)).into_bytes()),
        Shell::Powershell => powershell(program),
        Shell::Elvish => Ok(filled(ELVISH, program).into_bytes()),
        Shell::Nushell => nushell(program),
    };
    let script = script.map_err(|error| Failure::new(format!("the script could not be made: {error}")))?;
    ui::data(&script)?;
    Ok(0)
}

/// The script for a program of this name.
fn filled(script: &str, program: &str) -> String {
    let function: String = program.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    // In a `case` of bash and zsh: the word before, a blank, and what is typed of this one.
    let paths: Vec<_> = path_options().iter().map(|option| format!("'--{option} '*|*' --{option}='*")).collect();
    script
        .replace("PATH_OPTIONS", &paths.join("|"))
        .replace("VARIABLE", VARIABLE)
        .replace("FUNCTION", &function)
        .replace("PROGRAM", &in_shell(program))
}

/// The options whose value is a path.
fn path_options() -> Vec<String> {
    let is_path = |hint| matches!(hint, ValueHint::AnyPath | ValueHint::DirPath | ValueHint::FilePath | ValueHint::ExecutablePath);
    let mut grammar = grammar();
    grammar.build();
    let commands = std::iter::once(&grammar).chain(grammar.get_subcommands());
    let options = commands.flat_map(clap::Command::get_arguments).filter(|argument| is_path(argument.get_value_hint()));
    let mut names: Vec<_> = options.filter_map(|argument| argument.get_long().map(str::to_owned)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn fish_paths(program: &str) -> String {
    let line = |option: &String| {
        filled(
            &format!(
                "complete --command PROGRAM --condition 'not __FUNCTION_command >/dev/null' --long-option {option} --require-parameter --force-files\n"
            ),
            program,
        )
    };
    path_options().iter().map(line).collect()
}

fn powershell(program: &str) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    Powershell.write_registration(VARIABLE, program, program, program, &mut script)?;
    Ok(script)
}

/// Nushell asks no program while it completes flags; for profile names it calls one that this script defines.
fn nushell(program: &str) -> io::Result<Vec<u8>> {
    let mut grammar = grammar()
        .mut_arg("backend", |argument| argument.value_parser(PossibleValuesParser::new(backend_names())))
        .mut_arg("prompt", |argument| argument.value_parser(PossibleValuesParser::new(prompt_names())));
    let mut generated = Vec::new();
    clap_complete::generate(clap_complete_nushell::Nushell, &mut grammar, program, &mut generated);
    let generated = String::from_utf8(generated).map_err(io::Error::other)?;
    let names = format!("nu-complete {program} profiles");
    let live = generated
        .replace("\n    profile?: string", &format!("\n    profile?: string@\"{names}\""))
        .replace("\n    profile: string", &format!("\n    profile: string@\"{names}\""))
        .replace("\n    name: string", &format!("\n    name: string@\"{names}\""));
    let defined = live.replacen(
        "module completions {\n",
        &format!("module completions {{\n\n  def \"{names}\" [] {{\n    ^{program} list --names | lines\n  }}\n"),
        1,
    );
    Ok(defined.into_bytes())
}

/// Whether this run was a shell's question about completions, which is answered now.
pub fn answered(env: &Environment) -> bool {
    if env.os(VARIABLE).is_none() {
        return false;
    }
    // The variable is gone when names are asked for.
    let _ = IN_BASH.set(env.text(VARIABLE) == Some("bash"));
    let completer = CompleteEnv::with_factory(grammar).var(VARIABLE);
    // A shell shows nothing of a failed completion; it completes file names instead.
    completer.try_complete(process::arguments(), None).unwrap_or(true)
}

/// Offers the `--` that comes before the command of `exec`. What comes after it is the shell's to complete.
pub struct Dashes;

impl ValueCompleter for Dashes {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        self.complete_at(0, typed)
    }

    fn complete_at(&self, index: usize, typed: &OsStr) -> Vec<CompletionCandidate> {
        // The line that is typed follows a `--` of the question itself.
        let are_there = process::arguments().iter().filter(|word| *word == "--").count() > 1;
        if index > 0 || are_there || !(typed.is_empty() || typed == "-") {
            return Vec::new();
        }
        vec![CompletionCandidate::new("--").help(Some("The command follows".into()))]
    }
}

/// Whether a profile of this name is defined, as far as the files can be read.
pub fn is_profile(name: &str) -> bool {
    ProfileName::parse(name).is_ok_and(|name| profiles().is_defined(&name))
}

/// The names of the profiles that start with what is typed.
pub fn profile_names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    // bash puts what it is given into the line as it is; the other shells quote by themselves.
    let in_bash = IN_BASH.get().is_some_and(|in_bash| *in_bash);
    let written = |name: &str| if in_bash && !name.chars().all(is_plain) { escaped(name) } else { name.to_owned() };
    // A shell gives what is typed with its quotes, or with a part of them.
    let unquoted = |text: &str| text.replace(['\\', '"', '\''], "");
    let typed = unquoted(typed);
    let names = profiles().names();
    let matching = names.iter().map(ProfileName::as_str).filter(|name| unquoted(name).starts_with(&typed));
    matching.map(written).map(CompletionCandidate::new).collect()
}

/// The keystores that start with what is typed.
pub fn backends(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, backend_names())
}

fn backend_names() -> impl Iterator<Item = &'static str> {
    ["auto"].into_iter().chain(Backend::ALL.map(Backend::as_str))
}

/// The ways to ask that start with what is typed.
pub fn prompt_methods(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, prompt_names())
}

fn prompt_names() -> impl Iterator<Item = &'static str> {
    PromptMethod::ALL.into_iter().map(PromptMethod::as_str)
}

fn starting_with(typed: &OsStr, words: impl Iterator<Item = &'static str>) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    words.filter(|word| word.starts_with(typed)).map(CompletionCandidate::new).collect()
}

/// The name with a backslash before everything that a shell would not leave alone.
fn escaped(name: &str) -> String {
    name.chars().flat_map(|c| (!is_plain(c) && !c.is_alphanumeric()).then_some('\\').into_iter().chain([c])).collect()
}

fn profiles() -> ProfileSet {
    // The completer is called without a context, and whatever is wrong with a file must not disturb what the person types.
    let env = Environment::capture();
    let read = |variable: &str, name: &str| {
        let path = aws_file(&env, variable, name)?;
        let bytes = files::read_optional(&path).ok().flatten()?;
        SourceFile::new(path, bytes).ok()
    };
    ProfileSet::index(read("AWS_CONFIG_FILE", "config"), read("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
}
