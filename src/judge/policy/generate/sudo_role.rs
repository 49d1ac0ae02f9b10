//! `sudo-role`: a role that this account's users assume with MFA, and the group whose members may. Never trusts a caller without MFA.

use super::super::document::{Base, Effect, Operator, Principal, Statement};
use super::super::evaluate::Mfa;
use super::bundle::{Bundle, Line, Named, PARTITION, Role, To};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SudoRole {
    pub account: String,
    pub role: String,
    /// In seconds.
    pub max_mfa_age: Option<u64>,
    pub group: String,
}

/// The statement that lets these principals in with MFA.
pub(super) fn trust(sid: &str, principals: &[String], max_mfa_age: Option<u64>) -> Statement {
    let statement = Statement::new(sid, Effect::Allow, &["sts:AssumeRole"]).by(Principal::aws(principals)).when(
        Operator::BOOL,
        Mfa::PRESENT,
        &["true"],
    );
    match max_mfa_age {
        Some(seconds) => statement.when(Operator::from(Base::NumericLessThan), Mfa::AGE, &[seconds.to_string()]),
        None => statement,
    }
}

impl SudoRole {
    pub(super) fn arn(&self) -> String {
        format!("arn:{PARTITION}:iam::{}:role/{}", self.account, self.role)
    }

    pub(super) fn bundle(&self) -> Bundle {
        let account = format!("arn:{PARTITION}:iam::{}:root", self.account);
        let trusted = Line::new(
            trust("AssumeWithMFA", &[account], self.max_mfa_age),
            "Users of this account whose own policies allow it, and only with MFA: Bool needs the key to be there and true.",
        );
        let permissions = Line::new(
            Statement::new("Sudo", Effect::Allow, &["*"]).on(&["*"]),
            "What the role is for. Replace it with a narrower policy if that is enough.",
        );
        let assume = Line::new(
            Statement::new("AssumeSudoRole", Effect::Allow, &["sts:AssumeRole"]).on(&[self.arn()]),
            "The role's trust policy asks for MFA; this says who may try.",
        );
        Bundle {
            name: "SudoRole",
            about: vec![
                "A role that members of the group assume with MFA.".to_owned(),
                "Made by `vault policy sudo-role`, which proved it before it was printed.".to_owned(),
            ],
            group: Some(self.group.clone()),
            policies: vec![
                Named {
                    name: "permissions-policy".to_owned(),
                    id: "PermissionsPolicy".to_owned(),
                    lines: vec![permissions],
                    to: To::Role(0),
                },
                Named { name: "group-policy".to_owned(), id: "GroupPolicy".to_owned(), lines: vec![assume], to: To::Group },
            ],
            roles: vec![Role {
                name: "trust-policy".to_owned(),
                id: "Role".to_owned(),
                role_name: self.role.clone(),
                path: "/".to_owned(),
                account: None,
                trust: vec![trusted],
            }],
            account: None,
            switches: Vec::new(),
        }
    }
}
