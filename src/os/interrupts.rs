//! Lets a helper that has the terminal put it in order when Ctrl-C ends it: this process outlives it. Never swallows Ctrl-C for longer.

/// As long as this lives, Ctrl-C is noticed and does not end this process.
pub struct Interrupts(imp::Interrupts);

impl Interrupts {
    #[must_use]
    pub fn noticed() -> Self {
        Self(imp::Interrupts::new())
    }

    /// Whether there was one.
    #[must_use]
    pub fn seen(&self) -> bool {
        self.0.seen()
    }
}

/// To be called by whoever stays beside a command from now on: what Ctrl-C means is for the command to decide, and it never ends this
/// process any more.
pub fn are_for_the_command() {
    imp::are_for_the_command();
}

#[cfg(unix)]
mod imp {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Once};

    use signal_hook::SigId;
    use signal_hook::consts::SIGINT;
    use signal_hook::{flag, low_level};

    /// Whether Ctrl-C ends this process, once there is a handler for it at all: a handler that is gone leaves nothing in its place.
    static DEADLY: AtomicBool = AtomicBool::new(false);
    static FOR_THE_COMMAND: AtomicBool = AtomicBool::new(false);
    static FIRST: Once = Once::new();

    pub(super) struct Interrupts {
        seen: Arc<AtomicBool>,
        noticing: Option<SigId>,
    }

    impl Interrupts {
        pub(super) fn new() -> Self {
            DEADLY.store(false, Ordering::SeqCst);
            FIRST.call_once(|| {
                // Where it cannot be had, Ctrl-C ends this process as before.
                let _ = flag::register_conditional_default(SIGINT, &DEADLY);
            });
            let seen = Arc::new(AtomicBool::new(false));
            Self { noticing: flag::register(SIGINT, Arc::clone(&seen)).ok(), seen }
        }

        pub(super) fn seen(&self) -> bool {
            self.seen.load(Ordering::SeqCst)
        }
    }

    impl Drop for Interrupts {
        fn drop(&mut self) {
            self.noticing.take().map(low_level::unregister);
            DEADLY.store(!FOR_THE_COMMAND.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }

    pub(super) fn are_for_the_command() {
        FOR_THE_COMMAND.store(true, Ordering::SeqCst);
        DEADLY.store(false, Ordering::SeqCst);
    }
}

#[cfg(not(unix))]
mod imp {
    pub(super) struct Interrupts;

    impl Interrupts {
        pub(super) fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as on Unix, where it is asked of what was noticed")]
        pub(super) fn seen(&self) -> bool {
            false
        }
    }

    pub(super) fn are_for_the_command() {}
}
