//! Which program `exec` starts: the command that was named, else the person's shell. Never starts it.

use std::ffi::OsString;

use crate::app::Context;
use crate::ui;

/// The command that was given, else the user's shell, with a note about it.
pub fn program(context: &Context, command: Vec<OsString>, about_shell: impl FnOnce() -> String) -> (OsString, Vec<OsString>) {
    let mut words = command.into_iter();
    if let Some(program) = words.next() {
        return (program, words.collect());
    }
    ui::note(&about_shell());
    (shell(context), Vec::new())
}

/// The variable that names the person's shell, and what is used where it is not set.
pub const VARIABLE: &str = if cfg!(windows) { "COMSPEC" } else { "SHELL" };
const DEFAULT: &str = if cfg!(windows) { "cmd.exe" } else { "/bin/sh" };

fn shell(context: &Context) -> OsString {
    context.env.os(VARIABLE).map_or_else(|| DEFAULT.into(), ToOwned::to_owned)
}
