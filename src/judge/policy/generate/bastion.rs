//! `bastion`: the users' account, from which roles in other accounts are assumed with MFA, and what those roles trust. Never lets anybody
//! in without MFA.

use super::super::document::{Base, Effect, Operator, Statement};
use super::super::evaluate::Mfa;
use super::bundle::{Bundle, Line, Named, PARTITION, Role, To};
use super::sudo_role::trust;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bastion {
    pub roles: Vec<Target>,
    /// The account of the users.
    pub account: String,
    pub users: Users,
    pub group: String,
}

/// A role in another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub account: String,
    /// With its path.
    pub path_and_name: String,
}

impl Target {
    /// Without the path: role names are unique in an account.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path_and_name.rsplit('/').next().unwrap_or_default()
    }
}

/// Whom the other accounts trust: MFA alone is what the users' account makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Users {
    Named(Vec<String>),
    /// Every user of the account who also gives this external id.
    ExternalId(String),
}

impl Bastion {
    pub(super) fn arns(&self) -> Vec<String> {
        self.roles.iter().map(|role| format!("arn:{PARTITION}:iam::{}:role/{}", role.account, role.path_and_name)).collect()
    }

    pub(super) fn bundle(&self) -> Bundle {
        let assume = Line::new(
            Statement::new("AssumeNamedRolesWithMFA", Effect::Allow, &["sts:AssumeRole"]).on(&self.arns()).when(
                Operator::BOOL,
                Mfa::PRESENT,
                &["true"],
            ),
            "Allows only these roles, and only with MFA.",
        );
        let several = self.roles.len() > 1;
        let roles = self.roles.iter().enumerate().map(|(index, role)| {
            let (path, name) = match role.path_and_name.rsplit_once('/') {
                Some((path, name)) => (format!("/{path}/"), name),
                None => ("/".to_owned(), role.path_and_name.as_str()),
            };
            let numbered = |text: &str| if several { format!("{text}{}", index + 1) } else { text.to_owned() };
            Role {
                name: self.trust_name(index),
                id: numbered("Role"),
                role_name: name.to_owned(),
                path,
                account: Some(role.account.clone()),
                trust: vec![self.trusted()],
            }
        });
        Bundle {
            name: "Bastion",
            about: vec![
                "Users of one account assume roles in others, with MFA; in their own account they can do nothing else.".to_owned(),
                "Deploy it in the users' account and in each of the others: each gets its own part.".to_owned(),
                "Made by `vault policy bastion`, which proved it before it was printed.".to_owned(),
            ],
            group: Some(self.group.clone()),
            policies: vec![Named { name: "group-policy".to_owned(), id: "GroupPolicy".to_owned(), lines: vec![assume], to: To::Group }],
            roles: roles.collect(),
            account: Some(self.account.clone()),
            switches: Vec::new(),
        }
    }

    /// One trust policy in all, one for an account, or one for each of its roles where it has several.
    fn trust_name(&self, index: usize) -> String {
        let role = &self.roles[index];
        if self.roles.len() == 1 {
            return "trust-policy".to_owned();
        }
        let alone = self.roles.iter().filter(|other| other.account == role.account).count() == 1;
        if alone { format!("trust-policy-{}", role.account) } else { format!("trust-policy-{}-{}", role.account, role.name()) }
    }

    fn trusted(&self) -> Line {
        match &self.users {
            Users::Named(names) => {
                let principals: Vec<_> = names.iter().map(|name| format!("arn:{PARTITION}:iam::{}:user/{name}", self.account)).collect();
                Line::new(
                    trust("NamedUsersWithMFA", &principals, None),
                    "By name: the users' account decides what counts as MFA there, but not who these users are.",
                )
            }
            Users::ExternalId(id) => {
                let principal = format!("arn:{PARTITION}:iam::{}:root", self.account);
                let statement = trust("UsersAccountWithMFA", &[principal], None).when(
                    Operator::from(Base::StringEquals),
                    "sts:ExternalId",
                    std::slice::from_ref(id),
                );
                Line::new(
                    statement,
                    "The users' account decides what counts as MFA there, so the role also asks for an external id. Profiles set it as \
                     external_id.",
                )
            }
        }
    }
}
