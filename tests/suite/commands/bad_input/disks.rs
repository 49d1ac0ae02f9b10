//! Read-only homes and full disks: the command still runs, with a warning about the cache.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use insta::assert_snapshot;

use crate::support::world::{Invocation, World};

use super::super::{lock_keystore, shown, signed_in};
use super::{Kept, assert_key};

/// Runs without root's exemption from file modes.
fn by_the_modes<'a>(world: &'a World, arguments: &[&str]) -> Invocation<'a> {
    let binary = World::binary();
    if !rustix::process::geteuid().is_root() {
        return world.command(&binary, arguments);
    }
    let binary = binary.display().to_string();
    let mut words = vec!["--bounding-set=-dac_override,-dac_read_search", &binary];
    words.extend(arguments);
    world.command(Path::new("setpriv"), &words)
}

/// Runs with a file size limit of zero, which looks like a full disk except for the signal that comes with the limit.
fn on_a_full_disk<'a>(world: &'a World, arguments: &[&str]) -> Invocation<'a> {
    let binary = World::binary().display().to_string();
    let mut words = vec!["-c", "ulimit -f 0; exec \"$@\"", "sh", &binary];
    words.extend(arguments);
    world.command(Path::new("sh"), &words)
}

/// Makes every folder of the home read-only until dropped.
struct ReadOnly<'a>(&'a World);

impl<'a> ReadOnly<'a> {
    fn home(world: &'a World) -> Self {
        set_modes(world.home(), 0o555);
        Self(world)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        set_modes(self.0.home(), 0o755);
    }
}

fn set_modes(folder: &Path, mode: u32) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            set_modes(&entry.path(), mode);
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("the mode can be set");
}

#[test]
fn in_a_read_only_home_the_command_runs_with_a_warning_about_the_cache() {
    let world = World::with_key();
    let read_only = ReadOnly::home(&world);
    let run = by_the_modes(&world, &["exec", "opssudo", "--", "echo", "ran"]).code_of("some-user").run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    ran
    stderr:
    vault: warning: the session is not cached, so the next command asks again: cannot create the directory `[home]/.cache/vault/sessions/[..]`: permission denied
    ");
    drop(read_only);
    assert_key(&world, "read-only");
}

#[test]
fn in_a_read_only_home_cached_sessions_work_silently() {
    let world = signed_in();
    let read_only = ReadOnly::home(&world);
    let run = by_the_modes(&world, &["exec", "read-only", "--", "echo", "ran"]).run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "ran\n", ""));
    drop(read_only);
}

#[test]
fn in_a_read_only_home_nothing_is_stored_and_nothing_is_lost() {
    let world = signed_in();
    let kept = Kept::in_(&world);
    let (id, secret) = world.aws.user("some-user").access_key();
    let read_only = ReadOnly::home(&world);
    let add =
        by_the_modes(&world, &["add", "new", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    assert_snapshot!(kept.by(&add.run(), 1), @"
    vault: cannot write the index of stored keys, so no key was changed: cannot write `[home]/.local/share/vault/index.json`: permission denied
    hint: check its permissions and the free space: `ls -ld [home]/.local/share/vault/index.json; df [home]/.local/share/vault/index.json`
    ");
    assert_snapshot!(kept.by(&by_the_modes(&world, &["remove", "-f", "read-only"]).run(), 1), @"
    vault: cannot write the index of stored keys, so no key was changed: cannot write `[home]/.local/share/vault/index.json`: permission denied
    hint: check its permissions and the free space: `ls -ld [home]/.local/share/vault/index.json; df [home]/.local/share/vault/index.json`
    ");
    assert_snapshot!(kept.by(&by_the_modes(&world, &["clear"]).run(), 1), @"
    vault: cannot remove `[home]/.cache/vault/sessions/[..]/[digest]`: permission denied
    hint: check its permissions: `ls -ld [home]/.cache/vault/sessions/[..]/[digest]`
    ");
    drop(read_only);
}

#[test]
fn a_first_run_in_a_read_only_home_fails_before_calling_aws() {
    let world = World::new();
    let (id, secret) = world.aws.user("some-user").access_key();
    let read_only = ReadOnly::home(&world);
    let add =
        by_the_modes(&world, &["add", "new", "--env", "--no-verify"]).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
    let run = add.run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: warning: the index of stored keys could not be written: cannot create the directory `[home]/.local/state/vault/locks`: permission denied
    vault: cannot write the index of stored keys, so no key was changed: cannot create the directory `[home]/.local/state/vault/locks`: permission denied
    hint: check its permissions and the free space: `ls -ld [home]/.local/state/vault/locks; df [home]/.local/state/vault/locks`
    ");
    drop(read_only);
}

#[test]
fn on_a_full_disk_the_command_runs_with_a_warning_about_the_cache() {
    let world = World::with_key();
    let run = on_a_full_disk(&world, &["exec", "opssudo", "--", "echo", "ran"]).code_of("some-user").run();
    assert_snapshot!(shown(&world, &run), @"
    status 0
    stdout:
    ran
    stderr:
    vault: warning: the session is not cached, so the next command asks again: cannot write `[home]/.cache/vault/sessions/[..]/[digest]`: file too large
    ");
    assert_key(&world, "read-only");
    // With room again, everything works as before.
    super::super::sign_in(super::super::forget_codes(&world), "opssudo");
}

#[test]
fn a_file_size_limit_is_reported_and_programs_inherit_their_signal_settings() {
    let world = World::with_key();
    let (file, pipe) = (1 << 24, 1 << 12);
    for (before, expected) in [("", 0), ("trap '' XFSZ; ", file)] {
        let script = format!("{before}exec \"$@\"");
        let binary = World::binary().display().to_string();
        let words = ["-c", &script, "sh", &binary, "exec", "--fresh", "read-only", "--", "grep", "SigIgn", "/proc/self/status"];
        let text = world.command(Path::new("sh"), &words).code_of("some-user").run().ok();
        let mask = u64::from_str_radix(text.trim().rsplit('\t').next().expect("a field"), 16).expect("a number");
        assert_eq!(mask & (file | pipe), expected, "{text}");
    }
    let binary = World::binary().display().to_string();
    let script = "ulimit -f 0; exec \"$@\" > out";
    let run = world.command(Path::new("sh"), &["-c", script, "sh", &binary, "export", "read-only"]).run().fails(1);
    assert!(run.stderr.starts_with("vault: cannot write to stdout: file too large"), "{run:?}");
}

#[test]
fn on_a_full_disk_nothing_is_stored_and_nothing_is_lost() {
    let world = signed_in();
    let kept = Kept::in_(&world);
    let (id, secret) = world.aws.user("some-user").access_key();
    for name in ["new", "read-only"] {
        let words = ["add", name, "--env", "--no-verify", "--force"];
        let add = on_a_full_disk(&world, &words).env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret);
        let stderr = kept.by(&add.run(), 1);
        assert!(stderr.contains("file too large") && stderr.contains("\nhint: "), "{stderr}");
    }
    let run = on_a_full_disk(&world, &["exec", "read-only", "--", "echo", "ran"]).run();
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "ran\n", ""), "cached sessions still work");
}

#[test]
fn a_config_without_read_permission_is_not_taken_for_an_empty_one() {
    let world = World::with_key();
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o000)).expect("the mode can be set");
    let run = by_the_modes(&world, &["exec", "read-only", "--", "true"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: cannot read `[home]/.aws/config`: permission denied
    hint: check its permissions: `ls -ld [home]/.aws/config`
    ");
    let run = by_the_modes(&world, &["list"]).run();
    assert_eq!(run.status, 1, "{run:?}");
    fs::set_permissions(world.path(".aws/config"), fs::Permissions::from_mode(0o600)).expect("the mode can be set");
    lock_keystore(&world);
    fs::set_permissions(world.path(".local/share/vault/keys/read-only.age"), fs::Permissions::from_mode(0o000))
        .expect("the mode can be set");
    let run = by_the_modes(&world, &["exec", "read-only", "-t", "123456", "--", "true"]).run();
    assert_snapshot!(shown(&world, &run), @"
    status 1
    stderr:
    vault: the file keystore is not available: cannot read `[home]/.local/share/vault/keys/read-only.age`: permission denied
    hint: repair that folder, or choose another keystore with `--backend keychain` or `--backend pass`
    ");
    fs::set_permissions(world.path(".local/share/vault/keys/read-only.age"), fs::Permissions::from_mode(0o600))
        .expect("the mode can be set");
}

/// Answers every lock request as a file system without locks does.
const NO_LOCKS: &str = "#include <errno.h>\nint flock(int file, int what) { (void)file; (void)what; errno = ANSWER; return -1; }\n";

#[cfg(target_os = "linux")]
#[test]
fn a_home_without_file_locks_works() {
    for answer in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] {
        let world = World::new();
        world.write("no-locks.c", NO_LOCKS);
        let (source, library) = (world.path("no-locks.c").display().to_string(), world.path("no-locks.so").display().to_string());
        world.command(Path::new("cc"), &["-shared", "-fPIC", &format!("-DANSWER={answer}"), "-o", &library, &source]).run().ok();
        let (id, secret) = world.aws.user("some-user").access_key();
        let without_locks = |arguments: &[&str]| world.command(&World::binary(), arguments).env("LD_PRELOAD", &library);
        // The index of the keys, the config file and the session cache each have a separate lock.
        let add = without_locks(&["add", "read-only", "--env", "--no-verify"]);
        add.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret).run().ok();
        without_locks(&["exec", "opssudo", "--", "true"]).code_of("some-user").run().ok();
        without_locks(&["link", "opssudo"]).run().ok();
        without_locks(&["remove", "-f", "read-only"]).run().ok();
    }
}
