//! Job control and signals: a command under `vault exec` behaves as without `vault`, because it is the same process.

use super::*;

pub const READY: &str = "ready> ";

/// An interactive shell with job control.
pub fn shell(world: &World) -> Terminal {
    let arguments = ["--norc", "--noprofile", "--noediting", "-i"];
    let mut shell = Terminal::run(world.command("/bin/bash".as_ref(), &arguments).env("PS1", READY).env("HISTFILE", ""));
    shell.expect(READY);
    shell
}

/// A world with a cached session, so that there is no prompt.
fn world_with_session() -> World {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world
}

/// A command line that prints `started` when it runs, without containing that word, and then waits.
fn waiting_command() -> String {
    format!("{} exec read-only -- sh -c 'printf \"star%s pid=%s.\\n\" ted $$; exec sleep 600'", World::binary().display())
}

#[test]
fn ctrl_z_and_fg_and_bg_work_on_the_command() {
    let world = world_with_session();
    let mut shell = shell(&world);
    shell.type_line(&waiting_command());
    shell.expect("started pid=");
    let pid = shell.expect(".").parse().expect("a pid is a number");
    for _ in 0..2 {
        shell.expect_foreground(pid);
        shell.press_ctrl(b'z');
        shell.expect("Stopped");
        shell.expect(READY);
        shell.type_line("bg");
        shell.expect(READY);
        shell.type_line("jobs");
        shell.expect("Running");
        shell.expect(READY);
        shell.type_line("fg");
    }
    shell.expect_foreground(pid);
    shell.press_ctrl(b'c');
    shell.expect(READY);
    shell.type_line("echo \"status=$?\"");
    shell.expect("status=130");
    shell.type_line("exit");
    assert!(shell.wait().as_it_was);
}

#[test]
fn ctrl_z_at_the_prompt_returns_the_terminal_and_the_code_works_after_fg() {
    let world = World::with_key();
    let mut shell = shell(&world);
    shell.type_line(&format!("{} exec read-only -- sh -c 'printf \"star%s\\n\" ted'", World::binary().display()));
    shell.expect(PROMPT);
    shell.press_ctrl(b'z');
    shell.expect("Stopped");
    shell.expect(READY);
    shell.type_line("fg");
    shell.expect("ted'");
    shell.type_line(&world.aws.fresh_code("some-user"));
    shell.expect("started");
    shell.type_line("exit");
    shell.wait();
}

#[test]
fn a_question_that_is_shown_is_asked_again_after_a_stop() {
    let world = World::with_key();
    let vault = World::binary().display().to_string();
    for (command, question, answer) in [
        (format!("{vault} add other"), "Access key id: ", "\u{4}"),
        (format!("{vault} remove read-only"), "[y/N] ", "n\r"),
        (format!("{vault} exec read-only -- true"), PROMPT, "\r"),
    ] {
        let mut shell = shell(&world);
        shell.type_line(&command);
        shell.expect(question);
        for _ in 0..2 {
            shell.press_ctrl(b'z');
            shell.expect("Stopped");
            shell.expect(READY);
            shell.type_line("fg");
            shell.expect(question);
        }
        // Nothing that is only said to be in the foreground again asks in the background.
        shell.press_ctrl(b'z');
        shell.expect(READY);
        shell.type_line("bg; echo \"do\"ne");
        let meanwhile = shell.expect("done");
        assert!(!meanwhile.contains(question), "{meanwhile}");
        shell.type_line("fg");
        shell.expect(question);
        shell.type_keys(answer);
        shell.expect(READY);
        shell.type_line("exit");
        assert!(shell.wait().as_it_was, "{command}");
    }
}

#[test]
fn the_command_has_the_pid_that_the_shell_started() {
    let world = world_with_session();
    let mut shell = shell(&world);
    shell.type_line(&format!("{} &", waiting_command()));
    shell.expect("started pid=");
    let pid = shell.expect(".");
    shell.type_line("kill $!; wait $!; echo \"status=$? of $!\"");
    shell.expect(&format!("status=143 of {pid}"));
    shell.type_line("exit");
    shell.wait();
}

#[test]
fn death_by_a_signal_passes_through() {
    let world = world_with_session();
    let mut shell = shell(&world);
    for (signal, status) in [("TERM", 143), ("KILL", 137), ("HUP", 129), ("USR1", 138)] {
        shell.type_line(&format!("{} exec read-only -- sh -c 'kill -{signal} $$'; echo \"status=$?\"", World::binary().display()));
        shell.expect(&format!("status={status}"));
        shell.expect(READY);
    }
    shell.type_line("exit");
    shell.wait();
}

#[test]
fn the_commands_signal_settings_are_the_same_as_without_vault() {
    let world = world_with_session();
    let signals = |prefix: &[&str]| {
        let arguments: Vec<_> = prefix.iter().copied().chain(["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"]).collect();
        world.command(arguments[0].as_ref(), &arguments[1..]).run().ok()
    };
    let binary = World::binary().display().to_string();
    assert_eq!(signals(&[&binary, "exec", "read-only", "--"]), signals(&[]));
}

#[test]
fn a_new_size_of_the_terminal_reaches_the_command() {
    let world = world_with_session();
    let script = "trap 'stty size; exit' WINCH; printf 'star%s\\n' ted; while :; do sleep 0.05; done";
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "sh", "-c", script]));
    terminal.expect("started");
    terminal.resize(31, 99);
    terminal.expect("31 99");
    assert_eq!(terminal.wait().status, 0);
}

#[test]
fn a_hang_up_of_the_terminal_ends_the_command() {
    let world = world_with_session();
    let script = "trap 'echo hung up > gone; exit' HUP; printf 'star%s\\n' ted; while :; do sleep 0.05; done";
    let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "sh", "-c", script]));
    terminal.expect("started");
    terminal.hang_up();
    assert_eq!(world.read("gone"), "hung up\n");
}

#[test]
fn a_command_in_the_background_reads_nothing_that_is_typed() {
    let world = World::with_key();
    let mut shell = shell(&world);
    shell.type_line(&format!("{} exec read-only -- true & wait $!; echo \"status=$?\"", World::binary().display()));
    shell.expect("this process is in the background of its terminal");
    shell.expect("status=1");
    shell.type_line("exit");
    let ended = shell.wait();
    assert!(!ended.screen.contains(PROMPT), "{ended:?}");
}
