//! Proves that policies do what their kind is for, by asking the evaluator about a table of requests. What is expected is written down here by
//! itself, and never taken from the policies.

use std::net::Ipv4Addr;

use super::super::document::Policy;
use super::super::evaluate::{Caller, Context, Mfa, Network, Policies, Request, decide, example};
use super::super::lint::exceptions::{On, needed};
use super::bastion::{Bastion, Users};
use super::bundle::Bundle;
use super::self_manage::SelfManage;
use super::service_account::ServiceAccount;
use super::sudo_role::SudoRole;
use super::switch::Switch;
use super::{ForceMfa, PARTITION, Wanted};

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

/// A policy that does something else than it is for.
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
        Wanted::SelfManage(wanted) => self_manage(wanted, &documents, partition),
        Wanted::ForceMfa(wanted) => force_mfa(wanted, &documents, partition),
        Wanted::SudoRole(wanted) => sudo_role(wanted, &documents, partition),
        Wanted::Bastion(wanted) => bastion(wanted, &documents, partition),
        Wanted::ServiceAccount(wanted) => service_account(wanted, &documents, partition),
    }
}

/// A user's request, with what AWS knows of every request of a user.
fn request(partition: &str, action: &str, resource: String, mfa: Mfa) -> Request {
    let caller = Caller::user(partition, ACCOUNT, "some-user");
    let context = Context::default().with("aws:username", "some-user").with("aws:PrincipalArn", &caller.arn);
    Request { action: action.to_owned(), resource, caller, context: mfa.added_to(context) }
}

fn without_mfa(action: &str) -> bool {
    needed().map(|(known, _)| known).chain(["iam:GetMFADevice"]).any(|known| known == action)
}

/// Every action that can be allowed: by which switch, on what, and whether always with MFA.
const MANAGED: [(&str, Option<Switch>, On, bool); 29] = [
    ("iam:GetUser", None, On::User, false),
    ("iam:GetAccountPasswordPolicy", Some(Switch::Password), On::Nothing, false),
    ("iam:ChangePassword", Some(Switch::Password), On::User, false),
    ("iam:CreateAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:DeleteAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:ListAccessKeys", Some(Switch::AccessKeys), On::User, false),
    ("iam:UpdateAccessKey", Some(Switch::AccessKeys), On::User, false),
    ("iam:GetAccessKeyLastUsed", Some(Switch::AccessKeys), On::User, false),
    ("iam:DeleteSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:GetSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:ListSSHPublicKeys", Some(Switch::SshKeys), On::User, false),
    ("iam:UpdateSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:UploadSSHPublicKey", Some(Switch::SshKeys), On::User, false),
    ("iam:DeleteSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:ListSigningCertificates", Some(Switch::SigningCertificates), On::User, false),
    ("iam:UpdateSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:UploadSigningCertificate", Some(Switch::SigningCertificates), On::User, false),
    ("iam:CreateServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:DeleteServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ListServiceSpecificCredentials", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ResetServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:UpdateServiceSpecificCredential", Some(Switch::ServiceCredentials), On::User, false),
    ("iam:ListVirtualMFADevices", Some(Switch::Mfa), On::Nothing, false),
    ("iam:CreateVirtualMFADevice", Some(Switch::Mfa), On::Device, false),
    ("iam:EnableMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:GetMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:ListMFADevices", Some(Switch::Mfa), On::User, false),
    ("iam:ResyncMFADevice", Some(Switch::Mfa), On::User, false),
    ("iam:DeactivateMFADevice", Some(Switch::Mfa), On::User, true),
];

/// What nobody gets from a policy about one's own credentials.
const NEVER: [(&str, On); 9] = [
    ("iam:CreateUser", On::User),
    ("iam:PutUserPolicy", On::User),
    ("iam:AttachUserPolicy", On::User),
    ("iam:CreateLoginProfile", On::User),
    ("iam:DeleteVirtualMFADevice", On::Device),
    ("iam:ListUsers", On::Nothing),
    ("sts:AssumeRole", On::Nothing),
    ("s3:GetObject", On::Nothing),
    ("ec2:RunInstances", On::Nothing),
];

fn self_manage(wanted: &SelfManage, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).collect();
    let mut proof = Proof::default();
    let never = NEVER.iter().map(|(action, on)| (*action, None, *on, false, false));
    let managed = MANAGED.iter().map(|(action, switch, on, with_mfa)| (*action, *switch, *on, *with_mfa, true));
    for (action, switch, on, with_mfa, ever) in managed.chain(never) {
        for name in ["some-user", "another-user"] {
            let is_on = ever && switch.is_none_or(|switch| wanted.on.contains(&switch));
            let mine = name == "some-user" || on != On::User;
            for mfa in Mfa::ALL {
                let resource = on.resource(|resource| format!("arn:{partition}:iam::{ACCOUNT}:{resource}"), name);
                let mut request = request(partition, action, resource, mfa);
                request.context = request.context.with("iam:ServiceSpecificCredentialServiceName", "codecommit.amazonaws.com");
                let allowed = decide(Policies { identity: &identity, ..Policies::default() }, &request).is_allowed();
                let open = mfa == Mfa::True || !with_mfa && (!wanted.on.contains(&Switch::Block) || without_mfa(action));
                let of = if mine { "" } else { " of another user" };
                proof.row(format!("`{action}`{of}"), mfa, allowed, is_on && mine && open)?;
                if action == "iam:CreateServiceSpecificCredential" {
                    request.context = request.context.with("iam:ServiceSpecificCredentialServiceName", "bedrock.amazonaws.com");
                    let allowed = decide(Policies { identity: &identity, ..Policies::default() }, &request).is_allowed();
                    proof.row(format!("`{action}` for Bedrock"), mfa, allowed, false)?;
                }
            }
        }
    }
    if wanted.on.contains(&Switch::Block) {
        // The block has to hold for members who may do more, and to leave them the calls that need no permission.
        proof.rows.extend(force_mfa(&ForceMfa { console_only: false, group: wanted.group.clone() }, documents, partition)?.rows);
    }
    Ok(proof)
}

fn everything() -> Policy {
    use super::super::document::{Effect, Statement};
    Policy::of(vec![Statement::new("All", Effect::Allow, &["*"]).on(&["*"])])
}

fn force_mfa(wanted: &ForceMfa, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let all = everything();
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).chain([&all]).collect();
    let mut proof = Proof::default();
    let managed = MANAGED.iter().map(|(action, _, on, _)| (*action, *on)).chain(NEVER).chain([("sts:GetSessionToken", On::Nothing)]);
    for (action, on) in managed {
        for mfa in Mfa::ALL {
            let resource = on.resource(|resource| format!("arn:{partition}:iam::{ACCOUNT}:{resource}"), "some-user");
            let request = request(partition, action, resource, mfa);
            let allowed = decide(Policies { identity: &identity, ..Policies::default() }, &request).is_allowed();
            let expected = without_mfa(action) || mfa == Mfa::True || wanted.console_only && mfa == Mfa::Absent;
            proof.row(format!("`{action}` of an administrator"), mfa, allowed, expected)?;
        }
    }
    Ok(proof)
}

fn document<'a>(documents: &'a [(String, Policy)], name: &str) -> Option<&'a Policy> {
    documents.iter().find(|(found, _)| found == name).map(|(_, policy)| policy)
}

/// A call of `AssumeRole`.
fn assume(caller: Caller, role: &str, mfa: Mfa, more: Context) -> Request {
    Request { action: "sts:AssumeRole".to_owned(), resource: role.to_owned(), context: mfa.added_to(more), caller }
}

/// A name, or an ARN, that is like this one and is none of these.
fn other_than(name: &str, these: &[String]) -> String {
    let mut others = (2..these.len() + 3).map(|number| format!("{name}-{number}"));
    others.find(|other| !these.contains(other)).expect("there are more of them than of these")
}

fn sudo_role(wanted: &SudoRole, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let lacking = || Mismatch { request: "a document".to_owned(), mfa: Mfa::True, expected: true };
    let trust = document(documents, "trust-policy").ok_or_else(lacking)?;
    let group = document(documents, "group-policy").ok_or_else(lacking)?;
    let permissions = document(documents, "permissions-policy").ok_or_else(lacking)?;
    let role = wanted.arn().replace(PARTITION, partition);
    let other_role = other_than(&role, std::slice::from_ref(&role));
    let member = Caller::user(partition, &wanted.account, "some-user");
    let stranger = Caller::user(partition, if wanted.account == "999999999999" { "888888888888" } else { "999999999999" }, "some-user");
    let all = everything();
    let mut proof = Proof::default();
    for mfa in Mfa::ALL {
        let with = |identity: &[&Policy], caller: &Caller, role: &str, more: Context| {
            let trust = Some((trust, wanted.account.as_str()));
            let request = assume(caller.clone(), role, mfa, more);
            decide(Policies { identity, trust, ..Policies::default() }, &request).is_allowed()
        };
        let none = Context::default;
        let expected = mfa == Mfa::True && wanted.max_mfa_age.is_none_or(|most| Mfa::EXAMPLE_AGE < most);
        proof.row("`sts:AssumeRole` by a member of the group".to_owned(), mfa, with(&[group], &member, &role, none()), expected)?;
        proof.row("`sts:AssumeRole` by another user".to_owned(), mfa, with(&[], &member, &role, none()), false)?;
        proof.row("`sts:AssumeRole` of another role".to_owned(), mfa, with(&[group], &member, &other_role, none()), false)?;
        proof.row("`sts:AssumeRole` from another account".to_owned(), mfa, with(&[&all], &stranger, &role, none()), false)?;
        let request = request(partition, "s3:GetObject", "*".to_owned(), mfa);
        let allowed = decide(Policies { identity: &[permissions], ..Policies::default() }, &request).is_allowed();
        proof.row("`s3:GetObject` by the role".to_owned(), mfa, allowed, true)?;
    }
    if let Some(seconds) = wanted.max_mfa_age {
        for (age, expected) in [(seconds.saturating_sub(1), true), (seconds, false)] {
            let context = Context::default().with(Mfa::PRESENT, "true").with(Mfa::AGE, &age.to_string());
            let request = assume(member.clone(), &role, Mfa::Absent, context);
            let policies = Policies { identity: &[group], trust: Some((trust, &wanted.account)), ..Policies::default() };
            proof.row(
                format!("`sts:AssumeRole` {age} seconds after the code"),
                Mfa::True,
                decide(policies, &request).is_allowed(),
                expected,
            )?;
        }
    }
    Ok(proof)
}

fn bastion(wanted: &Bastion, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let lacking = || Mismatch { request: "a document".to_owned(), mfa: Mfa::True, expected: true };
    let group = document(documents, "group-policy").ok_or_else(lacking)?;
    let mut proof = Proof::default();
    let (name, context) = match &wanted.users {
        Users::Named(names) => (names.first().map_or("some-user", String::as_str), Context::default()),
        Users::ExternalId(id) => ("some-user", Context::default().with("sts:ExternalId", id)),
    };
    let user = Caller::user(partition, &wanted.account, name);
    let arns: Vec<_> = wanted.arns().iter().map(|arn| arn.replace(PARTITION, partition)).collect();
    let all = everything();
    for (index, target) in wanted.roles.iter().enumerate() {
        let (_, trust) = documents.get(index).ok_or_else(lacking)?;
        let role = arns[index].clone();
        for mfa in Mfa::ALL {
            let with = |identity: &[&Policy], caller: &Caller, role: &str, more: &Context| {
                let request = assume(caller.clone(), role, mfa, more.clone());
                decide(Policies { identity, trust: Some((trust, &target.account)), ..Policies::default() }, &request).is_allowed()
            };
            proof.row(format!("`sts:AssumeRole` of `{role}`"), mfa, with(&[group], &user, &role, &context), mfa == Mfa::True)?;
            // Each of the two documents has to hold without the other.
            proof.row(
                format!("`sts:AssumeRole` of `{role}` by an administrator"),
                mfa,
                with(&[&all], &user, &role, &context),
                mfa == Mfa::True,
            )?;
            let request = assume(user.clone(), &role, mfa, context.clone());
            let allowed = decide(Policies { identity: &[group], ..Policies::default() }, &request).is_allowed();
            proof.row(format!("`sts:AssumeRole` of `{role}` in the users' account"), mfa, allowed, mfa == Mfa::True)?;
            // A role that the account may trust nobody with: what this one's trust policy says is not about it.
            let request = assume(user.clone(), &other_than(&role, &arns), mfa, context.clone());
            let allowed = decide(Policies { identity: &[group], ..Policies::default() }, &request).is_allowed();
            proof.row(format!("`sts:AssumeRole` of `{}`", request.resource), mfa, allowed, false)?;
            let (stranger, without) = match &wanted.users {
                Users::Named(names) => (Caller::user(partition, &wanted.account, &other_than("some-user", names)), Context::default()),
                Users::ExternalId(_) => (user.clone(), Context::default()),
            };
            let who = if stranger == user { "without the external id" } else { "by a user who is not named" };
            proof.row(format!("`sts:AssumeRole` of `{role}` {who}"), mfa, with(&[&all], &stranger, &role, &without), false)?;
        }
    }
    for mfa in Mfa::ALL {
        for action in ["s3:GetObject", "iam:CreateAccessKey", "ec2:RunInstances"] {
            let request = request(partition, action, "*".to_owned(), mfa);
            let allowed = decide(Policies { identity: &[group], ..Policies::default() }, &request).is_allowed();
            proof.row(format!("`{action}` in the users' account"), mfa, allowed, false)?;
        }
    }
    Ok(proof)
}

/// An address of nobody's (RFC 5737), unless it is listed.
const NOBODYS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 254);

fn service_account(wanted: &ServiceAccount, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
    let identity: Vec<_> = documents.iter().map(|(_, policy)| policy).collect();
    let mut proof = Proof::default();
    // An address of the network itself; a key that is not there for what comes over an endpoint.
    let there = |context: Context| match (wanted.from.addresses.first(), wanted.from.endpoints.first()) {
        (Some(network), _) => context.with("aws:SourceIp", network.split('/').next().unwrap_or_default()),
        (None, Some(endpoint)) => context.with("aws:SourceVpce", endpoint),
        (None, None) => context,
    };
    let elsewhere = |context: Context| context.with("aws:SourceIp", &NOBODYS.to_string());
    let is_listed = |address: &String| Network::parse(address).is_some_and(|network| network.has(NOBODYS.into()));
    for action in wanted.actions.iter().map(|pattern| pattern.replace(['*', '?'], "x")) {
        for pattern in &wanted.resources {
            for mfa in Mfa::ALL {
                let mut request = request(partition, &action, String::new(), mfa);
                let (resource, context) = example(pattern, &request.context);
                (request.resource, request.context) = (resource.clone(), context);
                let ask = |context: Context| {
                    let request = Request { context, ..request.clone() };
                    decide(Policies { identity: &identity, ..Policies::default() }, &request).is_allowed()
                };
                let plain = request.context.clone().with("aws:ViaAWSService", "false");
                let label = format!("`{action}` on `{resource}`");
                proof.row(format!("{label} from a listed place"), mfa, ask(there(plain.clone())), true)?;
                if !wanted.from.addresses.iter().any(is_listed) {
                    proof.row(format!("{label} from elsewhere"), mfa, ask(elsewhere(plain.clone())), false)?;
                }
                let by_service = elsewhere(plain).with("aws:ViaAWSService", "true");
                proof.row(format!("{label} by a service"), mfa, ask(by_service), true)?;
            }
        }
    }
    let unlisted = request(partition, "iam:CreateAccessKey", format!("arn:{partition}:iam::{ACCOUNT}:user/some-user"), Mfa::True);
    let named = wanted.actions.iter().any(|pattern| super::super::evaluate::names_action(pattern, "iam:CreateAccessKey"));
    if !named {
        let request = Request { context: there(unlisted.context.clone().with("aws:ViaAWSService", "false")), ..unlisted };
        let allowed = decide(Policies { identity: &identity, ..Policies::default() }, &request).is_allowed();
        proof.row("`iam:CreateAccessKey`".to_owned(), Mfa::True, allowed, false)?;
    }
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use super::super::super::document::{Effect, Operator};
    use super::super::{From, Line, Target};
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

    /// What somebody may well ask for, and what an example of the table could be mistaken for.
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
