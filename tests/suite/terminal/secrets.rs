//! Prompts for secrets: nothing typed is shown, and the terminal is restored however they end.

use super::*;

use crate::support::world::PASSPHRASE;

const SECRET_PROMPT: &str = "Secret access key: ";
const PASSPHRASE_PROMPT: &str = "Passphrase of the file keystore: ";

fn add(world: &World) -> Terminal {
    let mut terminal = Terminal::run_behind_pipes(world.vault(["add", "read-only"]));
    terminal.expect("Access key id: ");
    assert!(terminal.echoes());
    terminal.type_line(&world.aws.user("some-user").access_key().0);
    terminal.expect(SECRET_PROMPT);
    terminal
}

#[test]
fn a_key_is_typed_in_with_its_secret_hidden() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let terminal = add(&world);
    assert!(!terminal.echoes());
    terminal.type_line(&secret);
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
    // Only the hidden line's end shows.
    assert!(ended.screen.ends_with(&format!("{id}\n{SECRET_PROMPT}\n")), "{ended:?}");
    assert!(ended.stderr.contains(&format!("key {id}")) && ended.stdout.is_empty(), "{ended:?}");
    assert_eq!(world.aws.calls("GetCallerIdentity"), 1);
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
}

#[test]
fn a_slip_in_the_hidden_secret_can_be_corrected_as_usual() {
    let world = World::new();
    let (_, secret) = world.aws.user("some-user").access_key();
    let terminal = add(&world);
    // Ctrl-U erases the line, and the erase key a letter.
    terminal.type_line(&format!("nonsense\x15x\x7f{secret}"));
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn ctrl_c_at_the_hidden_secret_stores_nothing_and_restores_the_terminal() {
    let world = World::new();
    for typed in ["", "half a secret"] {
        let terminal = add(&world);
        terminal.type_keys(typed);
        assert!(!terminal.echoes());
        terminal.press_ctrl(b'c');
        let ended = terminal.wait();
        assert_interrupted(&ended);
        assert!(!ended.screen.contains("half"), "{ended:?}");
    }
    assert!(!world.path(".local/share/vault").exists());
    assert_eq!(world.aws.calls("GetCallerIdentity"), 0);
}

#[test]
fn ctrl_d_at_the_hidden_secret_gives_up() {
    let world = World::new();
    let terminal = add(&world);
    terminal.press_ctrl(b'd');
    let ended = terminal.wait();
    assert_interrupted(&ended);
    assert_eq!(ended.stderr, "vault: cancelled\n");
}

#[test]
fn ctrl_z_at_the_hidden_secret_returns_the_terminal_and_fg_prompts_again() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let mut shell = jobs::shell(&world);
    shell.type_line(&format!("{} add read-only", World::binary().display()));
    shell.expect("Access key id: ");
    shell.type_line(&id);
    shell.expect(SECRET_PROMPT);
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(jobs::READY);
    assert!(shell.echoes());
    shell.type_line("fg");
    shell.expect(SECRET_PROMPT);
    assert!(!shell.echoes());
    shell.type_line(&secret);
    shell.expect(&format!("key {id}"));
    shell.expect(jobs::READY);
    shell.type_line("exit");
    let ended = shell.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
}

#[test]
fn a_new_file_keystore_asks_twice_for_its_passphrase_and_shows_neither() {
    let mut world = World::new();
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    let (_, secret) = world.aws.user("some-user").access_key();
    let mut terminal = add(&world);
    terminal.type_line(&secret);
    for (first, second, complaint) in [
        (PASSPHRASE, "something else", "the passphrases do not match"),
        ("", "", "an empty passphrase protects nothing"),
        (PASSPHRASE, PASSPHRASE, ""),
    ] {
        terminal.expect("New passphrase for the file keystore: ");
        assert!(!terminal.echoes());
        terminal.type_line(first);
        if !first.is_empty() {
            terminal.expect("Repeat the passphrase: ");
            assert!(!terminal.echoes());
            terminal.type_line(second);
        }
        if !complaint.is_empty() {
            terminal.expect(complaint);
        }
    }
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
    assert!(!ended.screen.contains("something else"), "{ended:?}");
    // The typed passphrase opens it.
    world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE).code_of("some-user").run().ok();
}

#[test]
fn after_a_wrong_passphrase_vault_asks_again() {
    let world = world_that_asks_for_its_passphrase();
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "read-only", "--", "true"]));
    terminal.expect(PASSPHRASE_PROMPT);
    assert!(!terminal.echoes());
    terminal.type_line("not the passphrase");
    terminal.expect("wrong passphrase");
    terminal.expect(PASSPHRASE_PROMPT);
    terminal.type_line(PASSPHRASE);
    terminal.expect(PROMPT);
    assert!(terminal.echoes());
    terminal.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn ctrl_c_and_ctrl_d_at_the_passphrase_end_with_130() {
    let world = world_that_asks_for_its_passphrase();
    for key in [b'c', b'd'] {
        let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
        terminal.expect(PASSPHRASE_PROMPT);
        assert!(!terminal.echoes());
        terminal.press_ctrl(key);
        assert_interrupted(&terminal.wait());
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

/// The tests run in a build that unwinds: the status shows that nothing was unwound.
#[test]
fn a_panic_at_a_hidden_prompt_restores_the_terminal() {
    const CHILD: &str = "PANIC_AT_THE_QUESTION";
    if std::env::var_os(CHILD).is_some() {
        let terminal = std::fs::File::open("/dev/tty").expect("the test gave it a terminal");
        let manner = vault::os::shared_tty::Manner { alongside_a_command: false, over: &|| false, caller_heeds_signals: false };
        let _ = vault::os::hidden::line(&terminal, manner, || panic!("as nobody expected"));
        unreachable!("a panic goes nowhere");
    }
    let world = World::new();
    let tests = std::env::current_exe().expect("this program has a file");
    let this = "terminal::secrets::a_panic_at_a_hidden_prompt_restores_the_terminal";
    let mut terminal = Terminal::run(world.command(&tests, &[this, "--exact", "--nocapture"]).env(CHILD, "1"));
    terminal.expect("as nobody expected");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (134, true), "{ended:?}");
}

/// A signal ends a half-answered passphrase prompt, and the script continues.
#[test]
fn the_next_program_does_not_read_half_a_secret() {
    let world = world_that_asks_for_its_passphrase();
    for (signal, status) in [("TERM", 143), ("HUP", 129), ("USR1", 138), ("ALRM", 142)] {
        let script = "read -r go; \"$0\" export read-only; echo \"ended $?\"; read -r line; echo \"next <$line>\"";
        let mut shell = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script, &World::binary().display().to_string()]));
        // Typed ahead, while it still shows: then it is in the terminal's input when the prompt ends.
        shell.type_keys("go\rhalf a secret");
        shell.expect("half a secret");
        shell.expect(PASSPHRASE_PROMPT);
        let below = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid())).expect("it is there");
        let run = world.command("/bin/kill".as_ref(), &["-s", signal, below.trim()]).run();
        assert_eq!(run.status, 0, "{run:?}");
        shell.expect(&format!("ended {status}"));
        shell.type_line("and more");
        shell.expect("next <and more>");
        assert!(shell.wait().as_it_was);
    }
}
