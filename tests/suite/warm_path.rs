//! A run with a cached session does next to nothing: no socket, no thread, no child process, no write, no keystore.

use crate::support::world::{Run, World};

/// System calls that the warm path must not make, as prefixes in a trace.
const FORBIDDEN: [&str; 12] =
    ["socket(", "connect(", "clone(", "clone3(", "fork(", "vfork(", "mkdir(", "mkdirat(", "rename", "unlink", "flock(", "ftruncate("];

/// The binary's system calls from its start to its end, or until it became the command.
fn traced(world: &World, arguments: &[&str]) -> (Vec<String>, Run) {
    let trace = world.path("trace");
    let trace = trace.to_str().expect("the path is text");
    let binary = World::binary();
    let mut words = vec!["-f", "-o", trace, "-s", "0", "--", binary.to_str().expect("the path is text")];
    words.extend(arguments);
    let run = world.command(&crate::support::tools::program("strace"), &words).hands_over().run();
    let text = world.read("trace");
    std::fs::remove_file(trace).expect("the trace can be removed");
    let calls = text.lines().map(|line| line.split_once(' ').map_or(line, |(_, call)| call.trim_start()).to_owned());
    let mut starts = 0;
    let ours = calls.take_while(|call| {
        starts += usize::from(call.starts_with("execve(") && call.ends_with("= 0"));
        starts < 2
    });
    (ours.collect(), run)
}

fn assert_warm(calls: &[String], may_write_to_stdout: bool) {
    assert!(calls.len() > 20, "the trace has the system calls: {calls:?}");
    for call in calls {
        let forbidden = FORBIDDEN.iter().any(|name| call.starts_with(name));
        let opens_to_write = call.starts_with("openat(") && ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| call.contains(flag));
        let writes = call.starts_with("write(") && !(may_write_to_stdout && call.starts_with("write(1,"));
        assert!(!forbidden && !opens_to_write && !writes, "the warm path made this call: {call}");
    }
    let opened: Vec<_> = calls.iter().filter(|call| call.starts_with("openat(") && !call.contains("ENOENT")).collect();
    assert!(!opened.iter().any(|call| call.contains(".age")), "no keystore is opened: {opened:?}");
    assert_eq!(opened.iter().filter(|call| call.contains("/sessions/")).count(), 1, "one session file is opened: {opened:?}");
}

fn warm_world() -> World {
    let world = World::with_key();
    world.vault(["exec", "read-only", "--", "true"]).code_of("some-user").run().ok();
    world.vault(["exec", "opssudo", "--", "true"]).run().ok();
    world
}

#[test]
fn a_cached_exec_touches_nothing_but_its_files() {
    let world = warm_world();
    for profile in ["read-only", "opssudo"] {
        let (calls, run) = traced(&world, &["exec", profile, "--", "true"]);
        assert_eq!(run.status, 0, "{run:?}");
        assert_warm(&calls, false);
    }
}

#[test]
fn a_cached_credential_process_and_export_write_to_stdout_alone() {
    let world = warm_world();
    for arguments in [&["credential-process", "opssudo"][..], &["export", "opssudo"]] {
        let (calls, run) = traced(&world, arguments);
        assert_eq!(run.status, 0, "{run:?}");
        assert_warm(&calls, true);
    }
}

#[test]
fn a_cached_run_needs_no_passphrase() {
    let world = warm_world();
    world.vault(["exec", "opssudo", "--", "true"]).no_env("AWS_VAULT_FILE_PASSPHRASE").run().ok();
}
