//! Stays the invisible parent of the user's command: signals go through, a stop stops both, and it ends as the child does.
//! Never changes the terminal's settings, and never delivers a signal that the child already has.

/// How the child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Exited(u8),
    /// By this signal.
    Killed(i32),
}

/// What the command inherits besides stdin, stdout and stderr.
#[cfg(unix)]
pub type Inherited<'a> = std::os::fd::BorrowedFd<'a>;
/// Nothing: this system does not let it inherit anything.
#[cfg(not(unix))]
pub type Inherited<'a> = std::marker::PhantomData<&'a ()>;

#[cfg(not(unix))]
pub use other::{run, wait};
#[cfg(unix)]
pub use unix::run;

impl Ending {
    /// Ends as the child did, as seen from outside: by the same signal, which does not return, or with this status.
    #[must_use]
    pub fn pass_on(self) -> u8 {
        match self {
            Self::Exited(status) => status,
            Self::Killed(signal) => {
                // The first process of a container cannot die by a signal, and a signal without a name has no default action: use the status.
                #[cfg(unix)]
                if !rustix::process::getpid().is_init() {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
                u8::try_from(128 + signal).unwrap_or(1)
            }
        }
    }
}

/// Reduces a 32-bit status. A failure stays one: `0x80070000` and 256 are not success.
#[cfg(any(test, not(unix)))]
fn low_byte(status: i32) -> u8 {
    let byte = status.to_le_bytes()[0];
    if status != 0 && byte == 0 { 1 } else { byte }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_failure_becomes_a_success() {
        let statuses = [0, 1, 255, 256, -1, i32::MIN, 0x0007_0000, 0x103];
        assert_eq!(statuses.map(super::low_byte), [0, 1, 255, 1, 255, 1, 1, 3]);
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::process::Command;

    use rustix::io::{FdFlags, fcntl_setfd};
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, getppid, kill_process, waitid, waitpid};
    use rustix::termios::tcsetpgrp;
    use signal_hook::consts::{SIGCHLD, SIGCONT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH};
    use signal_hook::iterator::SignalsInfo;
    use signal_hook::iterator::exfiltrator::WithOrigin;
    use signal_hook::low_level::siginfo::Origin;

    use super::{Ending, Inherited};
    use crate::os::env::Environment;
    use crate::os::interrupts::{self, PASSED_ON};
    use crate::os::jobs::{Group, is_in_our_session, leads_its_session};
    use crate::os::witness::Witness;
    use crate::os::{process, signal_masks, sigpipe, tty};

    /// Starts the command in this process's group, session and terminal, and waits until it ends.
    ///
    /// # Errors
    /// Why it could not be started.
    pub fn run(env: &Environment, mut command: Command, inherited: Inherited<'_>) -> io::Result<Ending> {
        // A signal that this process ignores from the start, as under `nohup`, stays ignored in both: a handler set now would not be one in the
        // child. If the system does not report what is ignored, handlers are set after the child has inherited everything.
        let ignored = signal_masks::ignored();
        let heeded = |signal: &i32| ignored.is_some_and(|mask| mask & (1 << (signal - 1)) == 0);
        interrupts::are_for_the_command();
        let mut signals = SignalsInfo::<WithOrigin>::new([SIGCHLD, SIGCONT].into_iter().chain(PASSED_ON.into_iter().filter(heeded)))?;
        let mut witness = Witness::start(env);
        // Helper commands of this process do not inherit it.
        fcntl_setfd(inherited, FdFlags::empty())?;
        let child = process::with_original_limits(|| sigpipe::spawn(&mut command));
        fcntl_setfd(inherited, FdFlags::CLOEXEC)?;
        let child = child?;
        tty::stays_alongside_a_command();
        // The secrets in the command now belong to the child.
        drop(command);
        if ignored.is_none() {
            for signal in PASSED_ON {
                signals.add_signal(signal)?;
            }
        }
        let mut parent = Parent { child, stopped: false, had_terminal: None };
        loop {
            if let Some(ending) = parent.look()? {
                return Ok(ending);
            }
            let mut told_to_go_on = false;
            let mut to_whom = Vec::new();
            for origin in signals.wait() {
                match origin.signal {
                    SIGCHLD => witness.look(),
                    SIGCONT => told_to_go_on = true,
                    signal => match parent.of_whom(&origin) {
                        Of::Child => parent.send(signal),
                        Of::ChildUnlessOfAll => to_whom.push(signal),
                        Of::Nobody => {}
                    },
                }
            }
            if !to_whom.is_empty() {
                if witness.got(&to_whom) {
                    // There is a new one by now, which cannot have received earlier signals to everyone.
                    for origin in signals.pending() {
                        match origin.signal {
                            SIGCONT => told_to_go_on = true,
                            signal if signal != SIGCHLD && parent.of_whom(&origin) == Of::Child => parent.send(signal),
                            _ => {}
                        }
                    }
                } else {
                    for signal in to_whom {
                        parent.send(signal);
                    }
                }
            }
            if told_to_go_on {
                witness.goes_on();
                // The terminal's shell continues the whole group, so the child is already running.
                if let Some(ending) = parent.look()? {
                    return Ok(ending);
                }
                parent.goes_on();
            }
        }
    }

    /// Who should handle a signal that came to this process.
    #[derive(PartialEq, Eq)]
    enum Of {
        Child,
        /// The child, if it was sent to this process alone; else the child already has it.
        ChildUnlessOfAll,
        Nobody,
    }

    struct Parent {
        child: Pid,
        stopped: bool,
        /// The terminal, and the group of processes that had its foreground when the child stopped.
        had_terminal: Option<(File, Group)>,
    }

    impl Parent {
        /// Processes the child's new state; returns how it ended, if it did.
        fn look(&mut self) -> io::Result<Option<Ending>> {
            let news = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
            while let Some((_, status)) = waitpid(Some(self.child), news)? {
                if let Some(code) = status.exit_status() {
                    return Ok(Some(Ending::Exited(u8::try_from(code & 0xff).unwrap_or(1))));
                }
                if let Some(signal) = status.terminating_signal() {
                    return Ok(Some(Ending::Killed(signal)));
                }
                self.stopped = status.stopped();
                if self.stopped {
                    self.stop_too(status.stopping_signal());
                }
            }
            Ok(None)
        }

        /// Stops this process, so that its shell sees a stopped job; but not if nobody would continue it, since
        /// a process that stopped only the child will continue only the child.
        fn stop_too(&mut self, by: Option<i32>) {
            #[expect(clippy::disallowed_methods, reason = "a terminal, whose errors nobody needs to see")]
            let terminal = File::open("/dev/tty").ok();
            self.had_terminal = terminal.and_then(|terminal| Group::of_foreground(&terminal).map(|group| (terminal, group)));
            // If the shell watches a script in between, it may already have continued the whole job: after that, nobody would
            // end a stop.
            if self.is_a_job(by) && self.is_still_stopped() {
                let _ = kill_process(getpid(), Signal::STOP);
            }
        }

        fn is_still_stopped(&self) -> bool {
            let went_on = WaitIdOptions::CONTINUED | WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            !matches!(waitid(WaitId::Pid(self.child), went_on), Ok(Some(_)))
        }

        /// Whether a shell with job control manages this process, and handles a child that was stopped by this signal.
        fn is_a_job(&self, stopped_by: Option<i32>) -> bool {
            // Nobody continues a process without a terminal for job control.
            let Some((_, foreground)) = self.had_terminal.as_ref().filter(|_| interrupts::somebody_lets_us_go_on()) else { return false };
            let (own, of_child) = (Group::own(), Group::of(self.child));
            let in_foreground = *foreground == own || Some(*foreground) == of_child;
            // Such a shell gives each job a separate group. `make` and scripts pass their own group to their children.
            let parent_stands_apart =
                getppid().is_some_and(|parent| is_in_our_session(parent) && Group::of(parent).is_some_and(|group| group != own));
            match stopped_by {
                // The terminal's own signals: they went to the whole job, even through `sudo` and similar programs.
                Some(SIGTSTP | SIGTTIN | SIGTTOU) => in_foreground || parent_stands_apart,
                // The child stopped itself, as a shell does for `suspend`, or something stopped it from outside.
                _ => in_foreground && (parent_stands_apart || of_child != Some(own)),
            }
        }

        /// Continues the child with this process.
        fn goes_on(&mut self) {
            if !self.stopped {
                return;
            }
            // A shell in a separate group would find itself in the background: the shell that started us knows only our group.
            // That shell may have been quick, and have had the terminal back when we looked.
            if let Some((terminal, group)) = self.had_terminal.take()
                && group != Group::own()
                && Group::of(self.child) == Some(group)
                && tty::is_ours_to_read(&terminal)
                && let Some(group) = group.as_pid()
            {
                let _ = tcsetpgrp(&terminal, group);
            }
            self.send(SIGCONT);
        }

        fn send(&self, signal: i32) {
            if let Some(signal) = Signal::from_named_raw(signal) {
                // A child that has just ended needs no signal.
                let _ = kill_process(self.child, signal);
            }
        }

        /// Forwards what came to this process alone, and what the child would have received without this process.
        fn of_whom(&self, origin: &Origin) -> Of {
            let group_of_child = Group::of(self.child);
            let shares_our_group = group_of_child == Some(Group::own());
            match origin.process {
                // A key on the terminal: it went to the whole foreground group. A hang-up goes only to the leader of the session.
                None if !shares_our_group || (origin.signal == SIGHUP && leads_its_session()) => Of::Child,
                None => Of::Nobody,
                // The command must not end itself through its parent, and our own signal to the group must not reach it twice.
                Some(sender) => match Pid::from_raw(sender.pid) {
                    Some(sender) if sender == getpid() || sender == self.child => Of::Nobody,
                    Some(sender) if !shares_our_group && Group::of(sender) == group_of_child => Of::Nobody,
                    // Receiving it twice does no harm, and no witness ends by it.
                    _ if matches!(origin.signal, SIGTSTP | SIGWINCH) => Of::Child,
                    // Another process, perhaps outside of this container, where it has no number.
                    _ => Of::ChildUnlessOfAll,
                },
            }
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;
    use std::process::Command;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::{Ending, Inherited};
    use crate::os::env::Environment;

    /// Starts the command and waits until it ends. Ctrl-C goes to every process of the console, and the child decides what it means.
    ///
    /// # Errors
    /// Why it could not be started.
    pub fn run(_env: &Environment, command: Command, _inherited: Inherited<'_>) -> io::Result<Ending> {
        wait(command)
    }

    /// The same without an environment: nothing else is started here.
    ///
    /// # Errors
    /// Why it could not be started.
    pub fn wait(mut command: Command) -> io::Result<Ending> {
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::new(AtomicBool::new(false)))?;
        let status = command.status()?;
        Ok(Ending::Exited(status.code().map_or(1, super::low_byte)))
    }
}
