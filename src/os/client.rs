//! Whether the program that waits for this run's answer is still there. Never ends anything: prompts check this regularly.
//!
//! Some programs give up after a minute and end only the shell that started this program, without a signal to it.

use std::sync::OnceLock;

/// How the answer reaches the program that waits for it.
#[derive(Debug, Clone, Copy)]
enum Client {
    /// The parent of this process, which had this number at the start.
    Parent(i32),
    /// The reader of this process's stdout, with any number of processes in between.
    Reader,
}

static CLIENT: OnceLock<Client> = OnceLock::new();

/// Call this at the start if the parent of this process waits for the answer.
pub fn is_the_parent() {
    if let Some(parent) = imp::parent() {
        let _ = CLIENT.set(Client::Parent(parent));
    }
}

/// Call this if the answer goes to stdout, for any reader.
pub fn reads_stdout() {
    let _ = CLIENT.set(Client::Reader);
}

/// Whether nobody waits for the answer any more. If this is unknown, assumes that somebody waits.
#[must_use]
pub fn is_gone() -> bool {
    match CLIENT.get() {
        None => false,
        Some(Client::Parent(parent)) => imp::parent() != Some(*parent) || imp::nobody_reads_stdout(),
        Some(Client::Reader) => imp::nobody_reads_stdout(),
    }
}

#[cfg(unix)]
mod imp {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    /// The number of the parent, even if that is the first process of a container.
    #[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
    pub(super) fn parent() -> Option<i32> {
        Some(rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get()))
    }

    /// Whether stdout is a pipe or a socket whose other end is closed.
    #[expect(clippy::disallowed_methods, reason = "nothing is written: it is asked whether it would arrive")]
    pub(super) fn nobody_reads_stdout() -> bool {
        let stdout = std::io::stdout();
        let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut asked, Some(&at_once)).is_ok_and(|_| asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP))
    }
}

#[cfg(not(unix))]
mod imp {
    pub(super) fn parent() -> Option<i32> {
        None
    }

    pub(super) fn nobody_reads_stdout() -> bool {
        false
    }
}
