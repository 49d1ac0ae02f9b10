//! The prompt for a code: on the controlling terminal, checked before it is sent, repeated if the code is wrong.

use super::*;

#[test]
fn the_prompt_is_on_the_terminal_even_if_stdin_stdout_and_stderr_are_redirected() {
    let world = World::with_key();
    let mut terminal = Terminal::run_behind_pipes(world.vault(["exec", "read-only", "--", "printenv", "AWS_ACCESS_KEY_ID"]));
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert!(ended.stdout.starts_with("ASIA") && ended.stdout.len() == 21, "{ended:?}");
}

#[test]
fn after_a_malformed_code_vault_asks_again_without_a_call() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    for typed in ["12345", "1234567", "12345a", "hello", "１２３４５６"] {
        terminal.expect(PROMPT);
        terminal.type_line(typed);
        terminal.expect("a token code is six digits; press Enter to give up");
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
    terminal.expect(PROMPT);
    // With a blank, as apps show it.
    let code = world.aws.fresh_code("some-user");
    terminal.type_line(&format!(" {} {} ", &code[..3], &code[3..]));
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
}

#[test]
fn after_a_wrong_code_vault_asks_again_with_the_reason() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    terminal.expect(PROMPT);
    terminal.type_line(&wrong_codes(&world, 1)[0]);
    terminal.expect("AWS refused the code");
    terminal.expect(PROMPT);
    terminal.type_line(&world.aws.fresh_code("some-user"));
    assert_eq!(terminal.wait().status, 0);
    assert_eq!((world.aws.calls("GetSessionToken"), world.aws.answered("GetSessionToken")), (2, 1));
}

#[test]
fn a_code_is_asked_for_three_times_at_most() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "echo", "started"]));
    for code in wrong_codes(&world, 3) {
        terminal.expect(PROMPT);
        terminal.type_line(&code);
        terminal.expect("AWS refused the code");
    }
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.screen.matches(PROMPT).count()), (1, 3), "{ended:?}");
    assert!(ended.screen.contains("hint: ") && !ended.screen.contains("started"), "{ended:?}");
    assert_eq!(world.aws.calls("GetSessionToken"), 3);
}

#[test]
fn a_code_that_aws_refused_is_not_sent_again() {
    let world = World::with_key();
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
    let code = &wrong_codes(&world, 1)[0];
    for _ in 0..2 {
        terminal.expect(PROMPT);
        terminal.type_line(code);
        terminal.expect("AWS refused the code");
    }
    terminal.expect(PROMPT);
    assert_eq!(world.aws.calls("GetSessionToken"), 1);
    terminal.press_ctrl(b'c');
    assert_interrupted(&terminal.wait());
}

#[test]
fn a_terminal_without_escape_sequences_gets_none() {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    let mut terminal = Terminal::run(world.vault(["exec", "--fresh", "read-only", "--", "true"]).env("TERM", "dumb"));
    terminal.expect(" s for the next one");
    // Long enough for a countdown to show.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    terminal.press_ctrl(b'c');
    let ended = terminal.wait();
    assert!(!ended.screen.contains('\x1b') && !ended.screen.contains('\r'), "{ended:?}");
}

#[test]
fn ctrl_c_at_the_prompt_ends_everything_with_130() {
    let world = World::with_key();
    for arguments in [&["exec", "opssudo", "--", "echo", "started"][..], &["export", "opssudo"], &["credential-process", "opssudo"]] {
        let mut terminal = Terminal::run(world.command(&World::binary(), arguments));
        terminal.expect(PROMPT);
        terminal.press_ctrl(b'c');
        let ended = terminal.wait();
        assert_interrupted(&ended);
        assert!(!ended.screen.contains("\nstarted"), "{ended:?}");
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn ctrl_d_or_an_empty_line_gives_up() {
    let world = World::with_key();
    for give_up in [|terminal: &Terminal| terminal.press_ctrl(b'd'), |terminal: &Terminal| terminal.type_line("")] {
        let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
        terminal.expect(PROMPT);
        give_up(&terminal);
        let ended = terminal.wait();
        assert_interrupted(&ended);
        assert!(ended.screen.ends_with("vault: cancelled\n"), "{ended:?}");
    }
    assert_eq!(world.aws.calls("GetSessionToken"), 0);
}

#[test]
fn an_mfa_process_may_use_the_terminal_itself() {
    let world = World::with_key();
    let ask = "mfa_process = echo 'Which code?' >&2; read -r code; echo $code\nmfa_serial";
    world.write(".aws/config", world.read(".aws/config").replacen("mfa_serial", ask, 1));
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "echo", "done"]));
    terminal.expect("Which code?");
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("done\r\n");
    assert_eq!(terminal.wait().status, 0);
}
