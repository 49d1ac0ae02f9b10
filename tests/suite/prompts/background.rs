//! A client in the background of its terminal: reading there would stop it forever, so vault prompts elsewhere or says why it cannot.

use super::*;
use crate::support::pty::Terminal;

/// A shell with job control that starts the command in the background, and prints its status.
const IN_BACKGROUND: &str = "set -m; \"$VAULT\" credential-process read-only > \"$HOME/out\" 2> \"$HOME/err\" & wait $!; echo \"ended $?\"";

fn start(desk: &Desk) -> Terminal {
    let shell = tools::program("bash");
    let path = desk.world.path("bin").display().to_string();
    let binary = World::binary().display().to_string();
    Terminal::run(desk.world.command(&shell, &["-c", IN_BACKGROUND]).env("PATH", &path).env("VAULT", &binary))
}

#[test]
fn for_a_client_in_the_background_a_window_asks() {
    let desk = Desk::new();
    desk.install_window("zenity", &[&desk.code()]);
    let shell = tools::program("bash");
    let (path, binary) = (desk.world.path("bin").display().to_string(), World::binary().display().to_string());
    // The credentials are discarded: a file would be unencrypted.
    let script = IN_BACKGROUND.replace("> \"$HOME/out\"", "> /dev/null");
    let command = desk.world.command(&shell, &["-c", &script]).env("PATH", &path).env("VAULT", &binary).env("DISPLAY", ":7");
    let mut terminal = Terminal::run(command);
    terminal.expect("ended 0");
    terminal.wait();
    assert!(desk.asked("zenity").contains(SERIAL));
}

#[test]
fn a_client_in_the_background_without_a_window_ends_with_the_reason() {
    let desk = Desk::new();
    let mut terminal = start(&desk);
    terminal.expect("ended 1");
    terminal.wait();
    let said = desk.world.read("err");
    assert!(said.contains("this process is in the background of its terminal, and there is no display"), "{said}");
}

#[test]
fn a_pinentry_in_the_background_gets_no_terminal() {
    let desk = Desk::new();
    desk.world.write("typed/pinentry", desk.code() + "\n");
    desk.install("pinentry", &format!("echo \"GPG_TTY=$GPG_TTY\" >> \"$HOME/asked/pinentry\"; {}", pinentry::NOTES_ALL));
    let shell = tools::program("bash");
    let (path, binary) = (desk.world.path("bin").display().to_string(), World::binary().display().to_string());
    let script = IN_BACKGROUND.replace("> \"$HOME/out\"", "> /dev/null");
    let command = desk.world.command(&shell, &["-c", &script]).env("PATH", &path).env("VAULT", &binary).env("DISPLAY", ":7");
    let mut terminal = Terminal::run(command.env("GPG_TTY", "/dev/tty"));
    terminal.expect("ended 0");
    terminal.wait();
    let asked = desk.asked("pinentry");
    assert!(asked.contains("GPG_TTY=\n") && !asked.contains("ttyname"), "{asked}");
}
