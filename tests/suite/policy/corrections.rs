//! The corrected statement can be pasted as it is: it also cures everything else that is wrong with the statement, or says what remains.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use vault::judge::policy::document::statement_node;

use super::traps::{self, Case};
use super::{Id, Options, Report};

/// The ids of the findings in the statement with this index.
fn in_statement(report: &Report<'_>, wanted: usize) -> BTreeSet<Id> {
    let here = report.findings().filter(|(_, finding)| finding.statement.as_ref().is_some_and(|(index, _)| *index == wanted));
    here.map(|(_, finding)| finding.id).collect()
}

fn statements(document: &Value) -> &[Value] {
    match &document["Statement"] {
        Value::Array(list) => list,
        statement => std::slice::from_ref(statement),
    }
}

/// Pastes every corrected statement into its document, and checks it again. Returns the ids that the first check found, by statement.
fn paste(document: &Value, options: &Options) -> Vec<BTreeSet<Id>> {
    let text = document.to_string();
    let report = Report::of("policy.json", &text, options);
    for (_, finding) in report.findings() {
        let (Some(corrected), Some((index, _))) = (&finding.corrected, &finding.statement) else { continue };
        let corrected: Value =
            serde_json::from_str(&vault::judge::policy::json::compact(&statement_node(corrected))).expect("it is written as JSON");
        let mut pasted = document.clone();
        match &mut pasted["Statement"] {
            Value::Array(list) => list[*index] = corrected,
            statement => *statement = corrected,
        }
        let text = pasted.to_string();
        let again = Report::of("policy.json", &text, options);
        let left = in_statement(&again, *index);
        let remaining: BTreeSet<_> = finding.remaining.iter().copied().collect();
        assert_eq!(left, remaining, "{document:#}\n{}: {}\nis corrected to\n{pasted:#}", finding.id.as_str(), finding.fix);
        for id in &left {
            assert!(finding.fix.contains(&format!("`{}` remains", id.as_str())), "{}", finding.fix);
            assert!(*id != Id::Syntax || in_statement(&report, *index).contains(id), "it was taken before: {document:#}\n{pasted:#}");
        }
        let curable = |(_, left): (_, &vault::judge::policy::lint::Finding)| {
            left.corrected.is_some() && left.statement.as_ref().is_some_and(|(here, _)| here == index)
        };
        assert!(!again.findings().any(curable), "nothing is left that can be cured here: {document:#}\n{pasted:#}");
    }
    (0..statements(document).len()).map(|index| in_statement(&report, index)).collect()
}

/// The cases whose policy is one statement, under each id that is found in it.
fn single() -> BTreeMap<String, Vec<(Case, Value)>> {
    let mut by_id: BTreeMap<String, Vec<(Case, Value)>> = BTreeMap::new();
    for (id, case) in traps::cases() {
        let Ok(document) = serde_json::from_str::<Value>(&case.document()) else { continue };
        if case.found.contains(&id) && statements(&document).len() == 1 {
            by_id.entry(id).or_default().push((case, document));
        }
    }
    by_id
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn union(one: &Value, other: &Value) -> Value {
    let mut all = list(one);
    all.extend(list(other).into_iter().filter(|value| !list(one).contains(value)));
    all.into()
}

/// One statement with the content of both. Where there is room for only one value, it is the one of `one`.
fn merged(one: &Value, other: &Value) -> Option<Value> {
    let both = |name: &str| (one.get(name), other.get(name));
    if one["Effect"] != other["Effect"] || one.get("Principal").is_some() != other.get("Principal").is_some() {
        return None;
    }
    let mut out = one.as_object()?.clone();
    out.remove("Sid");
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        if let (Some(mine), Some(theirs)) = both(name) {
            out.insert(name.to_owned(), union(mine, theirs));
        }
    }
    if let (Some(Value::Object(mine)), Some(Value::Object(theirs))) = both("Principal") {
        let mut kinds = mine.clone();
        for (kind, names) in theirs {
            kinds.insert(kind.clone(), union(mine.get(kind).unwrap_or(&Value::Null), names));
        }
        out.insert("Principal".to_owned(), kinds.into());
    }
    let mut blocks: Map<String, Value> = one.get("Condition").and_then(Value::as_object).cloned().unwrap_or_default();
    for (operator, tests) in other.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        let block = blocks.entry(operator.clone()).or_insert_with(|| json!({}));
        for (key, values) in tests.as_object()? {
            if block.get(key).is_none() {
                block[key] = values.clone();
            }
        }
    }
    if !blocks.is_empty() {
        out.insert("Condition".to_owned(), blocks.into());
    }
    Some(out.into())
}

#[test]
fn a_correction_cures_every_other_trap_of_its_statement() {
    let single = single();
    let mut met = BTreeSet::new();
    for (id, cases) in &single {
        for (case, document) in cases {
            paste(document, &case.options());
            for (other_id, others) in single.iter().filter(|(other, _)| *other != id) {
                for (other, other_document) in others {
                    let Some(statement) = merged(&statements(document)[0], &statements(other_document)[0]) else { continue };
                    let mut both = json!({"Statement": [statement]});
                    if let (Some(version), Some(_)) = (document.get("Version"), other_document.get("Version")) {
                        both["Version"] = version.clone();
                    }
                    let (mut options, more) = (case.options(), other.options());
                    options.facts.account = options.facts.account.or(more.facts.account);
                    options.facts.partition = options.facts.partition.or(more.facts.partition);
                    options.kind = options.kind.or(more.kind);
                    let found = &paste(&both, &options)[0];
                    let has = |id: &str| Id::parse(id).is_some_and(|id| found.contains(&id));
                    if has(id) && has(other_id) {
                        met.insert((id.clone().min(other_id.clone()), id.clone().max(other_id.clone())));
                    }
                }
            }
        }
    }
    let apart: Vec<_> = single
        .keys()
        .flat_map(|one| single.keys().filter(move |other| one < *other).map(move |other| (one.clone(), other.clone())))
        .filter(|pair| !met.contains(pair))
        .collect();
    println!("{} pairs of traps met in one statement; {} never did: {apart:?}", met.len(), apart.len());
    assert!(met.len() >= 100, "{}", met.len());
}

fn words(all: &'static [&'static str], least: usize) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(all.to_vec(), least..=all.len().min(least + 3))
}

const ACTIONS: &[&str] = &[
    "*",
    "iam:*",
    "s3:GetObject",
    "sts:AssumeRole",
    "sts:GetSessionToken",
    "iam:CreateAccessKey",
    "iam:CreateVirtualMFADevice",
    "iam:DeactivateMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:CreateServiceSpecificCredential",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:EnableMFADevice",
    "iam:ChangePassword",
    "sts:GetFederationToken",
    "iam:Create*",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::*:mfa/${aws:username}",
    "arn:aws-cn:s3:::b/*",
    "arn:aws:iam::123456789012:user/team/alice",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:iam::*:mfa/*",
];
const PRINCIPALS: &[&str] =
    &["123456789012", "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:role/Ops", "arn:aws:iam::999999999999:root", "*"];
const OPERATORS: &[&str] = &[
    "Bool",
    "BoolIfExists",
    "StringEquals",
    "Null",
    "ForAnyValue:Bool",
    "NumericGreaterThan",
    "NumericLessThanIfExists",
    "IpAddress",
    "NotIpAddress",
    "StringNotEquals",
];
const KEYS: &[&str] = &[
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthPresnt",
    "aws:multifactorauthpresent",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAge",
    "aws:SourceIp",
    "aws:ViaAWSService",
    "aws:PrincipalType",
    "sts:ExternalId",
    "aws:SourceVpce",
];
const VALUES: &[&str] = &["true", "false", "yes", "3600", "10.0.0.0/8", "203.0.113.0/24", "2001:db8::1/32", "AssumedRole", "vpce-1"];

prop_compose! {
    fn condition()(blocks in proptest::collection::vec((words(OPERATORS, 1), proptest::collection::vec((words(KEYS, 1), words(VALUES, 1)), 1..3)), 0..3)) -> Value {
        let mut out = Map::new();
        for (operators, tests) in blocks {
            let tests: Map<String, Value> = tests.into_iter().map(|(keys, values)| (keys[0].to_owned(), values.into())).collect();
            out.insert(operators[0].to_owned(), tests.into());
        }
        out.into()
    }
}

prop_compose! {
    fn statement(trust: bool)(
        allow: bool,
        not_action: bool,
        not_resource in proptest::bool::weighted(0.1),
        actions in words(ACTIONS, 1),
        resources in words(RESOURCES, 1),
        principals in words(PRINCIPALS, 1),
        condition in condition(),
    ) -> Value {
        let mut out = json!({"Effect": if allow { "Allow" } else { "Deny" }, "Condition": condition});
        if trust {
            out["Principal"] = json!({"AWS": principals});
            out["Action"] = json!("sts:AssumeRole");
        } else {
            out[if not_action { "NotAction" } else { "Action" }] = actions.into();
            out[if not_resource { "NotResource" } else { "Resource" }] = resources.into();
        }
        out
    }
}

proptest! {
    #[test]
    fn what_is_pasted_has_only_what_was_said_to_remain(
        trust: bool,
        (one, two) in (statement(true), statement(true)),
        (three, four) in (statement(false), statement(false)),
        old in proptest::bool::weighted(0.2),
        account in proptest::option::of(Just("123456789012".to_owned())),
        partition in proptest::option::of(Just("aws".to_owned())),
    ) {
        let list = if trust { [one, two] } else { [three, four] };
        let document = json!({"Version": if old { "2008-10-17" } else { "2012-10-17" }, "Statement": list});
        let mut options = Options::default();
        options.facts.account = account;
        options.facts.partition = partition;
        paste(&document, &options);
    }
}
