//! gpg asks for its passphrase on the actual terminal, even if a variable names another.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A fake `gpg` that logs its terminal and fails.
const NOTER: &str = "#!/bin/sh\nprintf %s \"${GPG_TTY-none}\" > \"$HOME/told\"\nexit 1\n";

fn world_with_a_store() -> World {
    let mut world = World::new();
    world.write(".password-store/.gpg-id", "somebody@example.com\n");
    world.write(".password-store/vault/read-only.gpg", "");
    world.write("noter", NOTER);
    fs::set_permissions(world.path("noter"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    world.set("AWS_VAULT_BACKEND", "pass");
    world.set("AWS_VAULT_PASS_CMD", &world.path("noter").display().to_string());
    world
}

#[test]
fn gpg_gets_the_terminal_or_none() {
    let world = world_with_a_store();
    let ours = Terminal::run(world.vault(["exec", "read-only", "--", "true"])).wait();
    assert_eq!(ours.status, 1, "{ours:?}");
    assert!(world.read("told").starts_with("/dev/"), "{}", world.read("told"));
    world.write("a-file", "");
    let file = world.path("a-file").display().to_string();
    for value in ["not a tty", "/dev/pts/99999", "/dev/null", "/", &file, ""] {
        Terminal::run(world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", value)).wait();
        let told = world.read("told");
        assert!(told.starts_with("/dev/") && told != value, "{value}: {told}");
        world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", value).run().fails(1);
        assert_eq!(world.read("told"), "none", "{value}: there is no terminal");
    }
}

/// An AWS CLI in a pipe runs a credential process like this.
#[test]
fn gpg_gets_the_terminal_even_if_stdin_stdout_and_stderr_are_redirected() {
    let world = world_with_a_store();
    let script = "tty > at; \"$0\" exec read-only -- true < /dev/null 2> said | cat; [ \"$(cat told)\" = \"$(cat at)\" ] && echo same";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script, &binary]));
    terminal.expect("same");
    terminal.wait();
}

/// The agent's pinentry reads from the terminal, and neither our signals nor Ctrl-C reach it.
#[test]
fn an_interrupted_gpg_prompt_restores_the_terminal_and_leaves_no_process_reading_it() {
    for (program, is_ended) in [("pinentry-x", true), ("no-pinentry", false)] {
        let world = world_with_a_store();
        let asking = format!(
            "#!/bin/sh\ncp \"$(command -v sleep)\" \"$HOME/{program}\"\n(setsid \"$HOME/{program}\" 600 > /dev/null 2>&1 < /dev/null & echo $! > \"$HOME/asking\")\n\
             stty -icanon -echo < /dev/tty\necho \"[GNUPG:] PINENTRY_LAUNCHED $(cat \"$HOME/asking\") curses 1.2.1 /dev/tty xterm\" >&2\n\
             echo asked > /dev/tty\nexec sleep 600\n"
        );
        world.write("noter", asking);
        for signal in ["INT", "TERM"] {
            let mut terminal = Terminal::run(world.vault(["exec", "read-only", "-t", "123456", "--", "true"]));
            terminal.expect("asked");
            let process = world.read("asking").trim().to_owned();
            // Until the process has its own name.
            let name = || fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            while name().trim() != program {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            std::thread::sleep(std::time::Duration::from_millis(300));
            if signal == "INT" {
                terminal.press_ctrl(b'c');
            } else {
                world.command("/bin/kill".as_ref(), &["-s", signal, &terminal.pid().to_string()]).run().ok();
            }
            let ended = terminal.wait();
            assert!(ended.status > 128 && ended.as_it_was, "{signal}: {ended:?}");
            assert_eq!(is_gone(&process), is_ended, "{program} {signal}");
            if !is_ended {
                world.command("/bin/kill".as_ref(), &[&process]).run().ok();
            }
        }
    }
}

fn is_gone(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // A zombie is gone too: a container may have no process that reaps it.
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

#[test]
fn a_terminal_that_the_person_chose_for_gpg_is_kept() {
    let world = world_with_a_store();
    // It stays open during the other run.
    let mut other = Terminal::run(world.command("sh".as_ref(), &["-c", "tty; read -r _"]));
    let device = other.expect("\r\n").trim().to_owned();
    world.vault(["exec", "read-only", "--", "true"]).env("GPG_TTY", &device).run().fails(1);
    assert_eq!(world.read("told"), device);
    other.type_line("");
    other.wait();
}
