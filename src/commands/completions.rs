//! `vault completions`: prints the script that makes a shell complete this program. Never completes anything itself: see `cli/completion`.

use std::fmt::Display;
use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};
use clap_complete::env::{EnvCompleter, Powershell};

use crate::app::Failure;
use crate::cli::completion::{VARIABLE, backend_names, prompt_names};
use crate::model::quote::{in_elvish, in_nushell, in_shell, is_plain};
use crate::ui;

// Each leaves paths and what follows the `--` of `exec` to the shell: only the shell knows the command's own completion, and how a name is
// quoted.
const BASH: &str = include_str!("completions/vault.bash");
const ZSH: &str = include_str!("completions/vault.zsh");
const FISH: &str = include_str!("completions/vault.fish");
const ELVISH: &str = include_str!("completions/vault.elv");

/// Print the completion script for a shell
#[derive(Args)]
#[command(after_help = "Examples, a line for the start-up file of the shell, such as ~/.bashrc:
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

/// Prints the script for the commands and options of `grammar`.
///
/// # Errors
/// When it cannot be made or written.
pub fn run(arguments: &Arguments, grammar: &clap::Command) -> Result<u8, Failure> {
    let program = ui::program();
    let script = match arguments.shell {
        Shell::Bash => Ok(filled(BASH, program, grammar).into_bytes()),
        Shell::Zsh => Ok(filled(ZSH, program, grammar).into_bytes()),
        Shell::Fish => Ok(format!("{}{}", filled(FISH, program, grammar), fish_paths(program, grammar)).into_bytes()),
        Shell::Powershell => powershell(program),
        Shell::Elvish => Ok(filled_with(ELVISH, program, &bare_or(program, in_elvish(program)), grammar).into_bytes()),
        Shell::Nushell => nushell(program, grammar.clone()),
    };
    let script = script.map_err(|error| Failure::new(format!("the script could not be made: {error}")))?;
    ui::data(&script)?;
    Ok(0)
}

/// The script for a program of this name.
fn filled(script: &str, program: &str, grammar: &clap::Command) -> String {
    filled_with(script, program, &in_shell(program), grammar)
}

/// The program's name unchanged if every shell reads it as one word, else quoted for this shell.
fn bare_or(program: &str, quoted: impl Display) -> String {
    if program.chars().all(is_plain) { program.to_owned() } else { quoted.to_string() }
}

/// The script for a program of this name, which appears as `written` in it.
fn filled_with(script: &str, program: &str, written: &str, grammar: &clap::Command) -> String {
    let function: String = program.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    // In a `case` of bash and zsh: the word before, a blank, and what is typed of this one.
    let paths: Vec<_> = path_options(grammar).iter().map(|option| format!("'--{option} '*|*' --{option}='*")).collect();
    script
        .replace("PATH_OPTIONS", &paths.join("|"))
        .replace("VARIABLE", VARIABLE)
        .replace("FUNCTION", &function)
        .replace("PROGRAM", written)
}

/// The options whose value is a path.
fn path_options(grammar: &clap::Command) -> Vec<String> {
    let is_path = |hint| matches!(hint, ValueHint::AnyPath | ValueHint::DirPath | ValueHint::FilePath | ValueHint::ExecutablePath);
    let mut grammar = grammar.clone();
    grammar.build();
    let commands = std::iter::once(&grammar).chain(grammar.get_subcommands());
    let options = commands.flat_map(clap::Command::get_arguments).filter(|argument| is_path(argument.get_value_hint()));
    let mut names: Vec<_> = options.filter_map(|argument| argument.get_long().map(str::to_owned)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn fish_paths(program: &str, grammar: &clap::Command) -> String {
    let line = |option: &String| {
        filled(
            &format!(
                "complete --command PROGRAM --condition 'not __FUNCTION_command >/dev/null' --long-option {option} --require-parameter --force-files\n"
            ),
            program,
            grammar,
        )
    };
    path_options(grammar).iter().map(line).collect()
}

fn powershell(program: &str) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    Powershell.write_registration(VARIABLE, program, program, program, &mut script)?;
    Ok(script)
}

/// Nushell does not call the program to complete flags; for profile names, it calls a function that this script defines.
fn nushell(program: &str, grammar: clap::Command) -> io::Result<Vec<u8>> {
    fn listed(command: clap::Command) -> clap::Command {
        command
            .mut_arg("backend", |argument| argument.value_parser(PossibleValuesParser::new(backend_names())))
            .mut_arg("prompt", |argument| argument.value_parser(PossibleValuesParser::new(prompt_names())))
            .mut_subcommands(listed)
    }
    let mut grammar = listed(grammar);
    let mut generated = Vec::new();
    clap_complete::generate(clap_complete_nushell::Nushell, &mut grammar, program, &mut generated);
    let generated = String::from_utf8(generated).map_err(io::Error::other)?;
    let names = in_nushell(&format!("nu-complete {program} profiles")).to_string();
    let program = bare_or(program, in_nushell(program));
    let live = generated
        .replace("\n    profile?: string", &format!("\n    profile?: string@{names}"))
        .replace("\n    profile: string", &format!("\n    profile: string@{names}"))
        .replace("\n    name: string", &format!("\n    name: string@{names}"));
    let defined = live.replacen(
        "module completions {\n",
        &format!("module completions {{\n\n  def {names} [] {{\n    ^{program} list --names | lines\n  }}\n"),
        1,
    );
    Ok(defined.into_bytes())
}
