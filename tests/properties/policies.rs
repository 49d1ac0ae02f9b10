//! What `policy check` finds is in the file, and what it corrects stays corrected.

use std::collections::BTreeSet;

use vault::judge::policy::check::{Checked, Options, Report};
use vault::judge::policy::document::{self, Kind, policy_node};
use vault::judge::policy::json;
use vault::judge::policy::lint::{Facts, Finding, Id, lint};
use vault::judge::policy::sarif::sarif;

/// So many corrections of a file are tried.
const MOST: usize = 8;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for options in [
        Options::default(),
        Options {
            kind: Some(Kind::Trust),
            facts: Facts { partition: Some("aws-cn".to_owned()), account: Some("123456789012".to_owned()), ..Facts::default() },
            allowed: vec![Id::Unchecked],
        },
    ] {
        let report = Report::of("policy.json", text, &options);
        let printed = json::pretty(&report.nodes().into());
        assert_eq!(printed, json::pretty(&Report::of("policy.json", text, &options).nodes().into()), "it is judged in the same way again");
        assert!(serde_json::from_str::<serde_json::Value>(&printed).is_ok(), "it is JSON");
        assert!(serde_json::from_str::<serde_json::Value>(&json::pretty(&sarif(&[report], "1"))).is_ok(), "it is JSON");
        let report = Report::of("policy.json", text, &options);
        for (checked, finding) in report.findings() {
            check_place(&report, checked, finding);
        }
        let corrected = report.findings().filter(|(_, finding)| finding.corrected.is_some());
        for (checked, finding) in corrected.take(MOST) {
            check_correction(checked, finding);
        }
    }
    if let Ok(tree) = json::read(text) {
        assert!(serde_json::from_str::<serde_json::Value>(text).is_ok() || text.len() > 100, "{text:?} is not JSON for others");
        let compact = json::compact(&tree);
        assert_eq!(json::read(&compact).as_ref(), Ok(&tree), "it is the same when it is written");
    }
}

fn check_place(report: &Report<'_>, checked: &Checked, finding: &Finding) {
    let (start, end) = (finding.span.start, finding.span.end);
    assert!(start <= end && end <= report.text.len(), "{start}..{end} of {}", report.text.len());
    assert!(report.text.is_char_boundary(start) && report.text.is_char_boundary(end), "{start}..{end} is between characters");
    let (first, last) = (report.place(finding.span), report.end(finding.span));
    assert!(first <= last && first.line >= 1 && first.column >= 1);
    let (line, at) = report.line_of(finding.span);
    assert!(line.is_char_boundary(at));
    assert!(!finding.message.is_empty() && !finding.fix.is_empty());
    let _ = checked.table(finding);
}

fn check_correction(checked: &Checked, finding: &Finding) {
    let (Some((_, reading)), Some(corrected), Some((index, _))) = (&checked.read, &finding.corrected, &finding.statement) else {
        panic!("a correction is of a statement");
    };
    let mut policy = reading.policy.clone();
    let Some(place) = policy.statements.iter().position(|statement| statement.index == *index) else { panic!("it is in the policy") };
    policy.statements[place] = corrected.clone();
    let text = json::compact(&policy_node(&policy));
    let document = json::read(&text).expect("what is corrected is JSON");
    let again = document::read(&document, Some(reading.kind));
    assert_eq!(again.policy, policy, "it says what it should");
    let left: BTreeSet<_> = lint(&document, &again, &checked.facts)
        .into_iter()
        .filter(|left| left.statement.as_ref().is_some_and(|(here, _)| *here == place))
        .map(|left| left.id)
        .collect();
    let told: BTreeSet<_> = finding.remaining.iter().copied().collect();
    assert_eq!(left, told, "{} in {}: {}", finding.id.as_str(), text, finding.fix);
}
