//! The protocol of `pinentry`: with a fake that logs every line, and with the real one on a terminal.

use super::*;
use crate::support::pty::Terminal;

/// Logs its input and answers with the code in `typed/pinentry`.
pub(super) const NOTES_ALL: &str = "read -r code < \"$HOME/typed/pinentry\"; echo OK pleased; while read -r line; do \
    printf '%s\\n' \"$line\" >> \"$HOME/asked/pinentry\"; \
    case $line in GETPIN) echo \"D $code\"; echo OK;; BYE) echo OK; exit;; 'OPTION lc-ctype='*) echo 'ERR 83886254 unknown option';; *) echo OK;; esac; done";

#[test]
fn the_question_goes_through_the_pipe_and_not_through_arguments() {
    let desk = Desk::new();
    desk.world.write("typed/pinentry", desk.code() + "\n");
    desk.install("pinentry", NOTES_ALL);
    assert_credentials(desk.credentials());
    let asked = desk.asked("pinentry");
    let expected = [
        "[]",
        "OPTION ttytype=xterm",
        "OPTION lc-ctype=C.UTF-8",
        "SETTIMEOUT 0",
        "SETTITLE vault",
        "SETDESC MFA code for arn:aws:iam::123456789012:mfa/some-user",
        "SETPROMPT Code:",
        "GETPIN",
        "BYE",
    ];
    assert_eq!(asked.lines().collect::<Vec<_>>(), expected, "without a terminal, none is named");
}

#[test]
fn a_program_that_keeps_running_after_its_answer_is_not_waited_for() {
    // It ignores the end of its stdin and SIGTERM.
    for end in ["while :; do sleep 1; done", "trap '' TERM; while :; do sleep 1; done"] {
        let desk = Desk::new();
        std::os::unix::fs::symlink(tools::program("sleep"), desk.program("sleep")).expect("links can be made in the home");
        desk.world.write("typed/pinentry", desk.code() + "\n");
        desk.install("pinentry", &NOTES_ALL.replace("BYE) echo OK; exit;;", &format!("BYE) echo OK; {end};;")));
        assert_credentials(desk.credentials());
    }
}

#[test]
fn a_program_that_dies_or_talks_nonsense_counts_as_unavailable() {
    for script in ["exit 2", "echo OK; exit 0", "echo hello", "echo OK; while read -r x; do echo OK; done"] {
        let desk = Desk::new();
        desk.install("pinentry", script);
        let run = desk.credentials();
        // An answer without data is an empty answer: the person left the field empty.
        let expected = if script.ends_with("done") { (130, "vault: cancelled") } else { (1, "`pinentry` does not answer") };
        assert_eq!(run.status, expected.0, "{script}: {run:?}");
        assert!(run.stderr.contains(expected.1), "{script}: {run:?}");
    }
}

#[test]
fn the_real_one_asks_on_the_terminal_of_a_client_that_captures_all_streams() {
    let real = tools::program("pinentry-curses");
    let desk = Desk::new();
    std::os::unix::fs::symlink(&real, desk.program("pinentry")).expect("links can be made in the home");
    let code = desk.code();
    let ask = || Terminal::run_behind_pipes(desk.vault(["credential-process", "--prompt", "pinentry", "read-only"]).no_env("DISPLAY"));
    let mut terminal = ask();
    // It may break lines anywhere.
    terminal.expect("MFA code for");
    terminal.type_line(&code);
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert!(ended.stdout.contains("ASIA"), "{ended:?}");
}

#[test]
fn cancelling_the_real_one_is_not_a_failure_to_ask() {
    let real = tools::program("pinentry-curses");
    let desk = Desk::new();
    std::os::unix::fs::symlink(&real, desk.program("pinentry")).expect("links can be made in the home");
    let asked = desk.vault(["credential-process", "--prompt", "pinentry", "read-only"]).no_env("DISPLAY");
    let mut terminal = Terminal::run_behind_pipes(asked);
    terminal.expect("MFA code for");
    // Tab from the field to `OK`, then to `Cancel`.
    terminal.type_keys("\t\t\r");
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.stderr.as_str()), (130, "vault: cancelled\n"), "{ended:?}");
}

#[test]
fn the_real_one_without_a_terminal_says_that_it_cannot_ask() {
    let real = tools::program("pinentry-curses");
    let desk = Desk::new();
    std::os::unix::fs::symlink(&real, desk.program("pinentry")).expect("links can be made in the home");
    desk.install_window("zenity", &[&desk.code()]);
    // Unless it was chosen by name, the next way is tried.
    assert_credentials(desk.credentials());
    let run = desk.vault(["credential-process", "--fresh", "--prompt", "pinentry", "read-only"]).run().fails(1);
    assert!(run.stderr.contains("`pinentry` cannot ask here"), "{run:?}");
}

#[test]
fn ctrl_c_at_the_real_one_leaves_the_terminal_unchanged() {
    let real = tools::program("pinentry-curses");
    let desk = Desk::new();
    std::os::unix::fs::symlink(&real, desk.program("pinentry")).expect("links can be made in the home");
    let asked = desk.vault(["credential-process", "--prompt", "pinentry", "read-only"]).no_env("DISPLAY");
    let mut terminal = Terminal::run_behind_pipes(asked);
    terminal.expect("MFA code for");
    terminal.press_ctrl(b'c');
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (130, true), "{ended:?}");
}
