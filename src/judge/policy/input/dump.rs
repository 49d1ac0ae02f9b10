//! Finds all policies of an account in what `aws iam get-account-authorization-details` prints. Never calls AWS.

use std::collections::BTreeSet;

use super::super::lint::{Attached, Facts};
use super::super::tree::{Node, Value};
use super::unknown::Unknown;
use super::{Found, by_arn};

const IDENTITIES: [(&str, &str, Attached); 3] = [
    ("UserDetailList", "UserPolicyList", Attached::InUser),
    ("GroupDetailList", "GroupPolicyList", Attached::InGroup),
    ("RoleDetailList", "RolePolicyList", Attached::InRole),
];

pub(super) fn is_dump(root: &Node) -> bool {
    let list = |name: &str| root.get(name).is_some_and(|list| matches!(list.value, Value::List(_)));
    root.get("Statement").is_none() && (list("Policies") || IDENTITIES.iter().any(|(name, ..)| list(name)))
}

pub(super) fn policies(root: &Node, text: &str, known: &Facts) -> Vec<Found> {
    let list = |name: &str| root.get(name).map(Node::items).unwrap_or_default();
    let facts = facts(root, known);
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    let mut add = |name: String, document: Option<&Node>, attached: Attached| {
        found.extend(document.map(|document| Found::read(Some(name), document, text, attached, &facts)));
    };
    for (identities, inline, attached) in IDENTITIES {
        for identity in list(identities) {
            let arn = arn_of(identity);
            add(arn.to_owned(), identity.get("AssumeRolePolicyDocument"), Attached::Trust);
            for policy in identity.get(inline).map(Node::items).unwrap_or_default() {
                let name = policy.get("PolicyName").and_then(Node::text).unwrap_or_default();
                add(format!("{arn}/{name}"), policy.get("PolicyDocument"), attached);
            }
        }
    }
    let to_roles: BTreeSet<_> = attached_to(list("RoleDetailList")).collect();
    let to_others: BTreeSet<_> = attached_to(list("UserDetailList")).chain(attached_to(list("GroupDetailList"))).collect();
    for policy in list("Policies") {
        let arn = arn_of(policy);
        let attached = if arn.split(':').nth(4) == Some("aws") {
            Attached::OfAws
        } else {
            Attached::Managed { to_role: to_roles.contains(arn) && !to_others.contains(arn) }
        };
        let versions = policy.get("PolicyVersionList").map(Node::items).unwrap_or_default();
        // The others are not in use.
        let is_default = |version: &&Node| matches!(version.get("IsDefaultVersion").map(|node| &node.value), Some(Value::Bool(true)));
        let version = versions.iter().find(is_default).or_else(|| versions.first());
        match version.and_then(|version| version.get("Document")) {
            None => unread.push(Found::unknown(
                Some(arn.to_owned()),
                Unknown::new(policy.span, "the document of this policy is not in this file", WHOLE),
            )),
            document => add(arn.to_owned(), document, attached),
        }
    }
    unread.extend(elsewhere(root));
    found.extend(unread);
    found
}

const WHOLE: &str = "check the whole account: `aws iam get-account-authorization-details | vault policy check -`";

/// What is attached and is not in the file, and whether the file is only a part of the account.
fn elsewhere(root: &Node) -> Vec<Found> {
    let list = |name: &str| root.get(name).map(Node::items).unwrap_or_default();
    let here: BTreeSet<_> = list("Policies").iter().map(arn_of).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for identity in IDENTITIES.iter().flat_map(|(identities, ..)| list(identities)) {
        let attached = identity.get("AttachedManagedPolicies").map(Node::items).unwrap_or_default().iter();
        let arns =
            attached.filter_map(|policy| policy.get("PolicyArn")).chain(identity.at(&["PermissionsBoundary", "PermissionsBoundaryArn"]));
        for node in arns {
            let Some(arn) = node.text().filter(|arn| !here.contains(arn) && seen.insert(*arn)) else { continue };
            found.extend(by_arn(arn, node.span).map(|unknown| Found::unknown(Some(arn_of(identity).to_owned()), unknown)));
        }
    }
    if let Some(truncated) = root.get("IsTruncated").filter(|node| node.value == Value::Bool(true)) {
        let reason = "this is one page of several, and the others are not in this file";
        found.push(Found::unknown(None, Unknown::new(truncated.span, reason, WHOLE)));
    }
    found
}

fn arn_of(node: &Node) -> &str {
    node.get("Arn").and_then(Node::text).unwrap_or_default()
}

fn attached_to(identities: &[Node]) -> impl Iterator<Item = &str> {
    let managed = identities.iter().flat_map(|identity| identity.get("AttachedManagedPolicies").map(Node::items).unwrap_or_default());
    managed.filter_map(|policy| policy.get("PolicyArn").and_then(Node::text))
}

/// What the dump says about the account: whose it is, in which partition, and whether users are under paths.
fn facts(root: &Node, known: &Facts) -> Facts {
    let list = |name: &str| root.get(name).map(Node::items).unwrap_or_default();
    let arn = IDENTITIES.iter().flat_map(|(name, ..)| list(name)).map(arn_of).find(|arn| arn.starts_with("arn:"));
    let part = |at: usize| arn.and_then(|arn| arn.split(':').nth(at)).map(str::to_owned);
    let mut paths = list("UserDetailList").iter().filter_map(|user| user.get("Path").and_then(Node::text));
    Facts {
        partition: known.partition.clone().or_else(|| part(1)),
        account: known.account.clone().or_else(|| part(4)),
        attached: Attached::Unknown,
        user_path: paths.find(|path| *path != "/").map(str::to_owned),
    }
}
