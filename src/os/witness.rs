//! An idle process alongside the command, in the same group: a signal that ends it was sent to everyone, so the command has it
//! too. Never outlives this process, and never decides what to do with a signal.
//!
//! There is no other way to know: a signal says who sent it, but not to whom. `sudo` forwards nothing that comes from its own group, so a
//! script cannot end the job that it started; `tini` forwards everything, so a command gets a service manager's signal twice,
//! and terraform, for example, stops without cleaning up at the second one.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::env::Environment;
use super::{process, signal_masks};

/// How long a signal to everyone may take to reach everyone: a service manager sends it to one process after another.
const TOGETHER: Duration = Duration::from_millis(250);
const LOOK: Duration = Duration::from_millis(5);

pub(super) struct Witness<'a> {
    env: &'a Environment,
    /// Closing this ends it, however this process ends. `None` if it could not be started: then signals cannot be told apart.
    child: Option<Child>,
    /// What ended the last one, and when that was noticed.
    ended_by: Option<(i32, Instant)>,
}

impl<'a> Witness<'a> {
    pub(super) fn start(env: &'a Environment) -> Self {
        Self { env, child: start(env).ok(), ended_by: None }
    }

    /// Checks its state. One that a signal ended is replaced.
    pub(super) fn look(&mut self) {
        let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) else { return };
        let signal = status.signal();
        // One that ended by itself would do so again.
        self.child = signal.and_then(|_| start(self.env).ok());
        // The time starts now: starting the next one takes long on a busy machine.
        self.ended_by = signal.map(|signal| (signal, Instant::now()));
    }

    /// Whether one of these signals, which have just arrived, reached it too.
    pub(super) fn got(&mut self, signals: &[i32]) -> bool {
        let until = Instant::now() + TOGETHER;
        loop {
            self.look();
            if self.ended_by.is_some_and(|(signal, at)| signals.contains(&signal) && at.elapsed() < 2 * TOGETHER) {
                return true;
            }
            if self.child.is_none() || Instant::now() >= until {
                // On a busy machine, it may not have run since, and the signal may still be pending.
                return self.child.as_ref().is_some_and(|child| is_pending(child.id(), signals));
            }
            thread::sleep(LOOK);
        }
    }

    /// Continues it if it was stopped with this process.
    pub(super) fn goes_on(&self) {
        if let Some(child) = &self.child {
            let _ = kill_process(Pid::from_child(child), Signal::CONT);
        }
    }
}

/// Whether one of these signals is pending for the process.
fn is_pending(process: u32, signals: &[i32]) -> bool {
    let pending = signal_masks::pending(process).unwrap_or_default();
    signals.iter().any(|signal| pending & (1 << (signal - 1)) != 0)
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A shell that waits for the end of its input. Its last argument identifies it in a process list.
fn start(env: &Environment) -> io::Result<Child> {
    let mut command = process::helper(env, "sh");
    command.args(["-c", "read -r _", "vault-signal-witness"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}
