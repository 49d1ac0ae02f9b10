//! `force-mfa`: without MFA, everything is denied but getting it.

use super::super::document::{Effect, Operator, Statement};
use super::super::evaluate::Mfa;
use super::bundle::{Bundle, Line, Named, To};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceMfa {
    /// With `Bool`, which misses long-term keys.
    pub console_only: bool,
    pub group: String,
}

/// What works without MFA: enrolment, a session from a key, and the first change of a password.
pub(super) const EXCEPTIONS: [&str; 10] = [
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetAccountPasswordPolicy",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
];

pub(super) const WHY: &str = "IfExists: a long-term key carries no MFA information at all, and Bool alone would let it through. The exceptions are what users \
     need to set up MFA, and the password change that a first sign-in may require.";

const WHY_CONSOLE: &str = "Bool, as asked for: this blocks the console without MFA, and does NOT block long-term access keys, which carry no MFA \
                           information. A stolen key keeps every right of its user.";

pub(super) fn statement(operator: Operator) -> Statement {
    Statement::new("DenyAllWithoutMFA", Effect::Deny, &EXCEPTIONS).but_these().on(&["*"]).when(operator, Mfa::PRESENT, &["false"])
}

impl ForceMfa {
    pub(super) fn bundle(&self) -> Bundle {
        let (operator, why) = if self.console_only { (Operator::BOOL, WHY_CONSOLE) } else { (Operator::BOOL_IF_EXISTS, WHY) };
        let lines = vec![Line::new(statement(operator), why)];
        Bundle {
            name: "ForceMfa",
            about: vec![
                "Users of this group can only set up an MFA device until they sign in with MFA.".to_owned(),
                "Made by `vault policy force-mfa`, which proved it before it was printed.".to_owned(),
            ],
            group: Some(self.group.clone()),
            policies: vec![Named { name: "policy".to_owned(), id: "ForceMfaPolicy".to_owned(), lines, to: To::Group }],
            roles: Vec::new(),
            account: None,
            switches: Vec::new(),
        }
    }
}
