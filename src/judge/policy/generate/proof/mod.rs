//! Proves that policies do what their kind is for, by asking the evaluator about a table of requests. The expected
//! answers are written here separately, and never derived from the policies.

mod own;
mod places;
mod roles;

use super::super::document::Policy;
use super::super::evaluate::{Caller, Context, Mfa, Policies, Request, decide};
use super::Wanted;
use super::bundle::Bundle;

/// What was asked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub request: String,
    pub mfa: Mfa,
    pub allowed: bool,
}

/// A policy that does not do what it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{request} with MFA {}: it should be {}", mfa.as_str(), if *expected { "allowed" } else { "refused" })]
pub struct Mismatch {
    pub request: String,
    pub mfa: Mfa,
    pub expected: bool,
}

impl Proof {
    fn row(&mut self, request: String, mfa: Mfa, allowed: bool, expected: bool) -> Result<(), Mismatch> {
        if allowed != expected {
            return Err(Mismatch { request, mfa, expected });
        }
        self.rows.push(Row { request, mfa, allowed });
        Ok(())
    }
}

const ACCOUNT: &str = "123456789012";

pub(super) fn prove(wanted: &Wanted, bundle: &Bundle, partition: &str) -> Result<Proof, Mismatch> {
    let documents = bundle.documents(partition);
    match wanted {
        Wanted::SelfManage(wanted) => own::self_manage(wanted, &documents, partition),
        Wanted::ForceMfa(wanted) => own::force_mfa(wanted.console_only, &documents, partition),
        Wanted::SudoRole(wanted) => roles::sudo_role(wanted, &documents, partition),
        Wanted::Bastion(wanted) => roles::bastion(wanted, &documents, partition),
        Wanted::ServiceAccount(wanted) => places::service_account(wanted, &documents, partition),
    }
}

/// A user's request, with what AWS knows of every request of a user.
fn request(partition: &str, action: &str, resource: String, mfa: Mfa) -> Request {
    let caller = Caller::user(partition, ACCOUNT, "some-user");
    let context = Context::default().with("aws:username", "some-user").with("aws:PrincipalArn", &caller.arn);
    Request { action: action.to_owned(), resource, caller, context: mfa.added_to(context) }
}

fn everything() -> Policy {
    use super::super::document::{Effect, Statement};
    Policy::of(vec![Statement::new("All", Effect::Allow, &["*"]).on(&["*"])])
}

/// Whether these policies of the caller allow it.
fn allowed(identity: &[&Policy], request: &Request) -> bool {
    decide(Policies { identity, ..Policies::default() }, request).is_allowed()
}

#[cfg(test)]
mod tests {
    use super::super::super::document::{Effect, Operator};
    use super::super::{Bastion, ForceMfa, From, Line, SelfManage, ServiceAccount, SudoRole, Switch, Target, Users};
    use super::*;

    fn kinds() -> Vec<(Wanted, Bundle)> {
        let group = || "group".to_owned();
        let wanted = vec![
            Wanted::SelfManage(SelfManage { on: Switch::ALL.to_vec(), group: group() }),
            Wanted::ForceMfa(ForceMfa { console_only: false, group: group() }),
            Wanted::SudoRole(SudoRole { account: ACCOUNT.to_owned(), role: "Ops".to_owned(), max_mfa_age: Some(3600), group: group() }),
            Wanted::Bastion(Bastion {
                roles: vec![Target { account: "999999999999".to_owned(), path_and_name: "Ops".to_owned() }],
                account: ACCOUNT.to_owned(),
                users: Users::ExternalId("some-id".to_owned()),
                group: group(),
            }),
            Wanted::ServiceAccount(ServiceAccount {
                actions: vec!["s3:GetObject".to_owned()],
                resources: vec!["arn:aws:s3:::bucket/*".to_owned()],
                from: From { addresses: vec!["203.0.113.0/24".to_owned()], endpoints: Vec::new() },
                group: group(),
            }),
        ];
        wanted.into_iter().map(|wanted| super::super::generate(&wanted, "aws").map(|(bundle, _)| (wanted, bundle)).unwrap()).collect()
    }

    /// Plausible requests that an example in the table could be mistaken for.
    #[test]
    fn a_policy_is_proved_whatever_names_networks_and_variables_it_is_for() {
        let group = || "group".to_owned();
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut wanted = Vec::new();
        for (resource, networks) in [
            ("*", ["192.0.0.0/16", "2001:db8::/32"]),
            ("*", ["0.0.0.0/0", "::/0"]),
            ("*", ["::/0", "192.0.2.254"]),
            ("*", ["192.0.2.0/25", "198.51.100.7"]),
            ("arn:aws:s3:::b/${aws:username}/*", ["203.0.113.0/24", "203.0.113.0/25"]),
            ("arn:aws:s3:::b/${aws:PrincipalTag/team}/?", ["203.0.113.0/24", "192.0.2.0/24"]),
            ("arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/${*}*", ["203.0.113.0/24", "0.0.0.0/1"]),
        ] {
            for endpoints in [&[][..], &["vpce-1"]] {
                let from = From { addresses: of(&networks), endpoints: of(endpoints) };
                let actions = of(&["s3:Get*", "sqs:SendMessage", "*"]);
                wanted.push(Wanted::ServiceAccount(ServiceAccount { actions, resources: of(&[resource]), from, group: group() }));
            }
        }
        for (roles, names) in [
            (vec![(ACCOUNT, "X")], of(&["alice"])),
            (vec![(ACCOUNT, "X"), (ACCOUNT, "X-2"), ("999999999999", "X-3")], of(&["some-user", "some-user-2"])),
            (vec![("999999999999", "team/X"), ("999999999999", "X-2")], of(&["nobody-of-that-name"])),
            (vec![(ACCOUNT, "X"), ("888888888888", "X-2")], Vec::new()),
        ] {
            let target = |(account, name): (&str, &str)| Target { account: account.to_owned(), path_and_name: name.to_owned() };
            let users = if names.is_empty() { Users::ExternalId("id".to_owned()) } else { Users::Named(names) };
            let roles = roles.into_iter().map(target).collect();
            wanted.push(Wanted::Bastion(Bastion { roles, account: ACCOUNT.to_owned(), users, group: group() }));
        }
        for (account, role, max_mfa_age) in [
            (ACCOUNT, "another-role", None),
            ("999999999999", "Ops", Some(1)),
            (ACCOUNT, "Ops", Some(Mfa::EXAMPLE_AGE)),
            (ACCOUNT, "Ops-2", Some(Mfa::EXAMPLE_AGE + 1)),
        ] {
            let (account, role) = (account.to_owned(), role.to_owned());
            wanted.push(Wanted::SudoRole(SudoRole { account, role, max_mfa_age, group: group() }));
        }
        for wanted in wanted {
            for partition in ["aws", "aws-cn"] {
                let proved = super::super::generate(&wanted, partition);
                assert!(proved.as_ref().is_ok_and(|(_, proof)| !proof.rows.is_empty()), "{wanted:?}: {proved:?}");
            }
        }
    }

    /// Every line of the bundle, one after the other.
    fn lines(bundle: &mut Bundle) -> Vec<&mut Line> {
        let trusts = bundle.roles.iter_mut().flat_map(|role| &mut role.trust);
        trusts.chain(bundle.policies.iter_mut().flat_map(|policy| &mut policy.lines)).collect()
    }

    type Spoil = fn(&mut Line);

    /// What could go wrong in writing a statement.
    const FAULTS: [(&str, Spoil); 5] = [
        ("the other effect", |line| {
            line.statement.effect = if line.statement.effect == Effect::Allow { Effect::Deny } else { Effect::Allow };
        }),
        ("no conditions", |line| line.statement.conditions.clear()),
        ("the other operator", |line| {
            for block in &mut line.statement.conditions {
                block.operator = match block.operator {
                    Operator::BOOL => Operator::BOOL_IF_EXISTS,
                    Operator::BOOL_IF_EXISTS => Operator::BOOL,
                    other => other,
                };
            }
        }),
        ("every user", |line| {
            for pattern in line.statement.resource.iter_mut().flat_map(|resource| &mut resource.patterns) {
                pattern.value = pattern.value.replace("${aws:username}", "*");
            }
        }),
        ("an action too few", |line| {
            line.statement.action.patterns.pop();
            if line.statement.action.patterns.is_empty() {
                line.statement.action.patterns.push("none:Such".into());
            }
        }),
    ];

    #[test]
    fn a_policy_with_a_fault_is_not_proved() {
        let mut tried = 0;
        for (wanted, bundle) in kinds() {
            for index in 0..lines(&mut bundle.clone()).len() {
                for (what, spoil) in FAULTS {
                    let mut faulty = bundle.clone();
                    spoil(lines(&mut faulty)[index]);
                    // `aws:ViaAWSService` is in every request, so that `IfExists` changes nothing there.
                    let same = matches!(wanted, Wanted::ServiceAccount(_)) && what == "the other operator";
                    // What is denied without MFA needs no condition that allows it only with MFA.
                    let blocked = |wanted: &SelfManage| wanted.on.contains(&Switch::Block);
                    let redundant = matches!(&wanted, Wanted::SelfManage(wanted) if blocked(wanted))
                        && lines(&mut bundle.clone())[index].statement.sid.as_ref().is_some_and(|sid| sid.value == "DeactivateOwnDevices")
                        && matches!(what, "no conditions" | "the other operator");
                    // A limit on the age of the MFA is not met by a request that has none.
                    let limited =
                        matches!(&wanted, Wanted::SudoRole(wanted) if wanted.max_mfa_age.is_some()) && what == "the other operator";
                    if faulty != bundle && !same && !redundant && !limited {
                        tried += 1;
                        assert!(prove(&wanted, &faulty, "aws").is_err(), "{wanted:?}: {what} in statement {index}");
                    }
                }
            }
        }
        assert!(tried > 30, "{tried}");
    }
}
