//! Judges who may read and write the files of vault and of the AWS tools, and what is left over. Never touches one.

use crate::judge::Finding;

use super::facts::{Facts, FileFact};
use super::kinds as k;

/// So many files are named.
const SHOWN: usize = 5;

pub fn judge(facts: &Facts, findings: &mut Vec<Finding>) {
    findings.extend(facts.files.iter().filter_map(judge_file));
    if facts.expired_sessions > 0 {
        let message = format!("{} session files have expired", facts.expired_sessions);
        findings.push(Finding::new(&k::EXPIRED_SESSIONS, "session cache", message).fix("run `vault doctor --fix`"));
    }
    if let Some((count, one, folder)) = &facts.foreign_sessions {
        let what = if *count == 1 { "it belongs".to_owned() } else { format!("it and {} more belong", count - 1) };
        let finding = Finding::new(&k::FOREIGN_FILE, one, format!("{what} to another user, so vault does not use what is there"));
        findings.push(finding.fix(format!("take it back with `sudo chown -R \"$(id -un)\" {folder}`")));
    }
    if let Some((first, rest)) = facts.stray_files.split_first() {
        let (what, fix) = match rest.len() {
            0 => ("a file is not a session, or is damaged; vault does not use it".to_owned(), "look at it, and remove it"),
            more => {
                (format!("{} files are no sessions, or damaged ones; vault does not use them", more + 1), "look at them, and remove them")
            }
        };
        let shown = std::iter::once(first).chain(rest).take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = facts.stray_files.len().saturating_sub(SHOWN);
        let evidence = if more == 0 { shown } else { format!("{shown} and {more} more") };
        findings.push(Finding::new(&k::STRAY_FILES, "session cache", what).evidence(evidence).fix(fix));
    }
    if facts.leftovers > 0 {
        let message = format!("{} temporary files of killed runs are left", facts.leftovers);
        findings.push(Finding::new(&k::LEFTOVERS, "folders of vault", message).fix("run `vault doctor --fix`"));
    }
}

impl FileFact {
    /// The mode that it should have, where it has a wider one.
    #[must_use]
    pub fn narrower(&self) -> Option<u32> {
        let others = if self.is_secret { 0o077 } else { 0o022 };
        (self.mode & others != 0).then_some(self.mode & !others)
    }
}

fn judge_file(file: &FileFact) -> Option<Finding> {
    if !file.is_mine {
        let finding = Finding::new(&k::FOREIGN_FILE, &file.path, "it belongs to another user, so vault does not use it");
        return Some(finding.fix(format!("take it back with `sudo chown -R \"$(id -un)\" {}`", file.in_shell)));
    }
    let narrower = file.narrower()?;
    let what = if file.is_secret && file.mode & 0o044 != 0 { "other users may read it" } else { "other users may write to it" };
    let finding = Finding::new(&k::OPEN_FILE, &file.path, what).evidence(format!("mode {:04o}", file.mode));
    Some(finding.fix(format!("run `chmod {narrower:o} {}`, or `vault doctor --fix`", file.in_shell)))
}
