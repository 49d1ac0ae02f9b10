//! Each trap: policies that fall into it, near misses, the corrected statement, and the three MFA cases. Data: `traps/`, one file per id.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use vault::judge::policy::document::statement_node;
use vault::judge::policy::json;

use super::{Facts, Id, Kind, Mfa, Options, Report, folder, ids};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    why: String,
    /// A document or a single statement.
    policy: String,
    /// All findings, by id.
    #[serde(default)]
    pub(super) found: Vec<String>,
    /// The statement's effect with MFA absent, false and true.
    effect: Option<[String; 3]>,
    /// The text at the finding's place.
    at: Option<String>,
    /// Whether there is a corrected statement, which must not have the finding.
    corrected: Option<bool>,
    #[serde(rename = "as")]
    kind: Option<String>,
    account: Option<String>,
    partition: Option<String>,
}

impl Case {
    pub(super) fn options(&self) -> Options {
        let kind = self.kind.as_deref().map(|kind| if kind == "trust" { Kind::Trust } else { Kind::Identity });
        let facts = Facts { account: self.account.clone(), partition: self.partition.clone(), ..Facts::default() };
        Options { kind, facts, allowed: Vec::new() }
    }

    pub(super) fn document(&self) -> String {
        if self.policy.contains("\"Statement\"")
            || !self.policy.trim_start().starts_with('{')
            || self.policy.contains("\"Version\"")
            || self.policy.contains("\"Resources\"")
        {
            self.policy.clone()
        } else {
            format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", self.policy)
        }
    }
}

fn check(id: &str, case: &Case) {
    let (document, options) = (case.document(), case.options());
    let report = Report::of("policy.json", &document, &options);
    let mut expected: Vec<_> = case.found.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(ids(&document, &options), expected, "{id}: {}\n{document}", case.why);
    for (_, finding) in report.findings().filter(|(_, finding)| finding.id.as_str() == id) {
        if let Some(effect) = &case.effect {
            let cases = finding.effect.unwrap_or_else(|| panic!("{id}: {}: it has an effect", case.why));
            assert_eq!(Mfa::ALL.map(|mfa| cases.word(mfa)), effect.each_ref().map(String::as_str), "{id}: {}", case.why);
        }
        if let Some(at) = &case.at {
            let start = finding.span.start;
            assert!(document[start..].starts_with(at.as_str()), "{id}: {}: it is at {}", case.why, &document[start..]);
        }
        if let Some(expected) = case.corrected {
            assert_eq!(finding.corrected.is_some(), expected, "{id}: {}", case.why);
        }
        if let (Some(corrected), Some((index, _))) = (&finding.corrected, &finding.statement) {
            let mut whole: serde_json::Value = serde_json::from_str(&document).expect("a text with a corrected statement is JSON");
            let corrected: serde_json::Value = serde_json::from_str(&json::compact(&statement_node(corrected))).expect("it is JSON");
            match &mut whole["Statement"] {
                serde_json::Value::Array(statements) => statements[*index] = corrected,
                statement => *statement = corrected,
            }
            let left = ids(&whole.to_string(), &options);
            assert!(!left.contains(&id) && !left.contains(&"syntax"), "{id}: {}: the corrected form has {left:?}\n{whole:#}", case.why);
        }
    }
}

/// Every case, with the id of its file.
pub(super) fn cases() -> Vec<(String, Case)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder("traps")).expect("the folder can be read") {
        let path = entry.expect("its entries too").path();
        let id = path.file_stem().and_then(|name| name.to_str()).expect("names are text").to_owned();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.extend(file.case.into_iter().map(|case| (id.clone(), case)));
    }
    all
}

#[test]
fn every_trap_is_found_and_no_near_miss_is() {
    let mut by_id: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for (id, case) in cases() {
        by_id.entry(id).or_default().push(case);
    }
    // One run shows all failures.
    let mut failed = Vec::new();
    for (id, cases) in &by_id {
        let (positive, negative): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.found.contains(id));
        assert!(!positive.is_empty() && !negative.is_empty(), "{id} has cases of both kinds");
        for case in cases {
            if std::panic::catch_unwind(|| check(id, case)).is_err() {
                failed.push(format!("{id}: {}", case.why));
            }
        }
    }
    let seen: BTreeSet<_> = by_id.into_keys().collect();
    let all: BTreeSet<_> = Id::ALL.iter().map(|id| id.as_str().to_owned()).collect();
    assert_eq!(seen, all, "a file for each id");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The table treats a condition on a misspelt key as the finding does.
#[test]
fn the_truth_table_says_what_the_finding_says() {
    for (effect, operator, key, value) in [
        ("Allow", "Bool", "aws:MultiFactorAuthPresence", "true"),
        ("Allow", "Bool", "aws:MultiFactorAuthPresent", "yes"),
        ("Allow", "BoolIfExists", "aws:MultiFactorAuthPresent", "true"),
        ("Deny", "Bool", "aws:MultiFactorAuthPresent", "false"),
        ("Deny", "BoolIfExists", "aws:MFAPresent", "false"),
        ("Deny", "NumericGreaterThan", "aws:MultiFactorAuthAge", "3600"),
    ] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${{aws:PrincipalTag/team}}/*", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}}}}}"#
        );
        let report = Report::of("policy.json", &text, &Options::default());
        let (checked, finding) = report.findings().next().unwrap_or_else(|| panic!("no finding in {text}"));
        let rows: Vec<_> = checked.table(finding).iter().map(|row| Some(row.cases)).collect();
        assert_eq!(rows, [finding.effect], "{}: {text}", finding.id.as_str());
    }
}
