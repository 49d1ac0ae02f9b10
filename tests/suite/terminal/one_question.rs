//! One prompt at a time on a terminal, from all processes and of every kind: no answer goes to another prompt, and hidden input is never
//! shown, even after a process was killed.

use super::jobs::{READY, shell};
use super::*;
use crate::support::aws::StandIn;
use crate::support::password_store::PasswordStore;
use crate::support::world::PASSPHRASE;

const PASSPHRASE_PROMPT: &str = "Passphrase of the file keystore: ";
const PROMPT_ONE: &str = "MFA code for arn:aws:iam::123456789012:mfa/one: ";
const TWO_DEVICES: &str = "[profile one]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/one\n\n\
    [profile two]\nregion = us-east-1\nmfa_serial = arn:aws:iam::123456789012:mfa/two\n";

/// Two users with a device each. The keystore stays unlocked for this long.
fn two_users(unlock_ttl: &str) -> World {
    let aws = StandIn::builder().user("one", |user| user.mfa("one")).user("two", |user| user.mfa("two")).start();
    let world = World::with(aws, TWO_DEVICES);
    world.write(".config/vault/config.toml", format!("file_unlock_ttl = \"{unlock_ttl}\"\n"));
    for name in ["one", "two"] {
        world.add(name, name);
    }
    world
}

fn locked(mut world: World) -> World {
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    super::super::commands::lock_keystore(&world);
    world
}

/// A script at the terminal, whose `$0` is the program.
fn script(world: &World, script: &str) -> Terminal {
    let binary = World::binary().display().to_string();
    Terminal::run(world.command("/bin/bash".as_ref(), &["-c", script, &binary]))
}

/// The device named in the current prompt.
fn asked_for(terminal: &mut Terminal) -> String {
    terminal.expect("MFA code for arn:aws:iam::123456789012:mfa/");
    terminal.expect(": ");
    let screen = terminal.screen();
    let name = screen.trim_end_matches(": ").rsplit_once('/').expect("a device has a name").1.to_owned();
    assert!(["one", "two"].contains(&name.as_str()), "{screen}");
    name
}

#[test]
fn two_devices_are_asked_for_one_after_the_other_and_each_gets_its_own_code() {
    let world = two_users("1h");
    let mut terminal = script(&world, "\"$0\" exec one -- echo \"serv\"ed & \"$0\" exec two -- echo \"serv\"ed & wait");
    let first = asked_for(&mut terminal);
    terminal.type_line(&world.aws.fresh_code(&first));
    let second = asked_for(&mut terminal);
    assert_ne!(first, second);
    terminal.type_line(&world.aws.fresh_code(&second));
    let ended = terminal.wait();
    assert_eq!((ended.screen.matches("served").count(), ended.as_it_was), (2, true), "{ended:?}");
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.answered("GetSessionToken")), (2, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn one_passphrase_unlocks_the_keystore_for_all_waiting_runs_and_is_never_shown() {
    let world = locked(two_users("1h"));
    let codes = ["one", "two"].map(|user| world.aws.fresh_code(user));
    let line = format!("\"$0\" exec one -t {} -- echo \"serv\"ed & \"$0\" exec two -t {} -- echo \"serv\"ed & wait", codes[0], codes[1]);
    let mut terminal = script(&world, &line);
    terminal.expect(PASSPHRASE_PROMPT);
    terminal.type_line(PASSPHRASE);
    terminal.expect("served");
    terminal.expect("served");
    let ended = terminal.wait();
    assert_eq!((ended.screen.matches(PASSPHRASE_PROMPT).count(), ended.as_it_was), (1, true), "{ended:?}");
}

#[test]
fn without_an_unlock_time_passphrases_are_asked_for_one_after_the_other_and_all_hidden() {
    let world = locked(two_users("0s"));
    let codes = ["one", "two"].map(|user| world.aws.fresh_code(user));
    let line = format!("\"$0\" exec one -t {} -- echo \"serv\"ed & \"$0\" exec two -t {} -- echo \"serv\"ed & wait", codes[0], codes[1]);
    let mut terminal = script(&world, &line);
    for _ in 0..2 {
        terminal.expect(PASSPHRASE_PROMPT);
        assert!(!terminal.echoes());
        terminal.type_line(PASSPHRASE);
    }
    let ended = terminal.wait();
    assert_eq!((ended.screen.matches("served").count(), ended.as_it_was), (2, true), "{ended:?}");
}

#[test]
fn a_passphrase_and_a_code_never_share_the_terminal() {
    for passphrase_first in [false, true] {
        let world = locked(two_users("0s"));
        // One run has the passphrase and prompts for a code; the other has a code and prompts for the passphrase.
        let code = format!("AWS_VAULT_FILE_PASSPHRASE='{PASSPHRASE}' \"$0\" --debug exec one -- echo \"serv\"ed-one");
        let passphrase = format!("\"$0\" --debug exec two -t {} -- echo \"serv\"ed-two", world.aws.fresh_code("two"));
        let (first, second) = if passphrase_first { (&passphrase, &code) } else { (&code, &passphrase) };
        let line = format!("{first} 2>first & until [ -e go ]; do sleep 0.02; done; {second} 2>second & wait");
        let mut terminal = script(&world, &line);
        let questions = [(PROMPT_ONE, true, "served-one"), (PASSPHRASE_PROMPT, false, "served-two")];
        for (turn, (question, shown, served)) in
            if passphrase_first { [questions[1], questions[0]] } else { questions }.into_iter().enumerate()
        {
            terminal.expect(question);
            if turn == 0 {
                world.write("go", "");
                wait_until(|| world.path("second").exists() && world.read("second").contains("another vault asks on this terminal"));
            }
            assert!(terminal.screen().ends_with(question), "{}", terminal.screen());
            assert_eq!(terminal.echoes(), shown);
            terminal.type_line(&if shown { world.aws.fresh_code("one") } else { PASSPHRASE.to_owned() });
            if turn == 1 {
                terminal.expect(served);
            }
        }
        let ended = terminal.wait();
        assert_eq!((ended.screen.matches("served-").count(), ended.as_it_was), (2, true), "{ended:?}");
        assert_eq!(world.aws.answered("GetSessionToken"), 2);
    }
}

fn wait_until(come: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !come() {
        assert!(started.elapsed() < std::time::Duration::from_secs(40), "it never happened");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// gpg's pinentry reads all keys of the terminal meanwhile.
#[test]
fn a_gpg_prompt_is_waited_for_like_our_own() {
    const ASKS: &str = "#!/bin/sh\nstty -icanon -echo < /dev/tty\n: > \"$HOME/asked\"\nuntil [ -e \"$HOME/go\" ]; do sleep 0.02; done\n\
        stty icanon echo < /dev/tty\nexit 1\n";
    let mut world = World::with_key();
    world.write(".password-store/.gpg-id", "somebody@example.com\n");
    world.write(".password-store/vault/read-only.gpg", "");
    world.write("asks", ASKS);
    std::fs::set_permissions(world.path("asks"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("the file is ours");
    world.set("AWS_VAULT_PASS_CMD", &world.path("asks").display().to_string());
    let line = "\"$0\" exec read-only --backend pass -t 123456 -- true & until [ -e asked ]; do sleep 0.02; done; \
        \"$0\" --debug exec read-only --backend file -- echo \"serv\"ed 2> said & wait";
    let mut terminal = script(&world, line);
    wait_until(|| world.path("said").exists() && world.read("said").contains("another vault asks on this terminal"));
    assert!(!terminal.screen().contains(PROMPT), "{}", terminal.screen());
    world.write("go", "");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("served");
    assert!(terminal.wait().as_it_was);
}

#[test]
fn prompts_of_every_kind_wait_for_each_other() {
    let world = two_users("1h");
    for (other, question) in [
        ("add three", "Access key id: "),
        ("remove two", "[y/N] "),
        ("exec --no-session --expose-long-term-key two -- true", "Type the profile's name to continue: "),
    ] {
        let line = format!("\"$0\" {other} & \"$0\" exec one -- true & wait");
        let terminal = script(&world, &line);
        let first = shown_at_the_end(&terminal, &[question, PROMPT_ONE]);
        assert!(!terminal.screen().contains(if first == PROMPT_ONE { question } else { PROMPT_ONE }), "{}", terminal.screen());
        // An empty line gives up each of them.
        terminal.type_line("");
        shown_at_the_end(&terminal, &[if first == PROMPT_ONE { question } else { PROMPT_ONE }]);
        terminal.type_line("");
        assert!(terminal.wait().as_it_was);
    }
}

/// Waits until one of the prompts is the last text on the screen.
fn shown_at_the_end<'q>(terminal: &Terminal, questions: &[&'q str]) -> &'q str {
    let last = || questions.iter().find(|question| terminal.screen().ends_with(**question)).copied();
    wait_until(|| last().is_some());
    last().expect("it has come")
}

#[test]
fn with_no_wait_a_prompt_fails_at_once_if_another_is_on_the_terminal() {
    let world = locked(two_users("0s"));
    let line = "\"$0\" exec one -- true & until [ -e go ]; do sleep 0.02; done; rm go; \"$0\" exec two --no-wait -- true; echo \"status=$?\"; wait";
    let mut terminal = script(&world, line);
    terminal.expect(PASSPHRASE_PROMPT);
    world.write("go", "\n");
    terminal.expect("vault: the file keystore is locked, and another vault (process ");
    terminal.expect(") is asking on this terminal\r\nhint: answer that prompt first, or leave out `--no-wait`\r\nstatus=1");
    terminal.press_ctrl(b'c');
    assert!(terminal.wait().as_it_was);
}

#[test]
fn after_a_run_is_killed_at_its_prompt_the_next_one_restores_the_terminal_and_prompts() {
    let world = locked(two_users("0s"));
    let line = "\"$0\" exec one -- true & first=$!; until [ -e go ]; do sleep 0.02; done; rm go; \"$0\" exec two -- true & second=$!; wait $first; echo killed; wait $second";
    for late in [false, true] {
        let mut terminal = script(&world, line);
        terminal.expect(PASSPHRASE_PROMPT);
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", terminal.pid())).expect("the shell runs");
        let first = children.split_whitespace().next().expect("it has a child").to_owned();
        let kill = || world.command("/bin/kill".as_ref(), &["-KILL", &first]).run().ok();
        // The other run begins to wait before that, or finds the leftovers.
        if late {
            kill();
            terminal.expect("Killed");
        }
        world.write("go", "\n");
        if !late {
            kill();
        }
        terminal.expect(PASSPHRASE_PROMPT);
        assert!(!terminal.echoes());
        terminal.press_ctrl(b'd');
        let ended = terminal.wait();
        assert!(ended.as_it_was, "{ended:?}");
    }
}

#[test]
fn a_job_stopped_at_its_prompt_delays_no_other_prompt() {
    let world = locked(two_users("0s"));
    let mut shell = shell(&world);
    let line = |name: &str| format!("{} exec {name} -- echo \"serv\"ed-{name}", World::binary().display());
    shell.type_line(&line("one"));
    shell.expect(PASSPHRASE_PROMPT);
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line(&line("two"));
    shell.expect(PASSPHRASE_PROMPT);
    assert!(!shell.echoes());
    shell.press_ctrl(b'd');
    shell.expect(READY);
    shell.type_line("fg");
    shell.expect(PASSPHRASE_PROMPT);
    assert!(!shell.echoes());
    shell.press_ctrl(b'd');
    shell.expect(READY);
    shell.type_line("exit");
    assert!(shell.wait().as_it_was);
}

#[test]
fn a_countdown_does_not_overwrite_another_prompt() {
    let world = two_users("1h");
    world.vault(["exec", "one", "--", "true"]).code_of("one").run().ok();
    // This device's code is spent, so its run waits for the next one; meanwhile the other device is asked for.
    let line = "\"$0\" exec one --fresh -- true & until [ -e go ]; do sleep 0.02; done; rm go; \"$0\" exec two -- true & wait";
    let mut terminal = script(&world, line);
    terminal.expect(" s for the next one");
    world.write("go", "\n");
    terminal.expect("MFA code for arn:aws:iam::123456789012:mfa/two: ");
    // Long enough for the countdown to continue: nothing visible marks the end of this wait.
    std::thread::sleep(std::time::Duration::from_millis(2500));
    let screen = terminal.screen();
    assert!(screen.ends_with("mfa/two: "), "{screen}");
    terminal.press_ctrl(b'c');
    terminal.wait();
}

/// gpg asks nothing for a key without a passphrase, or with one that its agent remembers.
#[test]
fn a_run_whose_gpg_asks_nothing_waits_for_no_question_on_the_terminal() {
    for passphrase in ["", "a passphrase of gpg"] {
        let aws = StandIn::builder().user("one", |user| user.mfa("one")).user("two", |user| user.mfa("two")).start();
        let mut world = World::with(aws, TWO_DEVICES);
        world.set("AWS_VAULT_BACKEND", "pass");
        let store = PasswordStore::init(&world, passphrase);
        for name in ["one", "two"] {
            world.add(name, name);
        }
        let item = world.path(".password-store/vault/two.gpg").display().to_string();
        store.run("gpg", &["--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase, "--decrypt", &item]);
        // The first run stores the key of the session cache.
        world.vault(["exec", "two", "--", "true"]).code_of("two").run().ok();
        crate::support::steps::forget_codes(&world);
        let second = format!("\"$0\" exec two --fresh -t {} -- echo \"serv\"ed-two > second", world.aws.fresh_code("two"));
        let line = format!("\"$0\" exec one -- echo \"serv\"ed-one & until [ -e go ]; do sleep 0.02; done; {second} & wait");
        let mut terminal = script(&world, &line);
        terminal.expect(PROMPT_ONE);
        world.write("go", "");
        wait_until(|| world.path("second").exists() && world.read("second") == "served-two\n");
        assert!(terminal.screen().ends_with(PROMPT_ONE), "{}", terminal.screen());
        terminal.type_line(&world.aws.fresh_code("one"));
        let ended = terminal.wait();
        assert!(ended.as_it_was && ended.screen.contains("served-one"), "{ended:?}");
    }
}

/// gpg encrypts without a passphrase, and reads back what it stored with one that its agent remembers.
#[test]
fn a_key_is_stored_and_removed_in_pass_while_a_question_is_on_the_terminal() {
    for passphrase in ["", "a passphrase of gpg"] {
        let aws = StandIn::builder().user("one", |user| user.mfa("one")).user("two", |user| user.mfa("two")).start();
        let mut world = World::with(aws, TWO_DEVICES);
        world.set("AWS_VAULT_BACKEND", "pass");
        let store = PasswordStore::init(&world, passphrase);
        world.add("one", "one");
        let item = world.path(".password-store/vault/one.gpg").display().to_string();
        store.run("gpg", &["--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase, "--decrypt", &item]);
        world.write("key", "AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n");
        let second = "{ \"$0\" add two --stdin --no-verify < key && \"$0\" add two --stdin --no-verify --force < key \
            && \"$0\" remove two --force && echo both; } > second 2> said";
        let line = format!("\"$0\" exec one -- echo \"serv\"ed-one & until [ -e go ]; do sleep 0.02; done; {second} & wait");
        let mut terminal = script(&world, &line);
        terminal.expect(PROMPT_ONE);
        world.write("go", "");
        wait_until(|| world.path("second").exists() && world.read("second").ends_with("both\n"));
        assert!(terminal.screen().ends_with(PROMPT_ONE), "{}", terminal.screen());
        terminal.type_line(&world.aws.fresh_code("one"));
        let ended = terminal.wait();
        assert!(ended.as_it_was && ended.screen.contains("served-one"), "{ended:?}");
    }
}
