//! A person at a real terminal: prompts, hidden secrets, Ctrl-C, Ctrl-Z, signals; and the lack of a terminal.
#![cfg(unix)]

mod clients;
mod codes;
mod gpg;
mod greeting;
mod jobs;
mod missing;
mod one_question;
mod picker;
mod region;
mod secrets;
mod signals;
mod stops;
mod taken;
mod together;
mod waits;

use crate::support::pty::{Ended, Terminal};
use crate::support::world::World;

const PROMPT: &str = "MFA code for arn:aws:iam::123456789012:mfa/some-user: ";

/// A world whose `file` keystore asks for its passphrase each time, with the user's key in it.
fn world_that_asks_for_its_passphrase() -> World {
    let mut world = World::new();
    world.write(".config/vault/config.toml", "file_unlock_ttl = \"0s\"\n");
    world.add("read-only", "some-user");
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    world
}

/// Asserts that Ctrl-C ended the command and that the terminal echoes again.
#[track_caller]
fn assert_interrupted(ended: &Ended) {
    assert_eq!((ended.status, ended.as_it_was), (130, true), "{ended:?}");
}

/// This many different codes that are not the user's.
fn wrong_codes(world: &World, count: usize) -> Vec<String> {
    let first: u32 = world.aws.wrong_code("some-user").parse().expect("a code is a number");
    let near = [world.aws.code("some-user"), world.aws.next_code("some-user")];
    (first..).map(|number| format!("{number:06}")).filter(|code| !near.contains(code)).take(count).collect()
}

#[test]
fn without_a_command_a_shell_starts_and_the_message_says_how_to_leave_it() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only"]).env("SHELL", "/bin/sh").env("PS1", "in> ").code_of("some-user"));
    let said = terminal.expect("in> ");
    let lines = ["8h", "7h59m"]
        .map(|left| format!("vault: a shell with the credentials of `read-only`, valid for {left}; leave it with `exit`\r\n"));
    assert!(lines.contains(&said), "{said}");
    terminal.type_line("echo \"[$AWS_VAULT] [${AWS_ACCESS_KEY_ID%%[0-9A-Z]???????????????}] $$\"");
    terminal.expect(&format!("[read-only] [ASIA] {}", terminal.pid()));
    terminal.type_line("exit 7");
    assert_eq!(terminal.wait().status, 7);
}

#[test]
fn removal_asks_and_only_yes_removes() {
    for (answer, removed) in [("", false), ("n", false), ("no", false), ("remove", false), ("y", true), ("Yes", true)] {
        let world = World::with_key();
        let mut terminal = Terminal::run_behind_pipes(world.vault(["remove", "read-only"]));
        let id = world.aws.user("some-user").access_key().0;
        terminal
            .expect(&format!("Remove key {id} in the file keystore, stored as `read-only`? AWS will not show its secret again. [y/N] "));
        terminal.type_line(answer);
        let ended = terminal.wait();
        assert_eq!(ended.status == 0, removed, "{answer}: {ended:?}");
        let listed = world.vault(["list", "--json"]).run().ok();
        assert_eq!(!listed.contains(&id), removed, "{answer}: {listed}");
    }
}

#[test]
fn ctrl_c_and_ctrl_d_at_a_removal_remove_nothing() {
    for key in [b'c', b'd'] {
        let world = World::with_key();
        let mut terminal = Terminal::run(world.vault(["remove", "read-only"]));
        terminal.expect("[y/N] ");
        terminal.press_ctrl(key);
        assert_interrupted(&terminal.wait());
        assert!(world.vault(["list"]).run().ok().contains("file"));
    }
}
