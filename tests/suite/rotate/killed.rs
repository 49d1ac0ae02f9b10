//! A rotation killed at every system call that writes, renames, syncs or sends: the stored key works, and another run completes.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{assert_usable, ids, stored};
use crate::support::password_store::PasswordStore;
use crate::support::pty::Terminal;
use crate::support::secret_service::SecretService;
use crate::support::steps::{forget_codes, sign_in};
use crate::support::tools::program;
use crate::support::world::{Run, World};

/// System calls that change something outside the process. strace counts each separately.
const CALLS: [&str; 19] = [
    "write",
    "writev",
    "pwrite64",
    "sendto",
    "sendmsg",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "fsync",
    "fdatasync",
    "ftruncate",
    "link",
    "linkat",
    "symlink",
    "fchmod",
];
/// How many rounds run at once.
const AT_ONCE: usize = 2;

/// Runs a rotation that is killed as it makes this call for the n-th time, in any of its threads.
fn killed_at(world: &World, every_thread: bool, call: &str, n: usize) -> Run {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=SIGKILL:when={n}"));
    let binary = World::binary();
    // Its child processes are not killed.
    let follow = if every_thread { "-f" } else { "-qq" };
    let options = [follow, "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject, binary.to_str().expect("the path is text")];
    world.command(&program("strace"), &[&options[..], &["rotate", "read-only", "--grace", "0s"]].concat()).run()
}

/// One more run, with a person who agrees to delete a half-made key, completes the rotation.
#[track_caller]
fn complete(world: &World, point: &str) {
    assert_usable(world, "read-only", "some-user");
    let mut again = world.vault(["rotate", "read-only", "--grace", "0s"]).run();
    if again.status != 0 {
        let half_made = ids(&world.aws, "some-user").pop().expect("there are keys");
        assert!(again.stderr.contains(&half_made) && again.stderr.contains("secret is lost"), "{point}: {again:?}");
        let mut terminal = Terminal::run(world.vault(["rotate", "read-only", "--grace", "0s"]));
        terminal.expect("Delete that key and continue? [y/N] ");
        terminal.type_line("y");
        let ended = terminal.wait();
        assert_eq!(ended.status, 0, "{point}: {ended:?}");
        again = world.vault(["rotate", "read-only", "--finish"]).run();
    }
    assert_eq!(again.status, 0, "{point}: {again:?}");
    assert_eq!(ids(&world.aws, "some-user"), [stored(world, "read-only")], "{point}");
    assert_usable(world, "read-only", "some-user");
    // The config is unchanged.
    assert!(world.vault(["explain", "opssudo"]).run().ok().contains("OpsSudo"), "{point}");
}

/// Kills at one point after the other, until a run has no further such call. Returns the number of points.
fn at_every_point(kept: &(dyn Fn() -> Kept + Sync), every_thread: bool) -> usize {
    let (next, points) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut kept_now = kept();
                while let Some(call) = CALLS.get(next.fetch_add(1, Ordering::SeqCst)) {
                    for n in 1.. {
                        let world = &kept_now.world;
                        let run = killed_at(world, every_thread, call, n);
                        let point = format!("{call} {n}");
                        complete_or_done(world, &run, &point);
                        if run.status == 0 {
                            break;
                        }
                        if points.fetch_add(1, Ordering::SeqCst) % 10 == 9 {
                            kept_now = kept();
                        }
                    }
                }
            });
        }
    });
    points.load(Ordering::SeqCst)
}

#[track_caller]
fn complete_or_done(world: &World, run: &Run, point: &str) {
    if run.status == 0 {
        return assert_usable(world, "read-only", "some-user");
    }
    assert_eq!(run.status, 137, "{point}: {run:?}");
    complete(world, point);
}

/// A world, and the services that must outlive its commands.
struct Kept {
    world: World,
    _store: Option<PasswordStore>,
    _service: Option<SecretService>,
}

impl Kept {
    fn new(world: World, store: Option<PasswordStore>, service: Option<SecretService>) -> Self {
        world.add("read-only", "some-user");
        sign_in(&world, "read-only");
        forget_codes(&world);
        Self { world, _store: store, _service: service }
    }
}

#[test]
fn a_key_in_a_file_survives_a_kill_at_every_call() {
    let points = at_every_point(&|| Kept::new(World::new(), None, None), false);
    assert!(points > 50, "the calls are counted: {points}");
    println!("killed at {points} points with the file keystore");
}

#[test]
fn a_key_in_pass_survives_a_kill_at_every_call() {
    let kept = || {
        let mut world = World::new();
        world.set("AWS_VAULT_BACKEND", "pass");
        let store = PasswordStore::init(&world, "");
        Kept::new(world, Some(store), None)
    };
    let points = at_every_point(&kept, false);
    assert!(points > 30, "the calls are counted: {points}");
    println!("killed at {points} points with the pass keystore");
}

#[test]
fn a_key_in_the_secret_service_survives_a_kill_at_every_call() {
    let kept = || {
        let mut world = World::new();
        let service = SecretService::start(world.home());
        service.enter(&mut world);
        Kept::new(world, None, Some(service))
    };
    let points = at_every_point(&kept, true);
    assert!(points > 30, "the calls are counted: {points}");
    println!("killed at {points} points with the Secret Service");
}
