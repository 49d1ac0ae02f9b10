//! Under a full-screen program that reads all keys: nothing is printed on its screen, and no run waits for an answer that nobody can give.

use super::*;
use crate::support::steps::install;
use crate::support::world::Invocation;

/// Takes the keyboard in the way that its first argument says, runs the rest as a client does, and then prints the result.
const CLIENT: &str = "\
import subprocess, sys, termios, tty
before = termios.tcgetattr(0)
{'raw': tty.setraw, 'cbreak': tty.setcbreak}[sys.argv[1]](0)
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
termios.tcsetattr(0, termios.TCSANOW, before)
print('it ended with', done.returncode, 'and said', done.stderr.decode())
";

/// The same, but takes the keyboard during the client's prompt.
const LATER: &str = "\
import os, subprocess, sys, termios, time, tty
client = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
while not os.path.exists('take'): time.sleep(0.02)
before = termios.tcgetattr(0)
tty.setraw(0)
said = client.communicate()[1].decode()
before[3] |= termios.ECHO | termios.ISIG
termios.tcsetattr(0, termios.TCSANOW, before)
print('it ended with', client.returncode, 'and said', said)
";

fn client<'a>(world: &'a World, program: &str, mode: &str, arguments: &[&str]) -> Invocation<'a> {
    let binary = World::binary().display().to_string();
    let arguments = [&["-c", program, mode, &binary], arguments].concat();
    world.command(&crate::support::tools::program("python3"), &arguments)
}

const TAKEN: &str = "another program uses the terminal's keyboard itself";

#[test]
fn every_prompt_fails_with_an_error_that_names_another_way() {
    let world = World::with_key();
    world.write(".config/vault/config.toml", "[profile.opssudo]\nprotect = true\n");
    for mode in ["raw", "cbreak"] {
        for (arguments, way) in [
            (&["credential-process", "read-only"][..], "`--mfa-token 123456`"),
            (&["export", "read-only"], "`vault exec read-only -- true` on a terminal"),
            (&["exec", "read-only", "--", "true"], "`mfa_process`"),
            (&["exec", "--prompt", "terminal", "read-only", "--", "true"], "`--mfa-token 123456`"),
            (&["exec", "opssudo", "--", "true"], "in the foreground of a terminal"),
            (&["add", "other"], "`--env` or `--stdin`"),
            (&["remove", "read-only"], "`vault remove --force read-only`"),
        ] {
            let mut terminal = Terminal::run(client(&world, CLIENT, mode, arguments));
            terminal.expect("it ended with 1 and said");
            let ended = terminal.wait();
            assert!(ended.screen.contains(TAKEN) && ended.screen.contains(way), "{arguments:?}: {ended:?}");
            assert!(ended.screen.starts_with("it ended with"), "nothing is printed on the screen: {ended:?}");
        }
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn a_note_is_not_printed_on_the_screen_either() {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    let arguments = ["credential-process", "read-only"];
    let mut terminal = Terminal::run_behind_pipes(world.vault(arguments).env("AWS_SESSION_TAGS", "a=b"));
    terminal.expect("vault: `AWS_SESSION_TAGS` is ignored");
    assert_eq!(terminal.wait().status, 0);
    for (mode, variable) in [("raw", "AWS_SOURCE_IDENTITY"), ("cbreak", "AWS_TRANSITIVE_TAGS")] {
        let mut terminal = Terminal::run(client(&world, CLIENT, mode, &arguments).env(variable, "a"));
        terminal.expect("it ended with 0 and said");
        let ended = terminal.wait();
        assert!(ended.screen.starts_with("it ended with"), "{variable}: {ended:?}");
    }
}

#[test]
fn a_passphrase_prompt_fails_too() {
    let world = world_that_asks_for_its_passphrase();
    let mut terminal = Terminal::run(client(&world, CLIENT, "raw", &["credential-process", "read-only"]));
    terminal.expect("it ended with 1 and said vault: the file keystore is locked: there is no way to ask for the passphrase here");
    let ended = terminal.wait();
    assert!(ended.screen.contains(TAKEN) && ended.screen.contains("`AWS_VAULT_FILE_PASSPHRASE_COMMAND`"), "{ended:?}");
    assert!(ended.screen.starts_with("it ended with"), "{ended:?}");
}

#[test]
fn a_window_asks_instead_of_the_terminal() {
    let world = World::with_key();
    install(&world, "zenity", &format!("echo {}", world.aws.fresh_code("some-user")));
    install(&world, "pinentry", "exit 1");
    let path = world.own_path();
    let invocation = client(&world, CLIENT, "raw", &["credential-process", "read-only"]).env("PATH", &path).env("DISPLAY", ":7");
    let mut terminal = Terminal::run(invocation);
    terminal.expect("it ended with 0 and said");
    let ended = terminal.wait();
    assert!(ended.screen.starts_with("it ended with"), "{ended:?}");
}

#[test]
fn a_prompt_is_given_up_if_the_keyboard_is_taken_meanwhile() {
    let world = world_that_asks_for_its_passphrase();
    for (passphrase, question) in [(true, "Passphrase of the file keystore: "), (false, PROMPT)] {
        let _ = std::fs::remove_file(world.path("take"));
        let mut invocation = client(&world, LATER, "", &["credential-process", "read-only"]);
        if !passphrase {
            invocation = invocation.env("AWS_VAULT_FILE_PASSPHRASE", crate::support::world::PASSPHRASE);
        }
        let mut terminal = Terminal::run(invocation);
        terminal.expect(question);
        world.write("take", "");
        terminal.expect("it ended with 1 and said");
        terminal.expect(TAKEN);
        assert_eq!(terminal.wait().status, 0);
    }
}

#[test]
fn a_terminal_without_echo_is_still_used() {
    let world = World::with_key();
    let script = "stty -echo; \"$VAULT\" exec read-only -- true; echo \"status=$?\"; stty echo";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script]).env("VAULT", &binary));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("status=0");
    terminal.wait();
}

/// Without a program that could read the keys, a crashed one has left the terminal so. A pager in the same pipeline could read them.
#[test]
fn a_terminal_that_was_left_raw_is_named_with_its_cure() {
    let world = World::with_key();
    let binary = World::binary().display().to_string();
    for (command, is_cure_named) in [("exec \"$0\" exec read-only -- true", true), ("exec \"$0\" exec read-only -- true | cat", false)] {
        let script = format!("stty raw -echo; {command}");
        let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &script, &binary]));
        terminal.expect("there is no display");
        let ended = terminal.wait();
        assert_eq!(ended.screen.contains("`stty sane`"), is_cure_named, "{ended:?}");
    }
}
