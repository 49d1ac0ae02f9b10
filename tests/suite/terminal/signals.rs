//! Signals while a secret is typed: whatever ends or stops `vault`, the terminal echoes again, and the signal has its effect.

use rustix::process::{Pid, Signal, kill_process};

use super::*;

const SECRET_PROMPT: &str = "Secret access key: ";
const PASSPHRASE_PROMPT: &str = "Passphrase of the file keystore: ";

const DEADLY: [Signal; 13] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::ALARM,
    Signal::USR1,
    Signal::USR2,
    Signal::VTALARM,
    Signal::PROF,
    Signal::XCPU,
    Signal::ABORT,
    Signal::SYS,
    Signal::TRAP,
];

/// The first and the last usable real-time signal, and one in between.
const OF_REAL_TIME: [i32; 3] = [35, 50, 64];

/// The numbers of all signals that end a process on this system.
fn deadly() -> Vec<i32> {
    #[cfg(target_os = "linux")]
    let others = [Signal::IO, Signal::POWER, Signal::STKFLT].map(Signal::as_raw).into_iter().chain(OF_REAL_TIME);
    #[cfg(not(target_os = "linux"))]
    let others = [];
    DEADLY.map(Signal::as_raw).into_iter().chain(others).collect()
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("pids are small")).expect("a pid is not zero");
    kill_process(pid, signal).expect("the process is there");
}

/// By number: the library has no names for real-time signals.
fn send_number(pid: u32, signal: i32) {
    let sent = std::process::Command::new("/bin/kill").args([format!("-{signal}"), pid.to_string()]).status();
    assert!(sent.expect("there is a `kill`").success());
}

/// A run at the hidden prompt for a secret key.
fn at_the_secret(world: &World) -> Terminal {
    let mut terminal = Terminal::run(world.vault(["add", "read-only"]));
    terminal.expect("Access key id: ");
    terminal.type_line(&world.aws.user("some-user").access_key().0);
    terminal.expect(SECRET_PROMPT);
    assert!(!terminal.echoes());
    terminal
}

#[test]
fn a_signal_at_the_hidden_secret_ends_vault_and_restores_the_terminal() {
    let world = World::new();
    for signal in deadly() {
        let terminal = at_the_secret(&world);
        terminal.type_keys("half a secret");
        send_number(terminal.pid(), signal);
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (128 + signal, true), "{signal}: {ended:?}");
    }
}

#[test]
fn a_signal_at_the_passphrase_does_the_same() {
    let world = world_that_asks_for_its_passphrase();
    for signal in deadly() {
        let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
        terminal.expect(PASSPHRASE_PROMPT);
        assert!(!terminal.echoes());
        send_number(terminal.pid(), signal);
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (128 + signal, true), "{signal}: {ended:?}");
    }
}

#[test]
fn an_ignored_signal_changes_nothing() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let script = "trap '' HUP USR1; exec \"$VAULT\" add read-only";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", script]).env("VAULT", &binary));
    terminal.expect("Access key id: ");
    terminal.type_line(&id);
    terminal.expect(SECRET_PROMPT);
    send(terminal.pid(), Signal::HUP);
    send(terminal.pid(), Signal::USR1);
    terminal.type_line(&secret);
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
}

#[test]
fn the_file_size_limit_signal_ends_no_prompt() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let limited = "ulimit -f 1000000; exec \"$0\" add read-only";
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", limited, &binary]));
    terminal.expect("Access key id: ");
    terminal.type_line(&id);
    terminal.expect(SECRET_PROMPT);
    send(terminal.pid(), Signal::XFSZ);
    terminal.type_line(&secret);
    terminal.expect("is stored as");
    assert!(terminal.wait().as_it_was);
}

#[test]
fn after_the_prompt_signals_end_vault_as_before() {
    let world = world_that_asks_for_its_passphrase();
    for signal in [Signal::TERM.as_raw(), Signal::USR1.as_raw(), Signal::TRAP.as_raw(), OF_REAL_TIME[1]] {
        let mut terminal = Terminal::run(world.vault(["exec", "read-only", "--", "true"]));
        terminal.expect(PASSPHRASE_PROMPT);
        terminal.type_line(crate::support::world::PASSPHRASE);
        terminal.expect(PROMPT);
        send_number(terminal.pid(), signal);
        let ended = terminal.wait();
        assert_eq!((ended.status, ended.as_it_was), (128 + signal, true), "{signal}: {ended:?}");
    }
}

/// A shell with job control that leaves the terminal as its jobs do: an interactive shell would restore it.
#[test]
fn after_a_stop_from_outside_the_terminal_is_restored_and_the_prompt_returns() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let script =
        "set -m; \"$VAULT\" add read-only; echo \"status=$?\"; stty -a; while [ ! -e go ]; do sleep 0.02; done; fg; echo \"status=$?\"";
    let binary = World::binary().display().to_string();
    let mut shell = Terminal::run(world.command("/bin/bash".as_ref(), &["-c", script]).env("VAULT", &binary));
    shell.expect("Access key id: ");
    shell.type_line(&id);
    shell.expect(SECRET_PROMPT);
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid())).expect("the shell runs");
    send(children.trim().parse().expect("it has one child"), Signal::TSTP);
    // SIGSTOP, which cannot be handled.
    shell.expect("status=147");
    shell.expect(" echo ");
    world.write("go", "");
    shell.expect(SECRET_PROMPT);
    assert!(!shell.echoes());
    shell.type_line(&secret);
    shell.expect("status=0");
    assert!(shell.wait().as_it_was);
}

#[test]
fn without_a_shell_to_continue_it_vault_does_not_stop() {
    let world = World::new();
    let (_, secret) = world.aws.user("some-user").access_key();
    // It leads its session: no shell could continue it.
    let mut terminal = at_the_secret(&world);
    send(terminal.pid(), Signal::TSTP);
    terminal.expect(SECRET_PROMPT);
    terminal.type_line(&secret);
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (0, true), "{ended:?}");
}

#[test]
fn a_time_limit_in_the_foreground_restores_the_terminal() {
    let world = World::new();
    let (id, _) = world.aws.user("some-user").access_key();
    let binary = World::binary().display().to_string();
    let mut terminal = Terminal::run(world.command("/usr/bin/timeout".as_ref(), &["--foreground", "3", &binary, "add", "read-only"]));
    terminal.expect("Access key id: ");
    terminal.type_line(&id);
    terminal.expect(SECRET_PROMPT);
    let ended = terminal.wait();
    assert_eq!((ended.status, ended.as_it_was), (124, true), "{ended:?}");
}

/// Groups and sessions from outside a container have the number 0 inside it.
#[test]
#[ignore = "needs a system that lets users create containers: tests/run runs it if it can, and otherwise lists it as left out"]
fn in_a_container_whose_terminal_is_outside_everything_works_as_elsewhere() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let script = "\"$VAULT\" add read-only; echo \"added=$?\"; \
                  \"$VAULT\" exec --server read-only -- sh -c 'kill -TSTP $PPID; kill -WINCH $PPID; exit 7'; echo \"status=$?\"";
    let unshare = ["--user", "--map-root-user", "--pid", "--fork", "/bin/sh", "-c", script];
    let binary = World::binary().display().to_string();
    let mut shell = Terminal::run(world.command("/usr/bin/unshare".as_ref(), &unshare).env("VAULT", &binary));
    shell.expect("Access key id: ");
    shell.type_line(&id);
    shell.expect(SECRET_PROMPT);
    assert!(!shell.echoes());
    shell.type_line(&secret);
    shell.expect("added=0");
    shell.expect("MFA code for ");
    shell.type_line(&world.aws.code("some-user"));
    shell.expect("status=7");
    assert!(shell.wait().as_it_was);
}

/// Profiles whose codes come from the device, and from a program that asks on the terminal.
const ASKING: &str = "\
[profile read-only]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user

[profile process]
region = us-east-1
mfa_serial = arn:aws:iam::123456789012:mfa/some-user
mfa_process = printf 'Which code? ' > /dev/tty; read -r code < /dev/tty; echo \"$code\"
";

/// The questions whose answers are shown, with the command lines that ask them.
const SHOWN: [(&str, &str); 4] = [
    ("add other", "Access key id: "),
    ("remove read-only", "[y/N] "),
    ("exec read-only -- true", PROMPT),
    ("exec process -- true", "Which code? "),
];

/// The shell would run it, and keep it in its history.
#[test]
fn a_signal_at_a_question_leaves_nothing_half_typed_for_the_shell() {
    let world = World::with(crate::support::world::usual_aws(), ASKING);
    world.add("read-only", "some-user");
    world.add("process", "some-user");
    let binary = World::binary().display().to_string();
    for (command, question) in SHOWN {
        for (signal, status) in [("TERM", 143), ("HUP", 129), ("QUIT", 131), ("USR1", 138)] {
            let script = format!("\"$0\" {command}; echo \"ended $?\"; read -r line; echo \"next <$line>\"");
            let mut shell = Terminal::run(world.command("/bin/sh".as_ref(), &["-c", &script, &binary]));
            shell.expect(question);
            shell.type_keys("half");
            shell.expect("half");
            let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid())).expect("the shell runs");
            assert_eq!(world.command("/bin/kill".as_ref(), &["-s", signal, children.trim()]).run().status, 0, "{children}");
            shell.expect(&format!("ended {status}"));
            shell.type_line("a line");
            shell.expect("next <a line>");
            assert!(shell.wait().as_it_was, "{command}: {signal}");
        }
    }
}

/// The same for a stop from outside; the question then returns without what was typed.
#[test]
fn a_stop_at_a_question_leaves_nothing_half_typed_for_the_shell() {
    let world = World::with(crate::support::world::usual_aws(), ASKING);
    world.add("read-only", "some-user");
    let binary = World::binary().display().to_string();
    for (command, question) in &SHOWN[..3] {
        let script = format!("set -m; \"$0\" {command}; echo \"status=$?\"; read -r line; echo \"next <$line>\"; fg; echo \"status=$?\"");
        let mut shell = Terminal::run(world.command("/bin/bash".as_ref(), &["-c", &script, &binary]));
        shell.expect(question);
        shell.type_keys("half");
        shell.expect("half");
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid())).expect("the shell runs");
        send(children.trim().parse().expect("it has one child"), Signal::TSTP);
        // The number of the signal that stopped it: SIGTSTP, or SIGSTOP after it.
        shell.expect("status=14");
        shell.type_line("a line");
        shell.expect("next <a line>");
        shell.expect(question);
        // The end of input gives up.
        shell.press_ctrl(b'd');
        shell.expect("status=");
        assert!(shell.wait().as_it_was, "{command}");
    }
}
