//! Which signals a process ignores, and which are pending for it. Never changes either.

use std::path::Path;

use rustix::process::Pid;

use super::files;

/// The signals that this process ignores, as a bit mask; `None` if the system does not report them.
pub(super) fn ignored() -> Option<u64> {
    mask("self", b"SigIgn:")
}

/// Whether a process ignores the signal; `false` if the system does not report it.
pub(super) fn ignores(process: Pid, signal: i32) -> bool {
    mask(&process.as_raw_nonzero().to_string(), b"SigIgn:").is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

/// The signals that are pending for a process, as a bit mask; `None` if the system does not report them.
pub(super) fn pending(process: u32) -> Option<u64> {
    mask(&process.to_string(), b"ShdPnd:")
}

fn mask(process: &str, name: &[u8]) -> Option<u64> {
    let status = files::read_optional(Path::new(&format!("/proc/{process}/status"))).ok()??;
    let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    u64::from_str_radix(std::str::from_utf8(line).ok()?.trim(), 16).ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

    #[test]
    fn a_signal_that_a_stopped_process_has_still_to_take_is_pending() {
        let mut child = super::super::process::helper(&crate::os::env::Environment::of([("PATH", "/usr/bin:/bin")]), "sleep")
            .arg("600")
            .spawn()
            .expect("it starts");
        let pid = Pid::from_child(&child);
        kill_process(pid, Signal::STOP).expect("it is there");
        waitpid(Some(pid), WaitOptions::UNTRACED).expect("it stops");
        assert_eq!(super::pending(child.id()), Some(0));
        kill_process(pid, Signal::USR1).expect("it is there");
        assert_eq!(super::pending(child.id()), Some(1 << (Signal::USR1.as_raw() - 1)));
        child.kill().expect("it is there");
        child.wait().expect("it ended");
    }
}
