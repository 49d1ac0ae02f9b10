//! A client that gives up and kills its shell without notice to `vault`: every kind of prompt is withdrawn.

use std::time::{Duration, Instant};

use super::*;
use crate::support::steps::install;
use crate::support::world::Invocation;

const GONE: &str = "the program that asked for the credentials has ended, so no answer is needed";

/// A client that starts its credential process through a shell, as the Go SDK does, and kills that shell alone once a file `gone` exists.
const CLIENT: &str = "sh -c '\"$VAULT\" credential-process read-only > /dev/null 2>> err; true' & client=$!; \
    while [ ! -e gone ]; do sleep 0.02; done; kill -9 $client; echo \"kil\"led";

/// It stays until a file `over` exists: if the session's leader ended, every process at its terminal would get a signal.
fn client(world: &World) -> Invocation<'_> {
    let binary = World::binary().display().to_string();
    let script = format!("{CLIENT}; while [ ! -e over ]; do sleep 0.02; done");
    world.command("/bin/sh".as_ref(), &["-c", &script]).env("VAULT", &binary)
}

#[track_caller]
fn wait_for(what: &str, there: impl Fn() -> bool) {
    let started = Instant::now();
    while !there() {
        assert!(started.elapsed() < Duration::from_secs(40), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_prompt_on_the_terminal_is_withdrawn_with_a_message() {
    let world = world_that_asks_for_its_passphrase();
    for (passphrase, question) in [("", "Passphrase of the file keystore: "), (crate::support::world::PASSPHRASE, PROMPT)] {
        for file in ["gone", "over"] {
            let _ = std::fs::remove_file(world.path(file));
        }
        let mut terminal = Terminal::run(client(&world).env("AWS_VAULT_FILE_PASSPHRASE", passphrase));
        terminal.expect(question);
        world.write("gone", "");
        terminal.expect(GONE);
        world.write("over", "");
        assert!(terminal.wait().as_it_was);
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn the_next_client_prompts_without_a_wait() {
    let world = World::with_key();
    let script = format!("{CLIENT}; \"$VAULT\" exec read-only -- echo \"serv\"ed");
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &script]).env("VAULT", &binary));
    terminal.expect(PROMPT);
    world.write("gone", "");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("served");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_window_is_closed() {
    for (name, script) in [
        ("zenity", "trap 'echo closed > closed; exit 1' TERM; echo open > open; while :; do sleep 0.02; done"),
        ("pinentry", "trap 'echo closed > closed; exit 1' TERM; echo OK; echo open > open; while :; do sleep 0.02; done"),
    ] {
        let world = World::with_key();
        install(&world, name, script);
        let path = world.own_path();
        let invocation = client(&world).env("PATH", &path).env("DISPLAY", ":7").env("AWS_VAULT_PROMPT", name);
        let terminal = Terminal::run(invocation);
        wait_for("the window never opened", || world.path("open").exists());
        world.write("gone", "");
        wait_for("the window stays open", || world.path("closed").exists());
        world.write("over", "");
        terminal.wait();
    }
}

#[test]
fn a_window_is_closed_before_a_signal_ends_vault() {
    for (name, greeting) in [("zenity", "true"), ("pinentry", "echo OK")] {
        let world = World::with_key();
        install(
            &world,
            name,
            &format!("trap 'echo closed > closed; exit 1' TERM; {greeting}; echo open > open; while :; do sleep 0.02; done"),
        );
        let path = world.own_path();
        let asked = world.vault(["exec", "--prompt", name, "read-only", "--", "true"]).env("PATH", &path).env("DISPLAY", ":7");
        let terminal = Terminal::run(asked);
        wait_for("the window never opened", || world.path("open").exists());
        let pid = rustix::process::Pid::from_raw(i32::try_from(terminal.pid()).expect("pids are small")).expect("a pid is not zero");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("vault is there");
        wait_for("the window stays open", || world.path("closed").exists());
        assert_eq!(terminal.wait().status, 143);
    }
}

#[test]
fn a_window_is_closed_when_the_code_was_given_elsewhere() {
    for (name, greeting) in [("zenity", "true"), ("pinentry", "echo OK")] {
        let world = World::with_key();
        install(
            &world,
            name,
            &format!("trap 'echo closed > closed; exit 1' TERM; {greeting}; echo open > open; while :; do sleep 0.02; done"),
        );
        let path = world.own_path();
        let asked = world.vault(["exec", "--prompt", name, "read-only", "--", "true"]).env("PATH", &path).env("DISPLAY", ":7");
        let terminal = Terminal::run(asked);
        wait_for("the window never opened", || world.path("open").exists());
        world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
        wait_for("the window stays open", || world.path("closed").exists());
        assert_eq!(terminal.wait().status, 0);
        assert_eq!(world.aws.calls("GetSessionToken"), 1);
    }
}

#[test]
fn an_mfa_process_is_ended() {
    let world = World::with_key();
    let process = "mfa_process = trap 'echo closed > closed; exit 1' TERM; echo open > open; while :; do sleep 0.02; done\nmfa_serial";
    world.write(".aws/config", world.read(".aws/config").replacen("mfa_serial", process, 1));
    let terminal = Terminal::run(client(&world));
    wait_for("the program never ran", || world.path("open").exists());
    world.write("gone", "");
    wait_for("the program runs on", || world.path("closed").exists());
    world.write("over", "");
    terminal.wait();
}

#[test]
fn an_export_that_nobody_reads_any_more_withdraws_its_prompt() {
    let world = World::with_key();
    let script = "\"$VAULT\" export read-only | true; echo \"o\"ver";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script]).env("VAULT", &binary));
    terminal.expect("the program that asked for the credentials has ended");
    terminal.expect("over");
    terminal.wait();
}

#[test]
fn a_client_that_is_still_there_is_waited_for() {
    let world = World::with_key();
    // A shell in between or output to a file does not mean that the client has gone.
    for line in ["sh -c '\"$VAULT\" credential-process read-only; true' | wc -c", "\"$VAULT\" export --fresh read-only > /dev/null; echo 9"]
    {
        let binary = World::binary().display().to_string();
        let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", line]).env("VAULT", &binary));
        terminal.expect(PROMPT);
        // Longer than the interval of the check.
        std::thread::sleep(Duration::from_millis(600));
        terminal.type_line(&world.aws.fresh_code("some-user"));
        let ended = terminal.wait();
        assert!(ended.status == 0 && !ended.screen.contains("no answer is needed"), "{ended:?}");
    }
}
