//! What a finding is, and in which order several are shown. Never decides whether there is one.

use std::fmt;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// How bad a finding is, on one of two scales. `Critical` to `Low` rate a risk, as auditors do; `Error` to `Note` say what comes of it.
/// The order is from bad to harmless on each scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    /// It does not work, or does not protect.
    Error,
    /// It works, and something about it should change.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A kind of finding. Each room of `judge` has a table of its own, and `docs/findings.md` is made from all of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Scripts rely on it: it never changes.
    pub id: &'static str,
    pub severity: Severity,
    /// One sentence for `docs/findings.md`: what is wrong, and why that matters.
    pub about: &'static str,
}

/// Declares kinds of findings, and a list of all of them.
macro_rules! kinds {
    ($($name:ident, $id:literal, $severity:ident, $about:literal;)+) => {
        $(pub static $name: $crate::judge::Kind =
            $crate::judge::Kind { id: $id, severity: $crate::judge::Severity::$severity, about: $about };)+

        /// All of them.
        pub static ALL: &[&$crate::judge::Kind] = &[$(&$name),+];
    };
}

pub(super) use kinds;

/// Something that was found. Never holds a secret: findings are pasted into bug reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: &'static Kind,
    /// That of the kind, unless this case is better or worse.
    pub severity: Severity,
    /// What it is about: a user, a profile, a file.
    pub subject: String,
    /// A lower-case clause.
    pub message: String,
    /// What shows it: dates, values, the words of AWS.
    pub evidence: Option<String>,
    /// The exact command or the sentence that cures it, in the imperative.
    pub fix: Option<String>,
}

impl Finding {
    #[must_use]
    pub fn new(kind: &'static Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, severity: kind.severity, subject: subject.into(), message: message.into(), evidence: None, fix: None }
    }

    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    #[must_use]
    pub fn evidence(self, evidence: impl Into<String>) -> Self {
        Self { evidence: Some(evidence.into()), ..self }
    }

    #[must_use]
    pub fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }
}

/// The document that scripts read: the same six names for every command.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("id", self.kind.id)?;
        map.serialize_entry("severity", self.severity.as_str())?;
        map.serialize_entry("subject", &self.subject)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("evidence", &self.evidence)?;
        map.serialize_entry("fix", &self.fix)?;
        map.end()
    }
}

/// Puts the worst first; of the same severity, all of a kind together.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        let by = |finding: &Finding| (finding.severity, finding.kind.id);
        by(one).cmp(&by(other)).then_with(|| one.subject.cmp(&other.subject))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORSE: Kind = Kind { id: "b-worse", severity: Severity::Error, about: "x" };
    const HARMLESS: Kind = Kind { id: "a-harmless", severity: Severity::Note, about: "x" };

    #[test]
    fn the_worst_is_first_and_a_kind_is_together() {
        let mut findings = vec![
            Finding::new(&HARMLESS, "b", "m"),
            Finding::new(&WORSE, "z", "m"),
            Finding::new(&HARMLESS, "a", "m"),
            Finding::new(&HARMLESS, "c", "m").severity(Severity::Warning),
        ];
        sort(&mut findings);
        let order: Vec<_> = findings.iter().map(|finding| (finding.severity.as_str(), finding.subject.as_str())).collect();
        assert_eq!(order, [("error", "z"), ("warning", "c"), ("note", "a"), ("note", "b")]);
        let scale = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        assert!(scale.is_sorted());
    }

    #[test]
    fn scripts_find_the_same_six_names_in_each() {
        let bare = serde_json::to_value(Finding::new(&WORSE, "s", "m")).unwrap();
        let expected =
            serde_json::json!({"id": "b-worse", "severity": "error", "subject": "s", "message": "m", "evidence": null, "fix": null});
        assert_eq!(bare, expected);
        let whole = serde_json::to_value(Finding::new(&WORSE, "s", "m").evidence("e").fix("f").severity(Severity::Note)).unwrap();
        assert_eq!((whole["evidence"].as_str(), whole["fix"].as_str(), whole["severity"].as_str()), (Some("e"), Some("f"), Some("note")));
    }
}
