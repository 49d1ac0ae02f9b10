//! stdout carries data only, and a run whose data does not arrive there fails.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::support::world::{World, finish};

use super::{shown, signed_in};

#[test]
fn messages_go_to_stderr_alone() {
    let world = World::with_key();
    // The first run prompts, makes calls and prints messages; stdout holds only the command's output.
    let run = world.vault(["exec", "opssudo", "--debug", "--", "echo", "data"]).code_of("some-user").run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "data\n"), "{run:?}");
    assert!(run.stderr.contains("GetSessionToken"), "{run:?}");
    for words in [
        &["clear"][..],
        &["add", "x"],
        &["remove", "x"],
        &["exec", "nowhere", "--", "true"],
        &["export", "nowhere"],
        &["no-such-command"],
        &[],
    ] {
        let run = world.command(&World::binary(), words).run();
        assert_eq!(run.stdout, "", "{words:?}: {run:?}");
        assert_ne!(run.stderr, "", "{words:?}: {run:?}");
    }
}

#[test]
fn requested_help_is_data_and_a_usage_error_is_not() {
    let world = World::new();
    for words in [&["--help"][..], &["exec", "--help"], &["--version"], &["list", "-h"]] {
        let run = world.command(&World::binary(), words).run();
        assert!(run.status == 0 && !run.stdout.is_empty() && run.stderr.is_empty(), "{words:?}: {run:?}");
    }
    for words in [&[][..], &["exec", "--no-such-option"], &["export", "a", "b"]] {
        let run = world.command(&World::binary(), words).run();
        assert!(run.status == 2 && run.stdout.is_empty() && !run.stderr.is_empty(), "{words:?}: {run:?}");
    }
}

/// Commands that print data, each with everything it needs.
const PRINTING: [&[&str]; 13] = [
    &["export", "read-only"],
    &["credential-process", "read-only"],
    &["list"],
    &["list", "--names"],
    &["explain", "read-only"],
    &["completions", "bash"],
    &["man"],
    &["exec", "--help"],
    &["--help"],
    &["--version"],
    &["help", "planning"],
    &["status", "read-only", "--json"],
    &["policy", "force-mfa"],
];

#[test]
fn a_full_disk_at_stdout_is_a_failure() {
    let world = signed_in();
    for words in PRINTING {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
        let mut command = std::process::Command::new(World::binary());
        command.args(words).env_clear().envs(world.variables());
        let output = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).output().expect("the program can be started");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {stderr}");
        assert_eq!(stderr, "vault: cannot write to stdout: no space left on device\n", "{words:?}");
    }
}

/// As for `cat` and `ls`: `vault list | head -n 1` shows no complaint.
#[test]
fn a_run_whose_reader_went_away_ends_silently_by_the_signal_for_that() {
    use std::os::unix::process::ExitStatusExt as _;

    let world = signed_in();
    for words in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = std::process::Command::new(World::binary());
        command.args(words).env_clear().envs(world.variables());
        let child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().expect("the program can be started");
        let (status, _, stderr) = finish(child);
        let pipe = rustix::process::Signal::PIPE.as_raw();
        assert_eq!((status.signal(), stderr.as_str()), (Some(pipe), ""), "{words:?}");
    }
}

/// As services are started, and what Python starts: programs then see a failed write, and report it.
#[test]
fn a_run_that_ignores_that_signal_reports_the_failed_write() {
    const START: &str = "import os, subprocess, sys\nreader, writer = os.pipe()\nos.close(reader)\n\
        sys.exit(subprocess.run(sys.argv[1:], stdout=writer, restore_signals=False).returncode)";
    let world = signed_in();
    let vault = World::binary().display().to_string();
    for words in PRINTING {
        let run = world.command("python3".as_ref(), &[&["-c", START, &vault][..], words].concat()).run();
        assert_eq!((run.status, run.stderr.as_str()), (1, "vault: cannot write to stdout: broken pipe\n"), "{words:?}");
    }
}

#[test]
fn a_run_continues_with_stdout_or_stderr_closed() {
    let world = signed_in();
    let vault = World::binary().display().to_string();
    let run = world.command("sh".as_ref(), &["-c", &format!("'{vault}' exec read-only -- sh -c 'exit 5' >&- 2>&-")]).run();
    assert_eq!(run.status, 5, "{}", shown(&world, &run));
    let run = world.command("sh".as_ref(), &["-c", &format!("'{vault}' exec nowhere -- true 2>&-")]).run();
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "the message is lost, but the status shows the failure");
}
