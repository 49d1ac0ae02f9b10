//! `create-device-name`, `device-without-mfa`: who may create and remove MFA devices. Never flags what an administrator may do on everything.

use super::super::document::{Effect, Operator, Patterns, Statement};
use super::super::evaluate::{Mfa, names_action};
use super::cases::cases_of;
use super::finding::{Finding, Id};
use super::rewrite::asking_for_mfa;
use super::subject::{SOME_USER, Subject};

const CREATE: &str = "iam:CreateVirtualMFADevice";

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    create_device_name(subject, found);
    device_without_mfa(subject, found);
}

fn create_device_name(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let own = subject.request(CREATE, &subject.iam(&format!("mfa/{SOME_USER}")));
    let other = subject.request(CREATE, &subject.iam("mfa/phone"));
    let lets = |statement: &Statement, request| cases_of(statement, subject.variables, request).applies.contains(&true);
    if subject.statements(Effect::Allow).any(|statement| lets(statement, &other)) {
        return;
    }
    for statement in subject.examined_with(Effect::Allow).filter(|statement| lets(statement, &own)) {
        let Some(resource) = statement.resource.as_ref().filter(|resource| !resource.negated) else { continue };
        let named = resource.patterns.iter().find(|pattern| pattern.value.contains(":mfa/") && pattern.value.contains("${"));
        let Some(pattern) = named else { continue };
        let message = format!(
            "an MFA device can be created only under the name `{}`: AWS refuses every other name, so a second device is impossible, and a leftover \
             device of this name keeps its user from enrolling",
            pattern.value.rsplit('/').next().unwrap_or_default()
        );
        let any = subject.iam_pattern(Some(resource), "mfa/*");
        let mut corrected = statement.clone();
        corrected.resource = Some(replaced(resource, |text| text.contains(":mfa/"), &any));
        let fix = format!("allow `{CREATE}` on `{any}`: a device that is created there belongs to nobody until it is enabled");
        found.push(
            Finding::new(Id::CreateDeviceName, statement, pattern.span, message, fix)
                .effect(cases_of(statement, subject.variables, &other))
                .corrected(corrected),
        );
    }
}

/// The same patterns with those that are meant replaced by one.
pub(super) fn replaced(patterns: &Patterns, meant: impl Fn(&str) -> bool, by: &str) -> Patterns {
    let mut new = patterns.clone();
    for pattern in new.patterns.iter_mut().filter(|pattern| meant(&pattern.value)) {
        by.clone_into(&mut pattern.value);
    }
    let mut seen = Vec::new();
    new.patterns.retain(|pattern| {
        let first = !seen.contains(&pattern.value);
        seen.push(pattern.value.clone());
        first
    });
    new
}

/// Whether the statement allows everything, or all of IAM, on everything: an administrator's.
pub(super) fn is_of_administrators(statement: &Statement) -> bool {
    let all = |pattern: &str| ["*", "iam:*"].contains(&pattern.to_ascii_lowercase().as_str());
    let everything = statement.resource.as_ref().is_none_or(|resource| resource.negated || resource.values().contains(&"*"));
    statement.action.negated || everything && statement.action.patterns.iter().any(|pattern| all(&pattern.value))
}

fn device_without_mfa(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let requests = [
        // Without MFA, AWS refuses changes to one's own enabled device, even if a policy allows them: so check another user's device.
        subject.request("iam:DeactivateMFADevice", &subject.iam("user/another-user")),
        subject.request("iam:DeleteVirtualMFADevice", &subject.iam("mfa/phone")),
        subject.request("iam:DeleteVirtualMFADevice", &subject.iam(&format!("mfa/{SOME_USER}"))),
    ];
    for statement in subject.examined_with(Effect::Allow).filter(|statement| !is_of_administrators(statement)) {
        let reached = |mfa| requests.iter().find(|request| subject.lets(statement, request, mfa));
        let Some(request) = reached(Mfa::Absent).or_else(|| reached(Mfa::False)) else { continue };
        let span = statement.action.patterns.iter().find(|pattern| names_action(&pattern.value, &request.action));
        let span = span.map_or(statement.action.name_span, |pattern| pattern.span);
        let message = format!(
            "`{}` needs no MFA here: a stolen access key can remove devices of other users, or ones that are not assigned yet. (AWS itself \
             refuses to deactivate one's own device without MFA.)",
            request.action
        );
        let fix = "ask for MFA: add `\"Bool\": {\"aws:MultiFactorAuthPresent\": \"true\"}` to the condition, or put these actions into a statement with it";
        found.push(
            Finding::new(Id::DeviceWithoutMfa, statement, span, message, fix)
                .effect(cases_of(statement, subject.variables, request))
                .corrected(asking_for_mfa(statement, Operator::BOOL, "true")),
        );
    }
}
