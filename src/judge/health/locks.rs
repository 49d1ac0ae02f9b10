//! Judges locks that other processes hold. A lock ends with its process, so a file that no process locks is never stale. Never takes a lock.

use crate::judge::{Finding, Severity};

use super::facts::LockFact;
use super::kinds as k;

/// Nobody needs this long, in seconds, to find a code and type it.
const LONG: u64 = 600;

pub fn judge(lock: &LockFact) -> Finding {
    let program = lock.program.as_ref().map(|name| format!(", `{name}`")).unwrap_or_default();
    let process = lock.pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}{program}"));
    let message = format!("{process} holds a lock: other commands that need {} wait for it", lock.guards);
    let finding = Finding::new(&k::LOCK_HELD, &lock.path, message);
    // How long it has had the lock is not known: at most as long as it has been running.
    let finding = match lock.seconds {
        Some(seconds) if seconds < LONG => finding.severity(Severity::Note).evidence(format!("it has been running for {seconds} s")),
        Some(seconds) => finding.evidence(format!("it has been running for {} min", seconds / 60)),
        None => finding.severity(Severity::Note),
    };
    finding.fix(match lock.pid {
        Some(pid) => format!("answer it if it asks something; see what it is with `ps -fp {pid}`, or end it with `kill {pid}`"),
        None => format!("find it with `fuser -v {}`, and answer or end it", lock.in_shell),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_had_it_for_long_is_a_warning_and_a_person_at_a_prompt_is_none() {
        let lock = |pid, seconds| LockFact {
            path: "~/locks/x".to_owned(),
            in_shell: "~/locks/x".to_owned(),
            guards: "a code",
            pid,
            program: pid.map(|_| "vault".to_owned()),
            seconds,
        };
        for (pid, seconds, severity, words, cure) in [
            (Some(7), Some(599), Severity::Note, "process 7, `vault` holds", "`kill 7`"),
            (Some(7), Some(600), Severity::Warning, "process 7, `vault` holds", "`kill 7`"),
            (Some(7), None, Severity::Note, "process 7", "`ps -fp 7`"),
            (None, None, Severity::Note, "another process holds", "`fuser -v ~/locks/x`"),
        ] {
            let finding = judge(&lock(pid, seconds));
            assert_eq!(finding.severity, severity, "{finding:?}");
            assert!(finding.message.contains(words) && finding.fix.as_ref().is_some_and(|fix| fix.contains(cure)), "{finding:?}");
        }
    }
}
