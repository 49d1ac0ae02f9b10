//! Which group, session and terminal a process belongs to, as the kernel counts them. Never changes any of them.
//!
//! In a container, a group or session that began outside has the number 0. It is a number like any other here: two processes
//! whose group is 0 count as one group.

use std::path::Path;

use nix::unistd;
use rustix::process::{Pid, getpid};

use super::files;

/// A process group: a job, in a shell's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group(i32);

impl Group {
    /// The group that now has the terminal.
    pub(super) fn of_foreground(terminal: &std::fs::File) -> Option<Self> {
        rustix::termios::tcgetpgrp(terminal).ok().map(Self::from)
    }

    /// The group of this process.
    pub(super) fn own() -> Self {
        Self(unistd::getpgrp().as_raw())
    }

    /// The group of a process, if that still exists.
    pub(super) fn of(process: Pid) -> Option<Self> {
        unistd::getpgid(Some(number(process))).ok().map(|group| Self(group.as_raw()))
    }

    /// The group as a process number; `None` for one that began outside of this container.
    pub(super) fn as_pid(self) -> Option<Pid> {
        Pid::from_raw(self.0)
    }
}

impl From<Pid> for Group {
    fn from(pid: Pid) -> Self {
        Self(pid.as_raw_nonzero().get())
    }
}

/// Whether a process belongs to the session of this one.
pub(super) fn is_in_our_session(process: Pid) -> bool {
    unistd::getsid(None).is_ok_and(|session| unistd::getsid(Some(number(process))) == Ok(session))
}

/// Whether this process leads its session: then no shell manages it.
pub(super) fn leads_its_session() -> bool {
    unistd::getsid(None).is_ok_and(|session| session == number(getpid()))
}

/// Whether the group of this process is that of the session's leader: a shell with job control gives its jobs other groups.
pub(super) fn is_group_of_the_session() -> bool {
    unistd::getsid(None).is_ok_and(|session| session == unistd::getpgrp())
}

fn number(process: Pid) -> unistd::Pid {
    unistd::Pid::from_raw(process.as_raw_nonzero().get())
}

/// The number of a process's parent: 0 for one outside of this container. `None` if the system does not report it.
pub(super) fn parent_of(process: Pid) -> Option<i32> {
    const PARENT: usize = 1;
    field_of_stat(&process.as_raw_nonzero().to_string(), PARENT)?.parse().ok()
}

/// Whether a process is stopped. `None` if the system does not report it.
pub(super) fn is_stopped(process: u32) -> Option<bool> {
    const STATE: usize = 0;
    field_of_stat(&process.to_string(), STATE).map(|state| state == "T")
}

/// The number of this process's session.
#[cfg(not(target_os = "linux"))]
pub(super) fn own_session() -> Option<i32> {
    unistd::getsid(None).ok().map(unistd::Pid::as_raw)
}

/// The number of this process's terminal: 0 for none.
#[cfg(target_os = "linux")]
pub(super) fn own_terminal() -> Option<i32> {
    const TERMINAL: usize = 4;
    field_of_stat("self", TERMINAL)?.parse().ok()
}

/// A field of `/proc/…/stat`, counted from the one after the name.
fn field_of_stat(process: &str, field: usize) -> Option<String> {
    let stat = files::read_optional(Path::new(&format!("/proc/{process}/stat"))).ok()??;
    // The name in parentheses may hold anything.
    Some(String::from_utf8_lossy(&stat).rsplit_once(')')?.1.split_whitespace().nth(field)?.to_owned())
}
