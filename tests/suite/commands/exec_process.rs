//! `exec` replaces itself with the command: same process, same streams, the command's own exit status.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use crate::support::world::{World, finish, status_of};

use super::{shown, signed_in};

#[test]
fn the_command_is_the_same_process() {
    let world = signed_in();
    let child = world.vault(["exec", "read-only", "--", "sh", "-c", "echo $$"]).start();
    let started = child.id().to_string();
    let (_, stdout, _) = finish(child);
    assert_eq!(stdout.trim(), started);
}

#[test]
fn statuses_pass_through() {
    let world = signed_in();
    for status in [0, 1, 2, 42, 126, 127, 130, 255] {
        let run = world.vault(["exec", "read-only", "--", "sh", "-c", &format!("exit {status}")]).run();
        assert_eq!((run.status, run.stderr.as_str()), (status, ""));
    }
}

#[test]
fn death_by_a_signal_passes_through() {
    let world = signed_in();
    for (signal, expected) in [("TERM", 143), ("KILL", 137), ("INT", 130), ("SEGV", 139)] {
        let child = world.vault(["exec", "read-only", "--", "sh", "-c", &format!("kill -{signal} $$")]).start();
        let (status, _, stderr) = finish(child);
        assert_eq!((status.code(), status_of(status)), (None, expected), "{signal}: {stderr}");
    }
}

#[test]
fn signals_reach_the_command() {
    let world = signed_in();
    let script = "trap 'echo got it; exit 7' TERM; echo ready; while :; do sleep 0.02; done";
    let mut child = world.vault(["exec", "read-only", "--", "sh", "-c", script]).start();
    // The line shows that the trap is set.
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().expect("stdout is a pipe"), &mut ready).expect("the command says when it is ready");
    assert_eq!(&ready, b"ready\n");
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).expect("the child is there");
    let (status, stdout, _) = finish(child);
    assert_eq!((status.code(), stdout.as_str()), (Some(7), "got it\n"));
}

#[test]
fn stdin_stdout_and_stderr_are_the_commands_own() {
    let world = signed_in();
    let run = world.vault(["exec", "read-only", "--", "sh", "-c", "cat; echo err >&2"]).stdin("in\n").run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "in\n", "err\n"));
}

#[test]
fn arguments_reach_the_command_as_they_are() {
    let world = signed_in();
    let words = ["a b", "", "--duration", "-t", "$HOME", "'\"\\", "*", "--"];
    let mut command = world.vault(["exec", "read-only", "--", "printf", "<%s>"]);
    for word in words {
        command = command.arg(word);
    }
    assert_eq!(command.run().ok(), words.map(|word| format!("<{word}>")).concat());
}

#[test]
fn the_command_may_dump_its_memory_again() {
    let world = signed_in();
    // An undumpable process's files in `/proc` belong to root, which shows unless the test runs as root. The limit always shows.
    let limit = world.vault(["exec", "read-only", "--", "sh", "-c", "ulimit -Hc"]).run().ok();
    let bare = world.command("sh".as_ref(), &["-c", "ulimit -Hc"]).run().ok();
    assert_eq!(limit, bare, "the hard limit on core files is unchanged");
}

#[test]
fn a_command_that_does_not_exist_is_127() {
    let world = signed_in();
    let run = world.vault(["exec", "read-only", "--", "no-such-command", "x"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 127
    stderr:
    vault: command `no-such-command` is not found
    hint: check the spelling and the folders in `PATH`
    ");
    let run = world.vault(["exec", "read-only", "--", "./no/such/file"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 127
    stderr:
    vault: command `./no/such/file` is not found
    hint: check the path and the current folder
    ");
}

#[test]
fn a_command_that_cannot_be_executed_is_126() {
    let world = signed_in();
    world.write("script", "#!/bin/sh\necho ran\n");
    let run = world.vault(["exec", "read-only", "--", "./script"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 126
    stderr:
    vault: command `./script` is not executable
    hint: make it executable with `chmod +x ./script`
    ");
    let run = world.vault(["exec", "read-only", "--", "/"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 126
    stderr:
    vault: command `/` is a directory
    hint: name a program in it
    ");
    fs::set_permissions(world.path("script"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    assert_eq!(world.vault(["exec", "read-only", "--", "./script"]).run().ok(), "ran\n");
    world.write("script", "echo ran without a first line of its own\n");
    assert_eq!(world.vault(["exec", "read-only", "--", "./script"]).run().ok(), "ran without a first line of its own\n");
    // The script exists, but the interpreter in its first line does not.
    world.write("script", "#!/no/such/interpreter\n");
    let run = world.vault(["exec", "read-only", "--", "./script"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 127
    stderr:
    vault: command `./script` exists, but the interpreter on its first line does not
    hint: correct the line: `head -n 1 ./script`
    ");
}

#[test]
fn without_a_command_the_users_shell_is_started() {
    let world = signed_in();
    world.write("my-shell", "#!/bin/sh\necho \"my shell as $AWS_VAULT\" \"$@\"\n");
    fs::set_permissions(world.path("my-shell"), fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    let shell = world.path("my-shell").display().to_string();
    let run = world.vault(["exec", "read-only"]).env("SHELL", &shell).run();
    assert!(run.stderr.contains("valid for 7h59m") || run.stderr.contains("valid for 8h"), "{}", run.stderr);
    let text = shown(&world, &run).replace("valid for 8h", "valid for 7h59m");
    assert_snapshot!(text, @"
    status 0
    stdout:
    my shell as read-only
    stderr:
    vault: a shell with the credentials of `read-only`, valid for 7h59m; leave it with `exit`
    ");
    let run = world.vault(["exec", "read-only"]).stdin("echo \"plain $AWS_VAULT\"\n").run();
    assert_eq!((run.status, run.stdout.as_str()), (0, "plain read-only\n"), "no `SHELL`: /bin/sh");
}

#[test]
fn stdin_is_for_the_command_and_not_for_the_profiles_helpers() {
    let world = World::with_key();
    let greedy = format!("mfa_process = cat > /dev/null; echo {}\nmfa_serial", world.aws.fresh_code("some-user"));
    let config = world.read(".aws/config").replacen("mfa_serial", &greedy, 1);
    let session = r#"{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"some","SessionToken":"some"}"#;
    world.write(".aws/config", format!("{config}\n[profile foreign]\ncredential_process = cat > /dev/null; echo '{session}'\n"));
    for profile in ["opssudo", "foreign"] {
        assert_eq!(world.vault(["exec", profile, "--", "cat"]).stdin("the data\n").run().ok(), "the data\n", "{profile}");
    }
}
