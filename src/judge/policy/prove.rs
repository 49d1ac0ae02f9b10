//! The truth table of a statement: what it does with each action, on whose resource, in the three cases of MFA. Never looks at other statements.

use super::document::{Patterns, Statement};
use super::evaluate::{Context, Mfa, conditions_hold, covers, names_action};
use super::lint::exceptions::{ENROLMENT, FIRST_SIGN_IN, On};
use super::lint::{Cases, Subject};

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
        for (whose, resource) in resources(subject, statement, &action) {
            let request = subject.request(&action, &resource);
            let covered = covers(statement, subject.variables, &request);
            let of_mfa = |test: &super::document::Test| test.asks(Mfa::PRESENT) || test.asks(Mfa::AGE);
            let context = |mfa: Mfa| mfa.added_to(Context::clone(&request.context));
            let cases = Cases::of(statement.effect, |mfa| covered && conditions_hold(statement, subject.variables, &context(mfa), &of_mfa));
            rows.push(Row { action: action.clone(), resource: whose, cases });
        }
    }
    rows.truncate(MOST);
    rows
}

fn actions(patterns: &Patterns) -> Vec<String> {
    let known = || ENROLMENT.iter().map(|(action, ..)| *action).chain(FIRST_SIGN_IN.iter().map(|(action, _)| *action)).chain(EXAMPLES);
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

/// Whose resource, and its ARN.
fn resources(subject: &Subject<'_>, statement: &Statement, action: &str) -> Vec<(String, String)> {
    let on = ENROLMENT.iter().map(|(action, on, _)| (*action, *on)).chain(FIRST_SIGN_IN);
    let on = on.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(action)).map(|(_, on)| on);
    let device = action.to_ascii_lowercase().contains("virtualmfadevice");
    let of_user = action.to_ascii_lowercase().starts_with("iam:");
    let iam = |name: &str| subject.iam(name);
    match on {
        Some(On::Nothing) => vec![("any".to_owned(), "*".to_owned())],
        Some(on) => vec![("own".to_owned(), on.resource(iam, "some-user")), ("another's".to_owned(), on.resource(iam, "another-user"))],
        None if device => vec![("own".to_owned(), iam("mfa/some-user")), ("another's".to_owned(), iam("mfa/phone"))],
        None if of_user => vec![("own".to_owned(), iam("user/some-user")), ("another's".to_owned(), iam("user/another-user"))],
        None => {
            let pattern = statement.resource.as_ref().filter(|patterns| !patterns.negated).and_then(|patterns| patterns.patterns.first());
            let example = pattern.map_or_else(|| "*".to_owned(), |pattern| pattern.value.replace(['*', '?'], "x"));
            vec![("named".to_owned(), example)]
        }
    }
}
