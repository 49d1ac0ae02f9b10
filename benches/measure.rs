//! Measures wall time, CPU time and peak memory of commands, in pairs, so that a noisy machine disturbs both sides alike.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// What one command costs, as medians over all runs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub wall: Duration,
    /// User and system time of the command and of the children that it waited for.
    pub cpu: Duration,
}

/// Runs each command once in every round, and returns their median costs: noise in a round hits all commands alike.
pub fn paired(rounds: usize, commands: &mut [Command]) -> Vec<Cost> {
    let mut wall = vec![Vec::with_capacity(rounds); commands.len()];
    let mut cpu = vec![Vec::with_capacity(rounds); commands.len()];
    for round in 0..rounds + 3 {
        for (index, command) in commands.iter_mut().enumerate() {
            let (time, used) = once(command);
            // The first rounds fill the page cache.
            if round >= 3 {
                wall[index].push(time);
                cpu[index].push(used);
            }
        }
    }
    wall.into_iter().zip(cpu).map(|(wall, cpu)| Cost { wall: median(wall), cpu: median(cpu) }).collect()
}

fn once(command: &mut Command) -> (Duration, Duration) {
    let before = children_cpu();
    let started = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the command can be started");
    let wall = started.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    (wall, children_cpu().saturating_sub(before))
}

fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage of children can be asked");
    let micros = |time: nix::sys::time::TimeVal| u64::try_from(time.tv_sec()).unwrap() * 1_000_000 + u64::try_from(time.tv_usec()).unwrap();
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The peak memory of one command, in KiB. Measured in a separate process, because the system reports only the peak of all children.
pub fn peak_of(command: &Command) -> u64 {
    let mut measurer = Command::new(std::env::current_exe().expect("the path of this program is known"));
    measurer.arg("--peak-of").arg(command.get_program()).args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            measurer.env(name, value);
        }
    }
    let output = measurer.output().expect("this program can be started again");
    String::from_utf8_lossy(&output.stdout).lines().last().and_then(|line| line.trim().parse().ok()).expect("the peak is printed")
}

pub fn print_peak_of(words: &[String]) -> ExitCode {
    let status =
        Command::new(&words[0]).args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).status().expect("the command can be started");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage of children can be asked");
    println!("\n{}", usage.max_rss());
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
