//! Without a profile on the command line, a user at a terminal chooses one from a list, by typing.

use rustix::process::{Pid, Signal, kill_process};

use crate::support::pty::Terminal;
use crate::support::shown::Shown;
use crate::support::world::{Invocation, World, usual_aws};

use super::jobs::{READY, shell};
use super::*;

const LIST: &str = "Profile: ";

const MANY: &str = "\
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile opssudo]
source_profile = read-only
role_arn = arn:aws:iam::123456789012:role/OpsSudo

[profile process]
credential_process = /bin/creds

[profile no-key]
region = us-east-1

[profile lost]
role_arn = arn:aws:iam::123456789012:role/R
source_profile = nowhere
";

/// A world where `read-only` and `opssudo` have their sessions.
fn signed_in() -> World {
    let world = World::with(usual_aws(), MANY);
    world.add("read-only", "some-user");
    world.vault(["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
    world.vault(["exec", "read-only", "--", "true"]).run().ok();
    world.aws.forget_requests();
    world
}

#[track_caller]
fn at_the_list(invocation: Invocation<'_>) -> Terminal {
    let mut terminal = Terminal::run(invocation);
    terminal.expect(LIST);
    terminal.expect("> ");
    assert!(!terminal.echoes());
    terminal
}

const SAY_PROFILE: [&str; 5] = ["exec", "--", "sh", "-c", "echo \"<$AWS_VAULT>\""];

/// The lines of the list, as shown on the screen.
fn lines(terminal: &Terminal) -> Vec<String> {
    // The last output moves the cursor back to the question.
    let text = Shown::after(&terminal.written(), 24, 80).text();
    let mut lines: Vec<_> = text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect();
    // The text begins with the scrollback, and ends with the screen.
    let question = lines.iter().rposition(|line| line.starts_with(LIST.trim_end())).expect("the question is shown");
    lines.split_off(question)
}

#[test]
fn a_part_of_the_name_chooses_the_profile_that_the_command_gets() {
    let world = signed_in();
    for (keys, profile) in [("ops\r", "opssudo"), ("\r", "opssudo"), ("\x1b[B\r", "read-only"), ("OPSS\x7f\x7f\x7f\x7fread\r", "read-only")]
    {
        let mut terminal = at_the_list(world.vault(SAY_PROFILE));
        terminal.type_keys(keys);
        terminal.expect(&format!("{LIST}{profile}\r\n"));
        terminal.expect(&format!("<{profile}>"));
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (0, true), "{keys:?}: {ended:?}");
        // So that the next round begins with the same order.
        std::fs::remove_file(world.path(".local/share/vault/profile-uses")).expect("the use was counted");
        world.write(".local/share/vault/profile-uses", "1 opssudo\n");
    }
    assert_eq!(world.aws.requests(), []);
}

#[test]
fn account_and_role_are_shown_and_what_cannot_be_used_is_not() {
    let world = signed_in();
    world.write(".local/share/vault/profile-uses", "");
    let mut terminal = at_the_list(world.vault(["exec", "--", "true"]));
    terminal.expect("process");
    // The cursor goes back to the question after the last line.
    terminal.expect("\x1b[3A");
    assert_eq!(lines(&terminal), ["Profile:", "> read-only  123456789012", "  opssudo    123456789012  OpsSudo", "  process"]);
    terminal.type_keys("123 sudo");
    terminal.expect("Profile: 123 sudo\r");
    terminal.expect("> opssudo");
    terminal.type_keys("x");
    terminal.expect("no profile matches");
    terminal.type_keys("\x15\x1b");
    let ended = terminal.wait();
    assert_eq!(ended.status, 130, "{ended:?}");
    let left = Shown::after(ended.screen.as_bytes(), 24, 80).text();
    assert!(!left.contains("opssudo") && left.contains("vault: cancelled"), "nothing of the list is left: {left}");
}

#[test]
fn the_credentials_go_where_stdout_leads_and_the_list_does_not() {
    let world = signed_in();
    let mut terminal = Terminal::run_into_a_pipe(world.vault(["export", "--format", "json"]));
    terminal.expect(LIST);
    terminal.type_line("ops");
    let ended = terminal.wait();
    assert!(ended.status == 0 && ended.as_it_was, "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).expect("stdout is JSON alone");
    assert!(json["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")));
}

#[test]
fn login_offers_the_list_too() {
    let world = signed_in();
    let mut terminal = Terminal::run_into_a_pipe(world.vault(["login", "--stdout"]));
    terminal.expect(LIST);
    terminal.type_line("read");
    let ended = terminal.wait();
    assert!(ended.status == 0 && ended.stdout.contains("https://123456789012.signin.aws.amazon.com/"), "{ended:?}");
}

#[test]
fn exec_alone_starts_a_shell_with_the_chosen_profile() {
    let world = signed_in();
    let mut terminal = at_the_list(world.vault(["exec"]).env("SHELL", "/bin/sh").env("PS1", "in> "));
    terminal.type_line("opssudo");
    terminal.expect("vault: a shell with the credentials of `opssudo`");
    terminal.expect("in> ");
    terminal.type_line("exit 7");
    assert_eq!(terminal.wait().status, 7);
}

#[test]
fn escape_ctrl_d_and_ctrl_c_give_up() {
    let world = signed_in();
    for keys in ["\x1b", "\x04", "\x03", "abc\x03", "ops\x1b"] {
        for command in [&["exec", "--", "true"][..], &["export"], &["login", "--stdout"]] {
            let terminal = at_the_list(world.command(&World::binary(), command));
            terminal.type_keys(keys);
            assert_interrupted(&terminal.wait());
        }
    }
}

#[test]
fn a_signal_at_the_list_ends_vault_and_leaves_the_terminal_as_it_was() {
    let world = signed_in();
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::USR1, Signal::ALARM] {
        let terminal = at_the_list(world.vault(["exec", "--", "true"]));
        terminal.type_keys("half a name");
        let pid = Pid::from_raw(i32::try_from(terminal.pid()).expect("pids are small")).expect("a pid is not zero");
        kill_process(pid, signal).expect("the process is there");
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (128 + signal.as_raw(), true), "{signal:?}: {ended:?}");
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_the_list_is_there_again_after_it() {
    let world = signed_in();
    let mut shell = shell(&world);
    shell.type_line(&format!("{} exec -- sh -c 'printf \"star%s <$AWS_VAULT>\\n\" ted'", World::binary().display()));
    shell.expect("\x1b[J");
    shell.type_keys("read");
    shell.expect("Profile: read\r");
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line("echo \"typed is $((40 + 2))\"");
    shell.expect("typed is 42");
    shell.expect(READY);
    shell.type_line("fg");
    shell.expect("Profile: read\r");
    shell.type_keys("\r");
    shell.expect("started <");
    shell.expect(READY);
    shell.type_line("exit");
    assert!(shell.wait().as_it_was);
}

#[test]
fn what_is_typed_after_the_choice_is_the_next_programs() {
    let world = signed_in();
    let mut terminal = at_the_list(world.vault(["exec", "--", "sh", "-c", "read line; echo \"<$line>\""]));
    terminal.type_keys("ops\rfor the command\r");
    terminal.expect("<for the command>");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn the_code_is_asked_for_after_the_choice() {
    let world = World::with_key();
    let mut terminal = at_the_list(world.vault(SAY_PROFILE));
    terminal.type_line("ops");
    terminal.expect(PROMPT);
    assert!(terminal.echoes());
    terminal.type_line(&world.aws.fresh_code("some-user"));
    terminal.expect("<opssudo>");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_terminal_that_cannot_draw_gets_a_list_with_numbers() {
    let world = signed_in();
    world.write(".local/share/vault/profile-uses", "");
    for answer in ["2", "opssudo"] {
        let mut terminal = Terminal::run(world.vault(SAY_PROFILE).env("TERM", "dumb"));
        terminal.expect("  1  read-only\r\n");
        terminal.expect("Which one? [1-3, Enter: 1] ");
        terminal.type_line(answer);
        terminal.expect("<opssudo>");
        let ended = terminal.wait();
        assert!(ended.status == 0 && !ended.screen.contains('\x1b'), "{ended:?}");
        world.write(".local/share/vault/profile-uses", "");
    }
}

#[test]
fn the_most_used_come_first_and_a_cached_run_counts_nothing() {
    const COUNTS: &str = ".local/share/vault/profile-uses";
    let world = World::with(usual_aws(), MANY);
    world.add("read-only", "some-user");
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    assert_eq!(world.read(COUNTS), "1 read-only\n");
    for _ in 0..3 {
        world.vault(["exec", "read-only", "--", "true"]).run().ok();
    }
    assert_eq!(world.read(COUNTS), "1 read-only\n");
    for duration in ["20m", "30m"] {
        world.vault(["exec", "opssudo", "--duration", duration, "--", "true"]).run().ok();
    }
    assert_eq!(world.read(COUNTS), "2 opssudo\n1 read-only\n");
    let mut terminal = at_the_list(world.vault(SAY_PROFILE));
    terminal.expect("opssudo");
    terminal.type_keys("\r");
    terminal.expect("<opssudo>");
    assert_eq!(terminal.wait().status, 0);
    assert_eq!(world.read(COUNTS), "3 opssudo\n1 read-only\n");
}

#[test]
fn a_count_that_cannot_be_written_is_in_nobodys_way() {
    let world = World::with_key();
    std::fs::create_dir_all(world.path(".local/share/vault/profile-uses")).expect("a folder can be made");
    let run = world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn nobody_is_offered_a_list_who_is_not_at_a_terminal_or_named_a_profile() {
    const UNNAMED: &str = "vault: no profile is named\n";
    let world = signed_in();
    for command in [&["exec", "--", "true"][..], &["exec"], &["export"], &["login", "--stdout"]] {
        // On the terminal, but with stdin and output redirected, as in a script or a pipeline.
        let ended = Terminal::run_behind_pipes(world.command(&World::binary(), command)).wait();
        assert!(ended.status == 2 && ended.stderr.starts_with(UNNAMED) && ended.screen.is_empty(), "{command:?}: {ended:?}");
        let run = world.command(&World::binary(), command).run().fails(2);
        assert!(run.stderr.starts_with(UNNAMED), "{run:?}");
    }
    // Where nothing can be offered, the list would be empty.
    let empty = World::with(usual_aws(), "");
    let ended = Terminal::run(empty.vault(["exec", "--", "true"])).wait();
    assert!(ended.status == 2 && ended.screen.starts_with(UNNAMED), "{ended:?}");
    let ended = Terminal::run(world.vault(SAY_PROFILE).env("AWS_PROFILE", "opssudo")).wait();
    assert!(ended.status == 0 && !ended.screen.contains(LIST) && ended.screen.contains("<opssudo>"), "{ended:?}");
}
