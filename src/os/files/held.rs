//! Which lock files other processes hold, and which processes these are. Never waits for a lock, and never keeps one.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

use super::{exists, names_in, open_lock_file, read_optional};

/// A lock that another process holds at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLock {
    pub path: PathBuf,
    /// `None` if the system does not say.
    pub holder: Option<LockHolder>,
}

/// The process that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    pub pid: u32,
    /// The name of its program, without arguments.
    pub program: Option<String>,
    /// How many seconds it has been running: it has had the lock no longer than that.
    pub seconds: Option<u64>,
}

/// The locks in the folder that other processes hold.
#[must_use]
pub fn held_locks(folder: &Path) -> Vec<HeldLock> {
    let names = names_in(folder).unwrap_or_default();
    names.iter().filter_map(|name| held(&folder.join(name))).collect()
}

fn held(path: &Path) -> Option<HeldLock> {
    if !exists(path) {
        return None;
    }
    // A lock file that cannot be opened delays nobody.
    let file = open_lock_file(path).ok()?;
    if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    #[cfg(unix)]
    let number = file.metadata().ok().map(|metadata| std::os::unix::fs::MetadataExt::ino(&metadata));
    #[cfg(not(unix))]
    let number = None;
    let pid = number.and_then(|number| text("/proc/locks").and_then(|table| pid_in(&table, number)));
    Some(HeldLock { path: path.to_owned(), holder: pid.map(described) })
}

fn described(pid: u32) -> LockHolder {
    let program = text(&format!("/proc/{pid}/comm")).map(|name| name.trim_end().to_owned());
    LockHolder { pid, program, seconds: age(pid) }
}

/// The process that holds a whole file with this number, in Linux's table of locks. The number is enough: the table's name of a device
/// is that of a lower layer on some file systems.
fn pid_in(table: &str, number: u64) -> Option<u32> {
    table.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        // A line with an arrow is of a process that waits.
        let is_holder = words.next()? == "FLOCK";
        let pid = words.nth(2)?.parse().ok().filter(|pid| *pid > 0)?;
        let file = words.next()?.rsplit(':').next()?.parse() == Ok(number);
        (is_holder && file).then_some(pid)
    })
}

/// For how long the process has been running, in seconds.
#[cfg(target_os = "linux")]
fn age(pid: u32) -> Option<u64> {
    /// The place of the start in `/proc/PID/stat`, counted from the field after the name.
    const START: usize = 19;
    /// The kernel counts in these for programs, whatever its own clock does: `USER_HZ`.
    const TICKS_PER_SECOND: u64 = 100;
    let stat = text(&format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold anything.
    let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(START)?.parse().ok()?;
    let uptime: u64 = text("/proc/uptime")?.split('.').next()?.parse().ok()?;
    uptime.checked_sub(ticks / TICKS_PER_SECOND)
}

#[cfg(not(target_os = "linux"))]
fn age(_pid: u32) -> Option<u64> {
    None
}

fn text(path: &str) -> Option<String> {
    String::from_utf8(read_optional(Path::new(path)).ok()??).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
1: POSIX  ADVISORY  WRITE 11 08:01:77 0 EOF
2: FLOCK  ADVISORY  WRITE 22 08:01:77 0 EOF
2: -> FLOCK  ADVISORY  WRITE 33 08:01:77 0 EOF
3: FLOCK  ADVISORY  READ  44 00:1f:7 0 EOF
4: FLOCK  ADVISORY  WRITE -1 00:1f:8 0 EOF
5: OFDLCK ADVISORY  READ  -1 00:06:9 0 EOF
";

    #[test]
    fn the_holder_is_told_from_who_waits() {
        for (number, pid) in [(77, Some(22)), (7, Some(44)), (8, None), (9, None), (1, None)] {
            assert_eq!(pid_in(TABLE, number), pid, "{number}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_is_held_until_it_is_released_and_by_a_known_process() {
        let root = tempfile::tempdir().unwrap();
        let folder = std::fs::canonicalize(root.path()).unwrap().join("locks");
        assert_eq!(held_locks(&folder), []);
        let file = open_lock_file(&folder.join("a")).unwrap();
        open_lock_file(&folder.join("b")).unwrap();
        assert_eq!(held_locks(&folder), []);
        file.lock().unwrap();
        let [HeldLock { path, holder: Some(holder) }] = &held_locks(&folder)[..] else { panic!("{:?}", held_locks(&folder)) };
        assert_eq!((path, holder.pid), (&folder.join("a"), std::process::id()));
        assert!(holder.program.is_some() && holder.seconds.is_some(), "{holder:?}");
        drop(file);
        assert_eq!(held_locks(&folder), []);
    }
}
