//! `everyones-keys`, `bearer-keys`: who may make lasting credentials, for whom, and of what kind. Never looks at other actions.

use super::super::document::{Effect, Statement};
use super::super::evaluate::{Mfa, names_action, names_resource};
use super::cases::cases_of;
use super::devices::{is_of_administrators, replaced};
use super::finding::{Finding, Id};
use super::mfa_keys::is_mfa_key;
use super::subject::Subject;

/// What gives a user credentials or rights.
const MINTING: [&str; 9] = [
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:DeleteUserPermissionsBoundary",
];

const BEARER: &str = "iam:CreateServiceSpecificCredential";

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined_with(Effect::Allow).filter(|statement| !is_of_administrators(statement)) {
        found.extend(everyones_keys(subject, statement));
        found.extend(bearer_keys(subject, statement));
    }
}

fn everyones_keys(subject: &Subject<'_>, statement: &Statement) -> Option<Finding> {
    let resource = statement.resource.as_ref().filter(|resource| !resource.negated)?;
    // A condition on tags, on the policy or on who asks can keep it within bounds.
    if statement.tests().any(|(_, test)| !is_mfa_key(test) && !test.asks("aws:SourceIp") && !test.asks("aws:SecureTransport")) {
        return None;
    }
    let others = ["user/another-user", "user/team/another-user"].map(|resource| subject.iam(resource));
    let reaches = |action: &&&str| {
        others.iter().all(|other| {
            let request = subject.request(action, other);
            Mfa::ALL.iter().any(|mfa| subject.lets(statement, &request, *mfa))
        })
    };
    let action = *MINTING.iter().find(reaches)?;
    let wide = |text: &str| others.iter().any(|other| names_resource(text, other));
    let pattern = resource.patterns.iter().find(|pattern| wide(&pattern.value)).or(resource.patterns.first())?;
    let message = format!(
        "`{action}` on `{}`: everyone with this policy can make credentials for every user or give them rights, administrators included",
        pattern.value
    );
    let own = subject.iam_pattern(Some(resource), "user/${aws:username}");
    let mut corrected = statement.clone();
    corrected.resource = Some(replaced(resource, |text| wide(text) || text == pattern.value, &own));
    let fix = format!("allow it on `{own}` alone");
    let cases = cases_of(statement, subject.variables, &subject.request(action, &others[0]));
    Some(Finding::new(Id::EveryonesKeys, statement, pattern.span, message, fix).effect(cases).corrected(corrected))
}

fn bearer_keys(subject: &Subject<'_>, statement: &Statement) -> Option<Finding> {
    let pattern = statement.action.patterns.iter().find(|pattern| names_action(&pattern.value, BEARER))?;
    let kept = ["iam:ServiceSpecificCredentialServiceName", "iam:ServiceSpecificCredentialAgeDays"];
    if statement.tests().any(|(_, test)| kept.iter().any(|key| test.asks(key))) {
        return None;
    }
    let message = "`iam:CreateServiceSpecificCredential` makes API keys and passwords of single services: they last for years, and using them \
                   never takes MFA";
    let fix = "name the services in a condition on `iam:ServiceSpecificCredentialServiceName`, and limit the days with \
               `iam:ServiceSpecificCredentialAgeDays`";
    let request = subject.request(BEARER, &subject.iam("user/some-user"));
    let cases = cases_of(statement, subject.variables, &request);
    Some(Finding::new(Id::BearerKeys, statement, pattern.span, message, fix).effect(cases))
}
