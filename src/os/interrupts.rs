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

#[cfg(unix)]
mod imp {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use signal_hook::SigId;
    use signal_hook::consts::SIGINT;
    use signal_hook::{flag, low_level};

    use crate::os::files;

    pub(super) struct Interrupts {
        seen: Arc<AtomicBool>,
        noticing: Option<SigId>,
        /// Set when Ctrl-C means again what it means to every process.
        over: Arc<AtomicBool>,
    }

    impl Interrupts {
        pub(super) fn new() -> Self {
            let (seen, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            // Who stays beside a command has handlers of its own, which go on. Where the system does not tell, Ctrl-C is better lost
            // than deadly for the command.
            if is_caught() == Some(false) {
                let _ = flag::register_conditional_default(SIGINT, Arc::clone(&over));
            }
            Self { noticing: flag::register(SIGINT, Arc::clone(&seen)).ok(), seen, over }
        }

        pub(super) fn seen(&self) -> bool {
            self.seen.load(Ordering::SeqCst)
        }
    }

    impl Drop for Interrupts {
        fn drop(&mut self) {
            self.noticing.take().map(low_level::unregister);
            self.over.store(true, Ordering::SeqCst);
        }
    }

    /// Whether this process has a handler for Ctrl-C already, where the system tells.
    fn is_caught() -> Option<bool> {
        let status = files::read(Path::new("/proc/self/status")).ok()?;
        let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"SigCgt:"))?;
        let mask = u64::from_str_radix(std::str::from_utf8(line).ok()?.trim(), 16).ok()?;
        Some(mask & (1 << (SIGINT - 1)) != 0)
    }
}

#[cfg(not(unix))]
mod imp {
    pub(super) struct Interrupts;

    impl Interrupts {
        pub(super) fn new() -> Self {
            Self
        }

        pub(super) fn seen(&self) -> bool {
            false
        }
    }
}
