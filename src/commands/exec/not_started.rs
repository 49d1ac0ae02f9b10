//! Says why a command did not start, and how to start it. Never shows the value of a variable that was meant for it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::iter::once;
use std::path::Path;

use crate::app::{Context, Failure};
use crate::model::quote::argument_in_shell;
use crate::model::{ProfileName, in_shell, path_in_shell};
use crate::os::files;

use super::shell;

/// Commands that only exist inside shells.
const BUILT_IN: [&str; 20] = [
    ".", "alias", "bg", "builtin", "cd", "declare", "dirs", "eval", "exec", "exit", "export", "fg", "function", "history", "popd", "pushd",
    "set", "shopt", "source", "unset",
];

/// The shells that read a person's aliases and functions with `-i`.
const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "ksh"];

/// A command that did not start.
pub struct NotStarted<'a> {
    pub profile: &'a ProfileName,
    pub program: &'a OsStr,
    pub arguments: &'a [OsString],
}

impl NotStarted<'_> {
    /// Why, with the status that a shell ends with.
    pub fn failure(&self, context: &Context, error: &io::Error) -> Failure {
        let path = Path::new(self.program);
        let name = self.program.to_string_lossy();
        let in_command = path_in_shell(path);
        let is_path = path.components().count() > 1 || path.has_root();
        match error.kind() {
            io::ErrorKind::NotFound if is_path && files::exists(path) => {
                Failure::new(format!("command `{name}` exists, but the interpreter on its first line does not"))
                    .hint(format!("correct the line: `head -n 1 {in_command}`"))
                    .status(Failure::NOT_FOUND)
            }
            io::ErrorKind::NotFound => self.not_found(context, &name, is_path).status(Failure::NOT_FOUND),
            io::ErrorKind::PermissionDenied if files::is_directory(path) => {
                Failure::new(format!("command `{name}` is a directory")).hint("name a program in it").status(Failure::NOT_EXECUTABLE)
            }
            io::ErrorKind::PermissionDenied => Failure::new(format!("command `{name}` is not executable"))
                .hint(format!("make it executable with `chmod +x {in_command}`"))
                .status(Failure::NOT_EXECUTABLE),
            _ => Failure::new(format!("command `{name}` cannot be started: {}", files::reason(error))).status(Failure::NOT_EXECUTABLE),
        }
    }

    fn not_found(&self, context: &Context, name: &str, is_path: bool) -> Failure {
        if let Some(variable) = variable_of(name) {
            // Security: a variable's value may be a secret, so it is not repeated.
            return Failure::new(format!("`{variable}=…` is a variable, not a command"))
                .hint(format!("set it with `env`: `vault exec {} -- env {variable}=… COMMAND`", self.profile.in_shell()));
        }
        let failure = Failure::new(format!("command `{name}` is not found"));
        if name.contains(char::is_whitespace) {
            let words: Vec<_> = name.split_whitespace().map(in_shell).collect();
            return failure
                .hint(format!("pass it as separate words, without quotes around the whole line: {}", self.exec(&words.join(" "))));
        }
        if is_path {
            return failure.hint("check the path and the current folder");
        }
        if BUILT_IN.contains(&name) {
            return failure.hint(format!("`{name}` is a shell builtin: start a shell with {}, and type it there", self.exec_shell()));
        }
        let failure = failure.hint("check the spelling and the folders in `PATH`");
        match shell_of(context) {
            Some(shell) => {
                let line: Vec<_> = once(in_shell(name)).chain(self.arguments.iter().map(|word| argument_in_shell(word))).collect();
                let command = format!("{shell} -ic {}", in_shell(&line.join(" ")));
                failure.hint(format!("if it is an alias or a function of your shell, run it in the shell: {}", self.exec_line(&command)))
            }
            None => failure,
        }
    }

    /// The command with something else in the program's place.
    fn exec(&self, program: &str) -> String {
        let words: Vec<_> = once(program.into()).chain(self.arguments.iter().map(|word| argument_in_shell(word))).collect();
        self.exec_line(&words.join(" "))
    }

    fn exec_line(&self, command: &str) -> String {
        format!("`vault exec {} -- {command}`", self.profile.in_shell())
    }

    fn exec_shell(&self) -> String {
        format!("`vault exec {}`", self.profile.in_shell())
    }
}

/// `NAME` of `NAME=VALUE`.
fn variable_of(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')).then_some(name)
}

/// The user's shell, if it is known to take `-ic`.
fn shell_of(context: &Context) -> Option<&'static str> {
    let path = context.env.path(shell::VARIABLE)?;
    let name = path.file_name()?.to_str()?;
    SHELLS.into_iter().find(|shell| *shell == name)
}
