//! `vault completions`: the script that makes a shell complete this program, and the completion itself, which reads profile names live.

use std::ffi::OsStr;
use std::io;

use clap::Args;
use clap_complete::CompletionCandidate;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::config::{ProfileSet, SourceFile};
use crate::os::env::Environment;
use crate::os::{dirs, files, process};
use crate::ui::{self, Failure};

use super::grammar;

/// The variable through which a shell's script asks for completions. It starts as all of ours do, so that no child ever sees it.
const VARIABLE: &str = "AWS_VAULT_COMPLETE";

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
        Shell::Zsh => Zsh.write_registration(VARIABLE, program, program, program, &mut script),
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
    let completer = CompleteEnv::with_factory(grammar).var(VARIABLE);
    // A shell shows nothing of a failed completion; it completes file names instead.
    completer.try_complete(process::arguments(), None).unwrap_or(true)
}

/// The names of the profiles that start with what is typed.
pub fn profile_names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    // The completer is called without a context, and whatever is wrong with a file must not disturb what the person types.
    let env = Environment::capture();
    let read = |variable: &str, name: &str| {
        let path = env.path(variable).or_else(|| Some(dirs::home()?.join(".aws").join(name)))?;
        let bytes = files::read_optional(&path).ok().flatten()?;
        Some(SourceFile { path, bytes })
    };
    let profiles = ProfileSet::index(read("AWS_CONFIG_FILE", "config"), read("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
    profiles.names().iter().filter(|name| name.as_str().starts_with(typed)).map(|name| CompletionCandidate::new(name.as_str())).collect()
}
