//! `vault completions`: the script that makes a shell complete this program, and the completion itself, which reads profile names live.
//! Never unlocks or calls anything, and never disturbs what the person types.

use std::ffi::OsStr;
use std::io;
use std::sync::OnceLock;

use clap::Args;
use clap_complete::engine::ValueCompleter;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Zsh};
use clap_complete::{CompletionCandidate, PathCompleter};

use crate::config::settings::PromptMethod;
use crate::config::{ProfileSet, SourceFile};
use crate::model::{Backend, ProfileName, is_plain};
use crate::os::env::Environment;
use crate::os::{files, process};
use crate::ui::{self, Failure};

use super::context::aws_file;
use super::grammar;

/// The variable through which a shell's script asks for completions. It starts as all of ours do, so that no child ever sees it.
const VARIABLE: &str = "AWS_VAULT_COMPLETE";

/// Whether bash is the shell that asks.
static IN_BASH: OnceLock<bool> = OnceLock::new();

/// A zsh that nobody has set up yet does not load its completion system.
const ZSH_COMPLETION_SYSTEM: &[u8] = b"(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n";

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
    let mut script = Vec::new();
    let written = match arguments.shell {
        Shell::Bash => Bash.write_registration(VARIABLE, program, program, program, &mut script),
        Shell::Zsh => Zsh.write_registration(VARIABLE, program, program, program, &mut script).map(|()| {
            // The first line tells zsh what the file completes, where it is loaded from a folder.
            let first_line = script.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            script.splice(first_line..first_line, ZSH_COMPLETION_SYSTEM.iter().copied());
        }),
        Shell::Fish => Fish.write_registration(VARIABLE, program, program, program, &mut script),
        Shell::Powershell => Powershell.write_registration(VARIABLE, program, program, program, &mut script),
        Shell::Elvish => Elvish.write_registration(VARIABLE, program, program, program, &mut script),
        Shell::Nushell => nushell(program, &mut script),
    };
    written.map_err(|error| Failure::new(format!("the script could not be made: {error}")))?;
    ui::data(&script)?;
    Ok(0)
}

/// Nushell asks no program while it completes flags; for profile names it calls one that this script defines.
fn nushell(program: &str, script: &mut Vec<u8>) -> io::Result<()> {
    let mut generated = Vec::new();
    clap_complete::generate(clap_complete_nushell::Nushell, &mut grammar(), program, &mut generated);
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
    script.extend_from_slice(defined.as_bytes());
    Ok(())
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

/// Completes the command that `exec` runs: a program of the `PATH` or a path first, then paths.
pub struct CommandWords;

impl ValueCompleter for CommandWords {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        PathCompleter::any().complete(typed)
    }

    fn complete_at(&self, index: usize, typed: &OsStr) -> Vec<CompletionCandidate> {
        let paths = self.complete(typed);
        match typed.to_str() {
            Some(start) if index == 0 && is_first_behind_dashes() && !start.contains('/') => {
                let programs = process::programs(&Environment::capture(), start).into_iter().map(CompletionCandidate::new);
                programs.chain(paths).collect()
            }
            _ => paths,
        }
    }
}

/// Whether the word that is completed is the first behind the `--` of the line that is typed: that line stands behind a `--` of its own.
fn is_first_behind_dashes() -> bool {
    process::arguments().into_iter().skip_while(|word| word != "--").skip(1).skip_while(|word| word != "--").skip(1).count() <= 1
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
    let typed = if in_bash { typed.replace('\\', "") } else { typed.to_owned() };
    let names = profiles().names();
    names.iter().map(ProfileName::as_str).filter(|name| name.starts_with(&typed)).map(written).map(CompletionCandidate::new).collect()
}

/// The keystores that start with what is typed.
pub fn backends(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, ["auto"].into_iter().chain(Backend::ALL.map(Backend::as_str)))
}

/// The ways to ask that start with what is typed.
pub fn prompt_methods(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting_with(typed, PromptMethod::ALL.into_iter().map(PromptMethod::as_str))
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
