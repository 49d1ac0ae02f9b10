//! `setup` interrupted at every prompt, every call and every change of a file: another run succeeds, and accounts for every key and every device.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::aws::{Fault, Outcome};
use crate::support::tools::program;

use super::setup::{Nothing, ROLE, Store, ends_well, follow, given, setup};
use super::*;

/// How a run is interrupted.
#[derive(Debug, Clone, Copy)]
enum Way {
    CtrlC,
    Kill,
    HangUp,
}

const WAYS: [Way; 3] = [Way::CtrlC, Way::Kill, Way::HangUp];

/// How many rounds run at once.
const AT_ONCE: usize = 2;

fn interrupt(terminal: Terminal, way: Way) {
    match way {
        Way::CtrlC => {
            terminal.press_ctrl(b'c');
            assert_eq!(terminal.wait().status, 130);
        }
        Way::Kill => {
            let pid = rustix::process::Pid::from_raw(terminal.pid().cast_signed()).expect("a process");
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
            assert_eq!(terminal.wait().status, 137);
        }
        Way::HangUp => terminal.hang_up(),
    }
}

/// One more run, with the person at the terminal.
#[track_caller]
fn goes_on(world: &World, given: &(String, String)) {
    world.aws.clear_faults();
    ends_well(world, setup(world), given);
    assert!(world.aws.unassigned_devices().is_empty(), "no device is left");
    assert_eq!(world.aws.user("some-user").devices.len(), 1);
}

#[test]
fn at_every_prompt() {
    let rounds = |way: Way| {
        for question in ["Access key id: ", "Secret access key: ", FIRST, NEXT] {
            let nothing = Nothing::on(Store::File, |u| u);
            let world = &nothing.world;
            let given = given(world);
            let mut terminal = setup(world);
            for (asked, answer) in [("Access key id: ", &given.0), ("Secret access key: ", &given.1), (FIRST, &String::new())] {
                if asked == question {
                    break;
                }
                terminal.expect(asked);
                terminal.type_line(&if asked == FIRST { App::scan(&terminal, 24, 80).0.code(0) } else { answer.clone() });
            }
            terminal.expect(question);
            interrupt(terminal, way);
            goes_on(world, &given);
        }
    };
    std::thread::scope(|scope| WAYS.map(|way| scope.spawn(move || rounds(way))).map(|round| round.join().expect("each round succeeds")));
}

/// Nothing else says that the key alone is not all there is to do.
#[test]
fn vault_alone_offers_to_go_on() {
    let nothing = Nothing::on(Store::File, |u| u);
    let world = &nothing.world;
    let given = given(world);
    let greeting = || {
        let ended = Terminal::run_of_width(world.vault([]), 160).wait();
        anstream::adapter::strip_str(&ended.screen).to_string()
    };
    let mut terminal = setup(world);
    for (asked, answer) in [("Access key id: ", &given.0), ("Secret access key: ", &given.1)] {
        terminal.expect(asked);
        terminal.type_line(answer);
    }
    terminal.expect(FIRST);
    interrupt(terminal, Way::CtrlC);
    let shown = greeting();
    let again = format!("setup me --region eu-west-1 --role {ROLE}");
    assert!(shown.contains(&format!("\n  vault {again}  ")) && !shown.contains("vault exec me"), "{shown}");
    goes_on(world, &given);
    let shown = greeting();
    assert!(!shown.contains("vault setup") && shown.contains("vault exec "), "{shown}");
}

/// Interrupts a run at its n-th call, before or after AWS executes it. Returns whether there was such a call.
fn at_call(store: Store, n: usize, done: bool, way: Way) -> bool {
    let nothing = Nothing::on(store, |u| u);
    let world = &nothing.world;
    let given = given(world);
    let hangs = Fault::Hang(Duration::from_secs(60));
    world.aws.fault("*", Fault::Delay(Duration::ZERO), n);
    world.aws.fault("*", if done { hangs.after() } else { hangs }, 1);
    let came = || world.aws.requests().get(n).is_some_and(|request| !done || request.outcome != Outcome::Pending);
    let mut terminal = setup(world);
    follow(world, &mut terminal, &given, &came);
    if !came() {
        assert_eq!(terminal.wait().status, 0);
        return false;
    }
    interrupt(terminal, way);
    println!("{store:?} {n} {done} {way:?}: {}", world.aws.requests()[n].action);
    goes_on(world, &given);
    true
}

/// Interrupts each call of a run in turn, cycling through these ways.
fn at_every_call(store: Store, rounds: &[(bool, usize)]) {
    for &(done, first) in rounds {
        let (next, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    loop {
                        let n = next.fetch_add(1, Ordering::SeqCst);
                        if !at_call(store, n, done, WAYS[(n + first) % 3]) {
                            return;
                        }
                        calls.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        let calls = calls.load(Ordering::SeqCst);
        assert!(calls >= 12, "the calls are counted: {calls}");
    }
}

#[test]
fn at_every_call_with_the_file_keystore() {
    at_every_call(Store::File, &[(true, 0), (false, 1)]);
}

#[test]
fn at_every_call_with_pass() {
    at_every_call(Store::Pass, &[(true, 0)]);
}

#[test]
fn at_every_call_with_the_secret_service() {
    at_every_call(Store::SecretService, &[(true, 1)]);
}

/// The system calls that change a file or a folder. strace counts each of them separately.
const CHANGES: [&str; 13] = [
    "pwrite64",
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
];

/// Kills a run as it makes this call for the n-th time. Returns whether there was such a call.
fn killed_at_change(call: &str, n: usize) -> bool {
    let nothing = Nothing::on(Store::File, |u| u);
    let world = &nothing.world;
    let given = given(world);
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=SIGKILL:when={n}"));
    let binary = World::binary();
    let traced = ["-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject, binary.to_str().expect("the path is text")];
    let words = [&traced[..], &["setup", "me", "--region", "eu-west-1", "--role", ROLE]].concat();
    let mut terminal = Terminal::run(world.command(&program("strace"), &words));
    follow(world, &mut terminal, &given, &|| false);
    let ended = terminal.wait();
    if ended.status == 0 {
        return false;
    }
    assert_eq!(ended.status, 137, "{call} {n}: {ended:?}");
    println!("{call} {n}");
    goes_on(world, &given);
    true
}

#[test]
fn at_every_change_of_a_file() {
    let (next, points) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(call) = CHANGES.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let mut n = 1;
                    while killed_at_change(call, n) {
                        points.fetch_add(1, Ordering::SeqCst);
                        n += 1;
                    }
                }
            });
        }
    });
    let points = points.load(Ordering::SeqCst);
    assert!(points > 30, "the changes are seen: {points}");
    println!("killed at {points} changes of files");
}
