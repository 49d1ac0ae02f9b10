//! The tables of who may assume a role, with which MFA. Checks that the role may do something, and never what.

use super::super::super::document::Policy;
use super::super::super::evaluate::{Caller, Context, Mfa, Policies, Request, decide};
use super::super::PARTITION;
use super::super::bastion::{Bastion, Users};
use super::super::sudo_role::SudoRole;
use super::{Mismatch, Proof, allowed, everything, request};

fn document<'a>(documents: &'a [(String, Policy)], name: &str) -> Option<&'a Policy> {
    documents.iter().find(|(found, _)| found == name).map(|(_, policy)| policy)
}

/// A call of `AssumeRole`.
fn assume(caller: Caller, role: &str, mfa: Mfa, more: Context) -> Request {
    Request { action: "sts:AssumeRole".to_owned(), resource: role.to_owned(), context: mfa.added_to(more), caller }
}

/// A name or ARN that resembles this one and is not in the list.
fn other_than(name: &str, these: &[String]) -> String {
    let mut others = (2..these.len() + 3).map(|number| format!("{name}-{number}"));
    others.find(|other| !these.contains(other)).expect("there are more of them than of these")
}

pub(super) fn sudo_role(wanted: &SudoRole, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
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
        let is_allowed = allowed(&[permissions], &request);
        proof.row("`s3:GetObject` by the role".to_owned(), mfa, is_allowed, true)?;
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

pub(super) fn bastion(wanted: &Bastion, documents: &[(String, Policy)], partition: &str) -> Result<Proof, Mismatch> {
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
            let is_allowed = allowed(&[group], &request);
            proof.row(format!("`sts:AssumeRole` of `{role}` in the users' account"), mfa, is_allowed, mfa == Mfa::True)?;
            // Another role: the trust policy of this one does not cover it.
            let request = assume(user.clone(), &other_than(&role, &arns), mfa, context.clone());
            let is_allowed = allowed(&[group], &request);
            proof.row(format!("`sts:AssumeRole` of `{}`", request.resource), mfa, is_allowed, false)?;
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
            let is_allowed = allowed(&[group], &request);
            proof.row(format!("`{action}` in the users' account"), mfa, is_allowed, false)?;
        }
    }
    Ok(proof)
}
