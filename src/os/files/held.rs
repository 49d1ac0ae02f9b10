//! Which lock files other processes hold, and which processes these are. Never waits for a lock, never keeps one, and takes none where the
//! system lists them.

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
    let table = text(TABLE);
    names.iter().filter_map(|name| held(&folder.join(name), table.as_deref())).collect()
}

fn held(path: &Path, table: Option<&str>) -> Option<HeldLock> {
    if !exists(path) {
        return None;
    }
    // A free lock is not taken to find out: a run with `--no-wait` would take it for held. A number in the table may be of a file elsewhere.
    if let Some((table, number)) = table.zip(number_of(path))
        && pid_in(table, number).is_none()
    {
        return None;
    }
    // A lock file that cannot be opened delays nobody.
    let file = open_lock_file(path).ok()?;
    if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    // It may have changed hands since the first look.
    let pid = number_of(path).and_then(|number| text(TABLE).and_then(|table| pid_in(&table, number)));
    Some(HeldLock { path: path.to_owned(), holder: pid.map(described) })
}

/// Linux's table of locks.
const TABLE: &str = "/proc/locks";

/// The number of the file.
#[cfg(unix)]
fn number_of(path: &Path) -> Option<u64> {
    std::fs::symlink_metadata(path).ok().map(|metadata| std::os::unix::fs::MetadataExt::ino(&metadata))
}

#[cfg(not(unix))]
fn number_of(_path: &Path) -> Option<u64> {
    None
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

    /// That would take a free lock for a moment.
    #[cfg(unix)]
    #[test]
    fn a_lock_that_the_system_does_not_list_is_not_tried() {
        let root = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(root.path()).unwrap().join("locks/a");
        let file = open_lock_file(&path).unwrap();
        file.lock().unwrap();
        assert_eq!(held(&path, Some("")), None);
        let listed = format!("1: FLOCK  ADVISORY  WRITE 22 08:01:{} 0 EOF\n", number_of(&path).unwrap());
        assert!(held(&path, Some(&listed)).is_some() && held(&path, None).is_some());
        drop(file);
        assert_eq!(held(&path, Some(&listed)), None, "the number may be of another file");
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
