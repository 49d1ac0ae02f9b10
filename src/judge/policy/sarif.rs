//! Writes findings as SARIF 2.1.0, which code hosts show next to the lines. Never leaves out one.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use crate::model::in_percent;

use super::check::{Checked, Report};
use super::document::statement_node;
use super::evaluate::Mfa;
use super::json;
use super::lint::{Finding, Id};
use super::tree::Node;
use crate::model::fit;

/// One document for all files. `version`: of this program.
#[must_use]
pub fn sarif(reports: &[Report<'_>], version: &str) -> Node {
    let rules: Vec<_> = Id::ALL.into_iter().map(rule).collect();
    let results: Vec<_> =
        reports.iter().flat_map(|report| report.findings().map(move |(checked, finding)| result(report, checked, finding))).collect();
    let driver = Node::object([("name", "vault".into()), ("version", version.into()), ("rules", rules.into())]);
    let run = Node::object([
        ("tool", Node::object([("driver", driver)])),
        ("columnKind", "unicodeCodePoints".into()),
        ("results", results.into()),
    ]);
    Node::object([
        ("$schema", "https://json.schemastore.org/sarif-2.1.0.json".into()),
        ("version", "2.1.0".into()),
        ("runs", vec![run].into()),
    ])
}

fn message(text: &str) -> Node {
    Node::object([("text", text.into())])
}

fn rule(id: Id) -> Node {
    Node::object([
        ("id", id.as_str().into()),
        ("shortDescription", message(id.kind().about)),
        ("defaultConfiguration", Node::object([("level", id.severity().as_str().into())])),
    ])
}

fn result(report: &Report<'_>, checked: &Checked, finding: &Finding) -> Node {
    let (start, end) = (report.place(finding.span), report.end(finding.span));
    let region = Node::object([
        ("startLine", start.line.into()),
        ("startColumn", start.column.into()),
        ("endLine", end.line.into()),
        ("endColumn", end.column.into()),
    ]);
    let artifact = Node::object([("uri", uri(report.file).into())]);
    let mut location = vec![("physicalLocation", Node::object([("artifactLocation", artifact), ("region", region)]))];
    let statement = finding.statement.as_ref().map(|(index, sid)| sid.clone().unwrap_or_else(|| format!("Statement[{index}]")));
    // Security: code hosts and logs show what is in here, and a policy is as somebody else wrote it.
    let logical: Vec<_> = checked.policy.iter().cloned().chain(statement).map(|name| fit(&name).into_owned()).collect();
    if !logical.is_empty() {
        let name = Node::object([("fullyQualifiedName", logical.join("/").into())]);
        location.push(("logicalLocations", vec![name].into()));
    }
    let rule_index = Node::from(finding.id as usize);
    Node::object([
        ("ruleId", finding.id.as_str().into()),
        ("ruleIndex", rule_index),
        ("level", finding.severity.as_str().into()),
        ("message", message(&told(finding))),
        ("locations", vec![Node::object(location)].into()),
        ("partialFingerprints", Node::object([("policy/v1", print(checked, finding).into())])),
    ])
}

/// All of it in one text: what happens, in which case, and what to do.
fn told(finding: &Finding) -> String {
    let cases = finding.effect.map_or_else(String::new, |cases| {
        let [absent, without, with] = Mfa::ALL.map(|mfa| cases.word(mfa));
        format!(" Long-term key: {absent}. Session without MFA: {without}. Session with MFA: {with}.")
    });
    let corrected =
        finding.corrected.as_ref().map_or_else(String::new, |statement| format!("\n\n{}", json::pretty(&statement_node(statement))));
    format!("{}.{cases} Fix: {}.{corrected}", fit(&finding.message), fit(&finding.fix))
}

/// What stays the same where lines move.
fn print(checked: &Checked, finding: &Finding) -> String {
    let statement = finding.statement.as_ref().map(|(index, sid)| sid.clone().unwrap_or_else(|| index.to_string()));
    [Some(finding.id.as_str().to_owned()), checked.policy.clone(), statement]
        .into_iter()
        .flatten()
        .map(|part| fit(&part).into_owned())
        .collect::<Vec<_>>()
        .join(":")
}

/// A path as a reference of RFC 3986.
fn uri(path: &str) -> String {
    path.split(['/', '\\']).map(in_percent).collect::<Vec<_>>().join("/")
}
