//! Lets a prompt restore the terminal, and end the helper that asks, before a signal ends or stops this process. Never holds back a
//! signal for longer, and never catches one that this process ignores from the start.

/// As long as this lives, the signals that end this process are recorded instead.
pub struct Interrupts(imp::Interrupts);

impl Interrupts {
    /// Records the signals that end this process.
    #[must_use]
    pub fn noticed() -> Self {
        Self(imp::Interrupts::new(false))
    }

    /// Also records those that stop it: for state that must be restored before this process stops.
    #[must_use]
    pub fn noticed_with_stops() -> Self {
        Self(imp::Interrupts::new(true))
    }

    /// The signal that came; one that ends comes before one that stops.
    #[must_use]
    pub fn seen(&self) -> Option<Interrupt> {
        self.0.seen()
    }

    /// Stops recording, and returns the signal that came meanwhile: none is lost.
    #[must_use]
    pub fn over(self) -> Option<Interrupt> {
        self.0.over()
    }
}

/// As long as this lives, it records that this process was stopped and continues: then our text is no longer the last line on the terminal.
pub struct Continued(imp::Continued);

impl Continued {
    #[must_use]
    pub fn noticed() -> Self {
        Self(imp::Continued::new())
    }

    /// Whether that happened since the last [`Continued::forget`].
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.0.is_seen()
    }

    pub fn forget(&self) {
        self.0.forget();
    }
}

/// A recorded signal, to act on once everything is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupt(i32);

impl Interrupt {
    /// Whether it is the signal of Ctrl-C.
    #[must_use]
    pub fn is_ctrl_c(self) -> bool {
        self.0 == imp::CTRL_C
    }

    /// Whether it only stops this process.
    #[must_use]
    pub fn is_stop(self) -> bool {
        imp::is_stop(self.0)
    }

    /// Performs the signal's default action. Returns after a stop, and if nothing can end this process.
    pub fn heed(self) {
        imp::heed(self.0);
    }
}

/// Stops the job of this process, as the terminal does for Ctrl-Z: for a prompt that reads this key itself. Does nothing where the job could
/// not be continued.
pub fn stop_the_job() {
    imp::stop_the_job();
}

/// Call this in a run that stays alongside a command from now on: the command decides what the forwarded signals mean, and
/// they no longer end this process.
pub fn are_for_the_command() {
    imp::are_for_the_command();
}

#[cfg(unix)]
pub(super) use imp::{PASSED_ON, somebody_lets_us_go_on};

#[cfg(unix)]
mod imp {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Once};

    use rustix::process::{Pid, Signal, getpid, getppid, kill_current_process_group};
    use signal_hook::SigId;
    use signal_hook::consts::{
        SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
        SIGWINCH, SIGXCPU,
    };
    use signal_hook::{flag, low_level};

    use super::Interrupt;
    use crate::os::file_limit;
    use crate::os::jobs::{Group, is_group_of_the_session, is_in_our_session, parent_of};
    use crate::os::signal_masks::{ignored, ignores};

    pub(super) const CTRL_C: i32 = SIGINT;

    /// The signals that are forwarded to a command when they are sent to this process. `SIGTTIN` and `SIGTTOU` are not among them: the terminal sends
    /// them to the child too, and a handler that returned would make this process try again forever.
    pub(crate) const PASSED_ON: [i32; 8] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH];

    /// The signals that end a process by default, except `SIGKILL`, which cannot be handled, and crashes, after which
    /// it must not continue: `SIGSEGV`, `SIGBUS`, `SIGILL`, `SIGFPE`.
    const ENDING: [i32; 13] =
        [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU, SIGABRT, SIGSYS, SIGTRAP];

    /// More such signals, which the library does not know: after these, this process exits with the status that a shell
    /// shows for the signal.
    #[cfg(target_os = "linux")]
    fn ending_by_status() -> impl Iterator<Item = i32> {
        // The C library uses those up to 33 or 34 itself, and refuses a handler for them.
        let of_real_time = 34..=64;
        [Signal::IO, Signal::POWER, Signal::STKFLT].map(Signal::as_raw).into_iter().chain(of_real_time)
    }

    #[cfg(not(target_os = "linux"))]
    fn ending_by_status() -> impl Iterator<Item = i32> {
        std::iter::empty()
    }

    fn ends_by_status(signal: i32) -> bool {
        ending_by_status().any(|known| known == signal)
    }

    fn status_of(signal: i32) -> i32 {
        128 + signal
    }

    /// Whether the signals end or stop this process, once they have a handler: removing a handler does not restore the default
    /// action. The forwarded ones have a separate switch.
    static PASSED_ON_HEEDED: AtomicBool = AtomicBool::new(false);
    static STOPS_HEEDED: AtomicBool = AtomicBool::new(false);
    static OTHERS_HEEDED: AtomicBool = AtomicBool::new(false);
    static FOR_THE_COMMAND: AtomicBool = AtomicBool::new(false);
    static ENDS_FIRST: Once = Once::new();
    static STOPS_FIRST: Once = Once::new();

    pub(super) struct Continued {
        seen: Arc<AtomicBool>,
        /// `None` if it cannot be noticed.
        noticing: Option<SigId>,
    }

    impl Continued {
        pub(super) fn new() -> Self {
            let seen = Arc::default();
            let noticing = flag::register(SIGCONT, Arc::clone(&seen)).ok();
            Self { seen, noticing }
        }

        pub(super) fn is_seen(&self) -> bool {
            self.seen.load(Ordering::SeqCst)
        }

        pub(super) fn forget(&self) {
            self.seen.store(false, Ordering::SeqCst);
        }
    }

    impl Drop for Continued {
        fn drop(&mut self) {
            if let Some(id) = self.noticing.take() {
                low_level::unregister(id);
            }
        }
    }

    pub(super) struct Interrupts {
        ending: Arc<AtomicUsize>,
        stopping: Arc<AtomicUsize>,
        noticing: Vec<SigId>,
    }

    impl Interrupts {
        pub(super) fn new(with_stops: bool) -> Self {
            // The signal of a file size limit does not end this process.
            file_limit::is_an_error();
            heed_ends(false);
            if with_stops {
                STOPS_HEEDED.store(false, Ordering::SeqCst);
            }
            // If the system does not report what is ignored, a restored terminal is worth more than `nohup`.
            let ignored = ignored().unwrap_or(0);
            let heeded = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
            let ending: Vec<_> = ENDING.into_iter().chain(ending_by_status()).filter(heeded).collect();
            let stopping: Vec<_> = with_stops.then_some(SIGTSTP).into_iter().filter(heeded).collect();
            ENDS_FIRST.call_once(|| ending.iter().for_each(|signal| by_default(*signal)));
            if with_stops {
                STOPS_FIRST.call_once(|| stopping.iter().for_each(|signal| by_default(*signal)));
            }
            let mut this = Self { ending: Arc::default(), stopping: Arc::default(), noticing: Vec::new() };
            for (signals, seen) in [(ending, &this.ending), (stopping, &this.stopping)] {
                let notice = |signal: i32| flag::register_usize(signal, Arc::clone(seen), usize::try_from(signal).unwrap_or(0)).ok();
                // A signal for the command is not an interrupt here, but Ctrl-C and Ctrl-\ also reach the helper that asks, and clear what
                // is typed at a prompt.
                let for_the_command = FOR_THE_COMMAND.load(Ordering::SeqCst);
                let ours = |signal: &i32| !for_the_command || matches!(*signal, SIGINT | SIGQUIT) || !PASSED_ON.contains(signal);
                this.noticing.extend(signals.into_iter().filter(ours).filter_map(notice));
            }
            this
        }

        pub(super) fn seen(&self) -> Option<Interrupt> {
            let signal = [&self.ending, &self.stopping].map(|seen| seen.load(Ordering::SeqCst)).into_iter().find(|signal| *signal != 0)?;
            i32::try_from(signal).ok().map(Interrupt)
        }
    }

    impl Interrupts {
        pub(super) fn over(self) -> Option<Interrupt> {
            heed_all();
            self.seen()
        }
    }

    impl Drop for Interrupts {
        fn drop(&mut self) {
            heed_all();
            self.noticing.drain(..).for_each(|id| {
                low_level::unregister(id);
            });
        }
    }

    /// If this fails, the signal ends this process as before.
    fn by_default(signal: i32) {
        let switch = match signal {
            SIGTSTP => &STOPS_HEEDED,
            signal if PASSED_ON.contains(&signal) => &PASSED_ON_HEEDED,
            _ => &OTHERS_HEEDED,
        };
        let _ = if ends_by_status(signal) {
            flag::register_conditional_shutdown(signal, status_of(signal), switch)
        } else {
            flag::register_conditional_default(signal, switch)
        };
    }

    fn heed_ends(heeded: bool) {
        OTHERS_HEEDED.store(heeded, Ordering::SeqCst);
        PASSED_ON_HEEDED.store(heeded && !FOR_THE_COMMAND.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// The handler that remains after a prompt stops this process by `SIGSTOP`, for which the kernel asks nothing, and it cannot look around
    /// itself: so the question is answered now. Who could continue this process hardly changes during a run.
    fn heed_all() {
        heed_ends(true);
        let stops = STOPS_FIRST.is_completed() && !FOR_THE_COMMAND.load(Ordering::SeqCst) && somebody_lets_us_go_on();
        STOPS_HEEDED.store(stops, Ordering::SeqCst);
    }

    pub(super) fn are_for_the_command() {
        FOR_THE_COMMAND.store(true, Ordering::SeqCst);
        PASSED_ON_HEEDED.store(false, Ordering::SeqCst);
        STOPS_HEEDED.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_stop(signal: i32) -> bool {
        signal == SIGTSTP
    }

    pub(super) fn heed(signal: i32) {
        let for_the_command = FOR_THE_COMMAND.load(Ordering::SeqCst) && PASSED_ON.contains(&signal);
        // The first process of a container cannot die by a signal.
        let in_vain = if signal == SIGTSTP { !somebody_lets_us_go_on() } else { getpid().is_init() };
        if !for_the_command && !in_vain {
            if ends_by_status(signal) {
                low_level::exit(status_of(signal));
            }
            let _ = low_level::emulate_default_handler(signal);
        }
    }

    pub(super) fn stop_the_job() {
        if somebody_lets_us_go_on() {
            // If this fails, the prompt is asked again.
            let _ = kill_current_process_group(Signal::TSTP);
        }
    }

    /// Whether a shell would notice that this process is stopped, and could continue it: ask this before every stop. As for the kernel and
    /// terminal signals, nobody would if the parents are all in the group of this process, or in another session.
    pub(crate) fn somebody_lets_us_go_on() -> bool {
        let mut next = getppid();
        // Up from this process to the first one in another group: the shell, if there is one.
        while let Some(parent) = next.filter(|process| is_in_our_session(*process)) {
            if Group::of(parent) != Some(Group::own()) {
                return true;
            }
            // It does not stop with us, so a shell above it sees no stopped job: as `zsh` that waits for the text of `$(…)`.
            if ignores(parent, SIGTSTP) {
                return false;
            }
            match parent_of(parent) {
                Some(above) => next = Pid::from_raw(above),
                // If the system does not report this, there may be a shell, but hardly above the group that leads the session.
                None => return !is_group_of_the_session(),
            }
        }
        false
    }
}

#[cfg(not(unix))]
mod imp {
    pub(super) const CTRL_C: i32 = 2;

    /// Nothing stops a process here.
    pub(super) struct Continued;

    impl Continued {
        pub(super) fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as on Unix")]
        pub(super) fn is_seen(&self) -> bool {
            false
        }

        #[expect(clippy::unused_self, reason = "as on Unix")]
        pub(super) fn forget(&self) {}
    }

    pub(super) struct Interrupts;

    impl Interrupts {
        pub(super) fn new(_with_stops: bool) -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as on Unix, where it is asked of what was noticed")]
        pub(super) fn seen(&self) -> Option<super::Interrupt> {
            None
        }

        pub(super) fn over(self) -> Option<super::Interrupt> {
            let Self = self;
            None
        }
    }

    pub(super) fn is_stop(_signal: i32) -> bool {
        false
    }

    pub(super) fn heed(_signal: i32) {}

    pub(super) fn stop_the_job() {}

    pub(super) fn are_for_the_command() {}
}
