//! The endpoint's token in a file, for clients that do not read the variable.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;

/// The token files in the folder.
fn in_folder(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(world.path(".local/state/vault")).expect("the folder can be listed");
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("endpoint-token-"))).collect()
}

#[test]
fn the_file_is_private_and_is_gone_afterwards() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    let files = in_folder(&world);
    let [file] = &files[..] else { panic!("there is one: {files:?}") };
    assert_eq!(std::fs::read_to_string(file).expect("it can be read"), job.token, "no line feed");
    assert_eq!(std::fs::metadata(file).expect("it is there").permissions().mode() & 0o777, 0o600);
    job.end_well();
    assert!(in_folder(&world).is_empty());
}

#[test]
fn the_file_is_gone_however_the_command_ends() {
    let world = signed_in();
    for end in ["true", "false", "kill -TERM $$", "kill -KILL $$"] {
        world.vault(["exec", "--server", "read-only", "--", "sh", "-c", end]).run();
        assert!(in_folder(&world).is_empty(), "{end}");
    }
    world.vault(["exec", "--server", "read-only", "--", "no-such-command"]).run().fails(127);
    assert!(in_folder(&world).is_empty());
}

#[test]
fn the_next_run_deletes_a_killed_runs_file_and_keeps_one_in_use() {
    let world = signed_in();
    let mut killed = Job::start(&world, "read-only");
    let pid = killed.pid();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid.cast_signed()).expect("no pid is zero"),
        rustix::process::Signal::KILL,
    )
    .expect("it is there");
    let _ = killed.child.take().map(|mut vault| vault.wait());
    let left = in_folder(&world);
    assert_eq!(left.len(), 1);
    let job = Job::start(&world, "read-only");
    let other = Job::start(&world, "read-only");
    let files = in_folder(&world);
    assert_eq!((files.len(), files.contains(&left[0])), (2, false), "{files:?}");
    other.end_well();
    job.end_well();
    File::create(world.path(&killed.held)).and_then(|mut held| held.write_all(b"now\n")).expect("the command waits");
}

#[test]
fn the_file_outlives_the_login_and_is_restored_if_something_removes_it() {
    let world = signed_in();
    let job = Job::start(&world, "read-only");
    // systemd does this at the last logout.
    std::fs::remove_dir_all(world.path("run")).expect("it is there");
    let files = in_folder(&world);
    let [file] = &files[..] else { panic!("there is one: {files:?}") };
    std::fs::remove_file(file).expect("it is there");
    let is_back = || std::fs::read_to_string(file).is_ok_and(|found| found == job.token);
    let back = (0..600).any(|_| {
        is_back() || {
            std::thread::sleep(Duration::from_millis(100));
            false
        }
    });
    assert!(back);
    job.end_well();
    assert!(in_folder(&world).is_empty());
}

#[test]
fn if_the_file_cannot_be_written_the_token_is_in_the_variable_alone() {
    let world = signed_in();
    std::fs::create_dir(world.path("tmp")).expect("a folder can be made");
    let temporary = world.path("tmp").display().to_string();
    world.write("file", "");
    for state in ["/proc/self", &world.path("file").display().to_string()] {
        let script = "echo \"${AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE-none} ${#AWS_CONTAINER_AUTHORIZATION_TOKEN}\"; ls -A \"$TMPDIR\"";
        let run = world.vault(["exec", "--server", "read-only", "--", "sh", "-c", script]);
        let run = run.env("XDG_STATE_HOME", state).env("TMPDIR", &temporary).run();
        assert_eq!((run.status, run.stdout.as_str()), (0, "none 64\n"), "{run:?}: not even while it runs");
    }
}
