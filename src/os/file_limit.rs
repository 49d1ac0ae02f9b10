//! Turns the signal of a file size limit (`ulimit -f`) into a write error, which has a message. Never keeps a
//! child from getting it.

/// Call this before a file is written. Later calls cost almost nothing.
pub fn is_an_error() {
    #[cfg(unix)]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        // A handler, because the programs that this process starts or becomes would inherit an ignored signal. If it is already ignored,
        // they inherit that.
        ONCE.call_once(|| {
            // Most users have no such limit, and then there is nothing to read.
            if rustix::process::getrlimit(rustix::process::Resource::Fsize).current.is_none() {
                return;
            }
            let signal = signal_hook::consts::SIGXFSZ;
            if super::signal_masks::ignored().is_none_or(|mask| mask & (1 << (signal - 1)) == 0) {
                let _ = signal_hook::flag::register(signal, std::sync::Arc::default());
            }
        });
    }
}

/// The same before something is written to stdout, if that is a file.
pub fn is_an_error_of_stdout() {
    #[cfg(unix)]
    {
        use rustix::fs::{FileType, fstat};
        #[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked what it is")]
        let is_file = fstat(std::io::stdout()).is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::RegularFile);
        if is_file {
            is_an_error();
        }
    }
}
