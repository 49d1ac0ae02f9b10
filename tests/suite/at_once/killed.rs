//! The process that asks for the code may be killed at any moment: the next in line asks, and all others are served.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::Crowd;
use crate::support::world::{finish, status_of};

/// Number of rounds: each kills at another moment.
const ROUNDS: usize = 20;
const PROCESSES: usize = 8;

/// Kills the first process to prompt, `delay` after it began. Returns the number of prompts and of sessions that AWS issued.
fn round(delay: Duration) -> (usize, usize) {
    let crowd = Crowd::new();
    crowd.world.add("base", "some-user");
    let children: Vec<Child> =
        (0..PROCESSES).map(|_| crowd.world.vault(["exec", "base", "--", "printenv", "AWS_ACCESS_KEY_ID"]).start()).collect();
    let started = Instant::now();
    let first = loop {
        if let Some(pid) = crowd.prompts().first() {
            break *pid;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "a process asks for a code");
        std::thread::sleep(Duration::from_millis(1));
    };
    std::thread::sleep(delay);
    // At a late moment it may have ended already: then nothing is killed.
    let _ = Command::new("kill").args(["-KILL", &first.to_string()]).status();
    let mut served = 0;
    for child in children {
        let (status, stdout, _) = finish(child);
        if status_of(status) == 0 {
            assert!(stdout.starts_with("ASIA"), "{stdout}");
            served += 1;
        }
    }
    assert!(served >= PROCESSES - 1, "all but the killed one are served: {served} of {PROCESSES}");
    (crowd.prompts().len(), crowd.world.aws.answered("GetSessionToken"))
}

#[test]
fn the_next_in_line_asks_when_the_first_is_killed() {
    // Several rounds at once, each in a separate world: a killed process may have spent a code, and then the next one has to wait for the
    // device's next step.
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|number| {
            // From the moment it asks to well after the answer.
            let delay = Duration::from_millis(number as u64 * number as u64 * 2);
            std::thread::spawn(move || round(delay))
        })
        .collect();
    let mut most = (0, 0);
    for outcome in rounds {
        let (prompts, sessions) = outcome.join().expect("the round's thread does not panic");
        most = (most.0.max(prompts), most.1.max(sessions));
        assert!(prompts <= 3, "one prompt, one more after the kill, and one more if the killed process had spent the code: {prompts}");
        assert!(sessions <= 2, "one session, and one more if the killed process had one: {sessions}");
    }
    println!("{ROUNDS} rounds with the first prompter killed: at most {} prompts and {} sessions in one", most.0, most.1);
}
