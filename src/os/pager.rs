//! Shows a long text in the user's pager. Never decides what is shown.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::env::Environment;
use super::interrupts::Interrupts;
use super::process;
use super::tty::Kept;

const VARIABLE: &str = "PAGER";
/// As git and jj start it: a text that fits is printed, colours work, and the text stays on the screen.
const LESS: (&str, &str) = ("LESS", "FRX");
const LOOK: Duration = Duration::from_millis(20);
/// The exit status of a shell that cannot start a command.
const NOT_STARTED: [i32; 2] = [126, 127];

/// Shows it with `PAGER`, else with `less`; `false` if there is no such program, or it is not wanted.
#[must_use]
pub fn shows(env: &Environment, text: &[u8]) -> bool {
    let Some(mut command) = command(env) else { return false };
    if env.os(LESS.0).is_none() {
        command.env(LESS.0, LESS.1);
    }
    let (signals, terminal) = (Interrupts::noticed(), Kept::now());
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else { return false };
    let shown = thread::scope(|scope| {
        let stdin = child.stdin.take();
        // A reader who has seen enough quits it before the end of the text.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(text)));
        loop {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return !status.code().is_some_and(|code| NOT_STARTED.contains(&code)),
                Err(_) => return true,
            }
            // Ctrl-C is for the pager; another signal ends both.
            if signals.seen().is_some_and(|signal| !signal.is_ctrl_c()) {
                process::end(&mut child);
                return true;
            }
            thread::sleep(LOOK);
        }
    });
    let signal = signals.over().filter(|signal| !signal.is_ctrl_c());
    if signal.is_some() {
        terminal.forget_what_is_typed();
    }
    drop(terminal);
    if let Some(signal) = signal {
        signal.heed();
    }
    shown
}

fn command(env: &Environment) -> Option<Command> {
    match env.text(VARIABLE).map(str::trim) {
        Some("" | "cat") => None,
        Some(line) => Some(process::shell(env, line)),
        None if env.is_set(VARIABLE) => None,
        None if env.text("TERM").is_none_or(|name| name == "dumb") => None,
        None => process::find(env, "less").map(|path| process::helper(env, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program<const N: usize>(variables: [(&str, &str); N]) -> Option<String> {
        command(&Environment::of(variables)).map(|command| command.get_program().to_string_lossy().into_owned())
    }

    #[test]
    fn the_variable_decides_and_may_say_that_there_is_none() {
        let shell = if cfg!(windows) { "cmd" } else { "sh" };
        assert_eq!(program([("PAGER", "most -s")]).as_deref(), Some(shell));
        for none in ["", "cat", " cat "] {
            assert_eq!(program([("PAGER", none), ("PATH", "/usr/bin:/bin"), ("TERM", "xterm")]), None, "{none:?}");
        }
        assert_eq!(program([("PATH", "/nowhere"), ("TERM", "xterm")]), None);
        assert_eq!(program([("PATH", "/usr/bin:/bin"), ("TERM", "dumb")]), None);
    }
}
