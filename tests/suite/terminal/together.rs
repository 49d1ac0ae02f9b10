//! Several processes that need the same code: one prompt per terminal, the first answer serves all, and a process with a code waits for no
//! prompt.

use super::jobs::{READY, shell};
use super::*;
use crate::support::world::{PASSPHRASE, TWO_PROFILES};

const GIVEN_ELSEWHERE: &str = "another process has what this was asked for, so no answer is needed";

fn exec(world: &World) -> Terminal {
    Terminal::run(world.vault(["exec", "read-only", "--", "echo", "served"]))
}

#[test]
fn a_person_at_another_terminal_is_asked_there_and_the_first_answer_serves_both() {
    let world = World::with_key();
    let mut first = exec(&world);
    first.expect(PROMPT);
    let mut second = exec(&world);
    second.expect(PROMPT);
    second.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(second.wait().status, 0);
    // Nobody has to return to the first terminal.
    first.expect(GIVEN_ELSEWHERE);
    let ended = first.wait();
    assert!(ended.status == 0 && ended.screen.ends_with("served\n"), "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_code_that_is_no_longer_needed_does_not_reach_the_command() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "sh", "-c", "read answer; echo \"got [$answer]\""]));
    terminal.expect(PROMPT);
    terminal.type_keys("123");
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    terminal.expect(GIVEN_ELSEWHERE);
    terminal.type_line("yes");
    let ended = terminal.wait();
    assert!(ended.screen.contains("got [yes]"), "{ended:?}");
}

const PASSPHRASE_PROMPT: &str = "Passphrase of the file keystore: ";

/// A world whose file keystore is locked, and stays unlocked for this long.
#[cfg(target_os = "linux")]
fn locked_for(unlock_ttl: &str) -> World {
    let mut world = World::new();
    world.own_clock();
    world.add("read-only", "some-user");
    world.write(".config/vault/config.toml", format!("file_unlock_ttl = \"{unlock_ttl}\"\n"));
    world.unset("AWS_VAULT_FILE_PASSPHRASE");
    super::super::commands::lock_keystore(&world);
    world
}

#[cfg(target_os = "linux")]
#[test]
fn a_passphrase_is_not_needed_any_more_once_another_process_has_unlocked_the_keystore() {
    let world = locked_for("1h");
    let mut first = exec(&world);
    first.expect(PASSPHRASE_PROMPT);
    first.type_keys("half of it");
    let (id, secret) = world.aws.user("some-user").access_key();
    let add = world.vault(["add", "second", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    add.env("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE).run().ok();
    first.expect(GIVEN_ELSEWHERE);
    // It goes on with what the other unlocked.
    first.expect(PROMPT);
    assert!(first.echoes());
    first.type_line(&world.aws.fresh_code("some-user"));
    let ended = first.wait();
    assert!(ended.status == 0 && ended.as_it_was && ended.screen.ends_with("served\n"), "{ended:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_passphrase_is_not_needed_any_more_once_another_process_has_made_the_session() {
    for fresh in [false, true] {
        // Nothing stays unlocked: only the session is there.
        let world = locked_for("0s");
        let passphrase = |world: &World| {
            let run = crate::support::steps::forget_codes(world).vault(["exec", "--fresh", "read-only", "--", "true"]);
            run.code_of("some-user").env("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE).run().ok();
        };
        if fresh {
            // There is an older session, which is not good enough. Expirations count in seconds.
            passphrase(&world);
            world.later(60);
        }
        let arguments: &[&str] =
            if fresh { &["exec", "--fresh", "read-only", "--", "echo", "served"] } else { &["exec", "read-only", "--", "echo", "served"] };
        let mut first = Terminal::run(world.command(&World::binary(), arguments));
        first.expect(PASSPHRASE_PROMPT);
        passphrase(&world);
        first.expect(GIVEN_ELSEWHERE);
        let ended = first.wait();
        assert!(ended.status == 0 && ended.as_it_was && ended.screen.ends_with("served\n"), "{ended:?}");
        assert_eq!(world.aws.calls("GetSessionToken"), 1 + usize::from(fresh));
    }
}

#[test]
fn after_invalid_utf8_vault_asks_again() {
    let world = World::with_key();
    let mut terminal = exec(&world);
    terminal.expect(PROMPT);
    terminal.type_keys(b"12\xff456\r");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_given_code_waits_for_no_prompt() {
    let world = World::with_key();
    let mut first = exec(&world);
    first.expect(PROMPT);
    world.vault(["exec", "--no-wait", "read-only", "--", "true"]).code_of("some-user").run().ok();
    first.expect(GIVEN_ELSEWHERE);
    assert_eq!(first.wait().status, 0);
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_wrong_given_code_does_not_disturb_the_prompt() {
    let world = World::with_key();
    let mut first = exec(&world);
    first.expect(PROMPT);
    let wrong = wrong_codes(&world, 1).remove(0);
    world.vault(["exec", "--mfa-token", &wrong, "read-only", "--", "true"]).run().fails(1);
    first.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(first.wait().status, 0);
}

#[test]
fn a_run_without_a_terminal_waits_for_a_prompt_elsewhere_unless_no_wait_is_set() {
    let world = World::with_key();
    let mut first = exec(&world);
    first.expect(PROMPT);
    let refused = world.vault(["exec", "--no-wait", "read-only", "--", "true"]).run().fails(1);
    let who = format!(
        "vault: another vault (process {}) is making a session with a code of arn:aws:iam::123456789012:mfa/some-user",
        first.pid()
    );
    let hint = "hint: answer its prompt, leave out `--no-wait`, or give a code here with `--mfa-token 123456`, which does not wait for it";
    assert_eq!(refused.stderr, format!("{who}\n{hint}\n"));
    let waiting = world.vault(["exec", "read-only", "--", "echo", "served too"]).start();
    first.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(first.wait().status, 0);
    let (status, stdout, stderr) = crate::support::world::finish(waiting);
    assert!(status.success() && stdout == "served too\n", "{stderr}");
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn after_a_cancelled_prompt_the_next_process_at_that_terminal_prompts() {
    let world = World::with_key();
    let script = "for each in 1 2; do \"$VAULT\" exec read-only -- echo \"serv\"ed & done; wait";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script]).env("VAULT", &binary));
    terminal.expect(PROMPT);
    terminal.press_ctrl(b'd');
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!((ended.screen.matches("served").count(), ended.screen.matches("cancelled").count()), (1, 1), "{ended:?}");
}

#[test]
fn processes_at_one_terminal_prompt_once_and_write_nothing_into_the_prompt() {
    let world = World::with_key();
    let script = "for each in 1 2 3 4; do \"$VAULT\" exec read-only -- echo \"serv\"ed & done; wait";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script]).env("VAULT", &binary));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!((ended.screen.matches("served").count(), ended.screen.matches(PROMPT).count()), (4, 1), "{ended:?}");
    assert!(!ended.screen.contains("waiting"), "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_job_stopped_at_its_prompt_delays_no_other_and_continues_with_its_session() {
    let world = World::with_key();
    let mut shell = shell(&world);
    let line = |name: &str| format!("{} exec read-only -- echo \"serv\"ed-{name}", World::binary().display());
    shell.type_line(&line("first"));
    shell.expect(PROMPT);
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line(&line("second"));
    shell.expect(PROMPT);
    shell.type_line(&world.aws.fresh_code("some-user"));
    shell.expect("served-second");
    shell.expect(READY);
    shell.type_line("fg");
    shell.expect("served-first");
    shell.expect(READY);
    shell.type_line("exit");
    shell.wait();
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn a_passphrase_prompt_delays_no_run_that_has_the_passphrase() {
    for config in [TWO_PROFILES, "[profile read-only]\nregion = us-east-1\n"] {
        let world = world_that_asks_for_its_passphrase();
        world.write(".aws/config", config);
        let mut first = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
        first.expect("Passphrase of the file keystore: ");
        world.vault(["exec", "read-only", "--", "true"]).env("AWS_VAULT_FILE_PASSPHRASE", PASSPHRASE).code_of("some-user").run().ok();
        // Elsewhere, the key that opens the session is in the keystore too.
        if cfg!(target_os = "linux") {
            first.expect(GIVEN_ELSEWHERE);
            assert_eq!(first.wait().status, 0);
        } else {
            first.press_ctrl(b'c');
            assert_interrupted(&first.wait());
        }
    }
}
