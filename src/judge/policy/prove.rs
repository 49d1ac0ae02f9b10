//! The truth table of a statement: what it does with each action, on whose resource, in the three cases of MFA. Never looks at other statements.

use super::document::{Patterns, Statement};
use super::evaluate::{Request, example, names_action};
use super::lint::exceptions::{On, needed};
use super::lint::{Cases, Subject, cases_of};

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub action: String,
    /// Whose resource it is about.
    pub resource: String,
    pub cases: Cases,
}

/// Actions that stand for all those that a wildcard names.
const EXAMPLES: [&str; 12] = [
    "iam:CreateAccessKey",
    "iam:ListAccessKeys",
    "iam:CreateLoginProfile",
    "iam:DeactivateMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:PutUserPolicy",
    "sts:AssumeRole",
    "sts:GetFederationToken",
    "s3:GetObject",
    "ec2:RunInstances",
    "kms:Decrypt",
    "lambda:InvokeFunction",
];

/// More lines than this say no more.
const MOST: usize = 40;

/// What the statement does, with everything but MFA as its conditions want it.
#[must_use]
pub fn table(subject: &Subject<'_>, statement: &Statement) -> Vec<Row> {
    let mut rows = Vec::new();
    for action in actions(&statement.action) {
        for (whose, request) in requests(subject, statement, &action) {
            rows.push(Row { action: action.clone(), resource: whose.to_owned(), cases: cases_of(statement, subject.variables, &request) });
        }
    }
    rows.truncate(MOST);
    rows
}

fn actions(patterns: &Patterns) -> Vec<String> {
    let known = || needed().map(|(action, _)| action).chain(EXAMPLES);
    let mut actions: Vec<String> = Vec::new();
    for pattern in &patterns.patterns {
        if pattern.value.contains(['*', '?']) {
            actions.extend(known().filter(|action| names_action(&pattern.value, action)).map(str::to_owned));
        } else {
            actions.push(pattern.value.clone());
        }
    }
    if patterns.negated {
        actions.extend(known().map(str::to_owned));
    }
    let mut seen = Vec::new();
    actions.retain(|action| {
        let lower = action.to_ascii_lowercase();
        let first = !seen.contains(&lower);
        seen.push(lower);
        first
    });
    actions
}

/// Whose resource, and the request for it.
fn requests(subject: &Subject<'_>, statement: &Statement, action: &str) -> Vec<(&'static str, Request)> {
    let on = needed().find(|(known, _)| known.eq_ignore_ascii_case(action)).map(|(_, on)| on);
    let device = action.to_ascii_lowercase().contains("virtualmfadevice");
    let of_user = action.to_ascii_lowercase().starts_with("iam:");
    let iam = |name: &str| subject.request(action, &subject.iam(name));
    match on {
        Some(On::Nothing) => vec![("any", subject.request(action, "*"))],
        Some(On::User) => vec![("own", iam("user/some-user")), ("another's", iam("user/another-user"))],
        Some(On::Device) => vec![("own", iam("mfa/some-user")), ("another's", iam("mfa/another-user"))],
        None if device => vec![("own", iam("mfa/some-user")), ("another's", iam("mfa/phone"))],
        None if of_user => vec![("own", iam("user/some-user")), ("another's", iam("user/another-user"))],
        None => vec![("named", named(subject, statement, action))],
    }
}

/// A request for what the statement names.
fn named(subject: &Subject<'_>, statement: &Statement, action: &str) -> Request {
    let mut request = subject.request(action, "*");
    let pattern = statement.resource.as_ref().filter(|patterns| !patterns.negated).and_then(|patterns| patterns.patterns.first());
    if let Some(pattern) = pattern {
        (request.resource, request.context) = if subject.variables {
            example(&pattern.value, &request.context)
        } else {
            (pattern.value.replace(['*', '?'], "x"), request.context)
        };
    }
    request
}
