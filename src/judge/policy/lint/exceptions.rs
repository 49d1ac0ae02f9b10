//! `not-action-missing`, `first-password`, `not-action-door`: what a block of everything without MFA leaves out, and what it should.

use crate::model::ticked;

use super::super::document::{Effect, Statement, Text};
use super::super::evaluate::{Mfa, Request, names_action};
use super::cases::{Cases, cases_of, mfa_cases};
use super::finding::{Finding, Id};
use super::mfa_keys::is_mfa_key;
use super::subject::{SOME_USER, Subject};

/// What a user without MFA needs to get it, what each is asked about, and what fails without it.
const ENROLMENT: [(&str, On, &str); 7] = [
    ("sts:GetSessionToken", On::Nothing, "no session with MFA can be made from an access key"),
    ("iam:GetUser", On::User, "tools cannot tell whose key it is"),
    ("iam:ListMFADevices", On::User, "tools cannot find the device, and the console cannot show it"),
    ("iam:CreateVirtualMFADevice", On::Device, "no first device can be created"),
    ("iam:EnableMFADevice", On::User, "no first device can be enabled"),
    ("iam:ResyncMFADevice", On::User, "a device whose clock is off locks its user out"),
    ("iam:ListVirtualMFADevices", On::Nothing, "the console cannot offer to assign a device"),
];

/// What a user needs who has to change the password at the first sign-in.
const FIRST_SIGN_IN: [(&str, On); 2] = [("iam:ChangePassword", On::User), ("iam:GetAccountPasswordPolicy", On::Nothing)];

/// Every action that works without MFA, so that a user can get it.
pub fn needed() -> impl Iterator<Item = (&'static str, On)> {
    ENROLMENT.into_iter().map(|(action, on, _)| (action, on)).chain(FIRST_SIGN_IN)
}

/// Calls that hand out credentials or rights which the block does not reach.
const DOORS: [(&str, &str); 9] = [
    ("sts:AssumeRole", "roles whose trust policy does not ask for MFA are open to a stolen key"),
    ("sts:GetFederationToken", "a stolen key can make sessions that outlive it"),
    ("iam:CreateAccessKey", "a stolen key can make a second one that stays"),
    ("iam:CreateLoginProfile", "a stolen key can give a user a password"),
    ("iam:UpdateLoginProfile", "a stolen key can replace a password"),
    ("iam:PutUserPolicy", "a stolen key can give itself every right"),
    ("iam:AttachUserPolicy", "a stolen key can give itself every right"),
    ("iam:AddUserToGroup", "a stolen key can join a group of administrators"),
    ("iam:CreateServiceSpecificCredential", "a stolen key can make credentials that never see MFA"),
];

/// What an action is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Nothing,
    User,
    Device,
}

impl On {
    /// The resource, of the user or the device of this name.
    #[must_use]
    pub fn resource(self, iam: impl Fn(&str) -> String, name: &str) -> String {
        match self {
            Self::Nothing => "*".to_owned(),
            Self::User => iam(&format!("user/{name}")),
            Self::Device => iam(&format!("mfa/{name}")),
        }
    }
}

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined_with(Effect::Deny).filter(|statement| is_block(statement)) {
        missing(subject, statement, found);
        first_password(subject, statement, found);
        doors(subject, statement, found);
    }
}

/// Whether it denies everything but some actions where MFA is not there.
fn is_block(statement: &Statement) -> bool {
    let cases = mfa_cases(statement);
    let others = statement.tests().any(|(_, test)| !is_mfa_key(test));
    statement.action.negated && !others && !cases.in_case(Mfa::True) && (cases.in_case(Mfa::False) || cases.in_case(Mfa::Absent))
}

fn request(subject: &Subject<'_>, action: &str, on: On) -> Request {
    subject.request(action, &on.resource(|resource| subject.iam(resource), SOME_USER))
}

fn is_blocked(subject: &Subject<'_>, statement: &Statement, action: &str, on: On) -> Option<Cases> {
    let cases = cases_of(statement, subject.variables, &request(subject, action, on));
    (cases.in_case(Mfa::False) || cases.in_case(Mfa::Absent)).then_some(cases)
}

fn with_exceptions(statement: &Statement, actions: &[&str]) -> Statement {
    let mut corrected = statement.clone();
    corrected.action.patterns.extend(actions.iter().map(|action| Text::from(*action)));
    corrected.action.listed = true;
    corrected
}

fn missing(subject: &Subject<'_>, statement: &Statement, found: &mut Vec<Finding>) {
    let lacking: Vec<_> =
        ENROLMENT.into_iter().filter_map(|(action, on, why)| Some((action, why, is_blocked(subject, statement, action, on)?))).collect();
    let Some((_, _, cases)) = lacking.first() else { return };
    let told: Vec<_> = lacking.iter().map(|(action, why, _)| format!("without `{action}`, {why}")).collect();
    let actions: Vec<_> = lacking.iter().map(|(action, ..)| *action).collect();
    let message = format!("users without MFA cannot get it: {}", told.join("; "));
    let fix = format!("add {} to `NotAction`", ticked(&actions));
    found.push(
        Finding::new(Id::NotActionMissing, statement, statement.action.name_span, message, fix)
            .effect(*cases)
            .corrected(with_exceptions(statement, &actions)),
    );
}

fn first_password(subject: &Subject<'_>, statement: &Statement, found: &mut Vec<Finding>) {
    let lacking: Vec<_> =
        FIRST_SIGN_IN.into_iter().filter_map(|(action, on)| Some((action, is_blocked(subject, statement, action, on)?))).collect();
    let Some((_, cases)) = lacking.first() else { return };
    let actions: Vec<_> = lacking.iter().map(|(action, _)| *action).collect();
    let message = format!(
        "a new user who has to change the password at the first sign-in cannot: that comes before any MFA, and {} denied",
        if actions.len() > 1 { format!("{} are", ticked(&actions)) } else { format!("{} is", ticked(&actions)) }
    );
    let fix = format!("add {} to `NotAction`, or give new users a password that they need not change", ticked(&actions));
    found.push(
        Finding::new(Id::FirstPassword, statement, statement.action.name_span, message, fix)
            .effect(*cases)
            .corrected(with_exceptions(statement, &actions)),
    );
}

fn doors(subject: &Subject<'_>, statement: &Statement, found: &mut Vec<Finding>) {
    let opens = |pattern: &Text| DOORS.iter().find(|(action, _)| names_action(&pattern.value, action));
    let open: Vec<_> = statement.action.patterns.iter().filter_map(|pattern| Some((pattern, opens(pattern)?))).collect();
    let Some((first, (action, why))) = open.first() else { return };
    let patterns: Vec<_> = open.iter().map(|(pattern, _)| pattern.value.as_str()).collect();
    let mut corrected = statement.clone();
    corrected.action.patterns.retain(|pattern| opens(pattern).is_none());
    let lacking: Vec<_> = needed()
        .map(|(action, _)| action)
        // Only what a wildcard had let through is to be named now.
        .filter(|action| open.iter().any(|(pattern, _)| names_action(&pattern.value, action)))
        .filter(|action| !corrected.action.patterns.iter().any(|pattern| names_action(&pattern.value, action)))
        .collect();
    let corrected = with_exceptions(&corrected, &lacking);
    let message = format!("{} in `NotAction` is a way around the block: {why}", ticked(&patterns));
    let fix = format!("take {} out of `NotAction`", ticked(&patterns));
    let cases = cases_of(statement, subject.variables, &request(subject, action, On::User));
    let corrected = (!corrected.action.patterns.is_empty()).then_some(corrected);
    found.push(Finding::new(Id::NotActionDoor, statement, first.span, message, fix).effect(cases).maybe_corrected(corrected));
}
