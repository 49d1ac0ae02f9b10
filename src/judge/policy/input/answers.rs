//! Finds the policy in what one call of IAM's prints, such as `aws iam get-role-policy`. Never asks for what the answer leaves out.

use super::super::lint::{Attached, Facts};
use super::super::tree::Node;
use super::Found;
use super::unknown::Unknown;

const OWNERS: [(&str, Attached); 3] = [("UserName", Attached::InUser), ("GroupName", Attached::InGroup), ("RoleName", Attached::InRole)];

/// `None`: it is not such an answer.
pub(super) fn policies(root: &Node, text: &str, known: &Facts) -> Option<Vec<Found>> {
    if root.get("Statement").is_some() {
        return None;
    }
    let found =
        |name: Option<&str>, document: &Node, attached: Attached| Found::read(name.map(str::to_owned), document, text, attached, known);
    if let Some(document) = root.get("PolicyDocument") {
        let attached = OWNERS.into_iter().find(|(owner, _)| root.get(owner).is_some()).map_or(Attached::Unknown, |(_, attached)| attached);
        return Some(vec![found(root.get("PolicyName").and_then(Node::text), document, attached)]);
    }
    if let Some(document) = root.at(&["PolicyVersion", "Document"]) {
        return Some(vec![found(None, document, Attached::Unknown)]);
    }
    if let Some(policy) = root.get("Policy").filter(|policy| policy.get("DefaultVersionId").is_some()) {
        let cure = "check the version in use: `aws iam get-policy-version --policy-arn ARN --version-id ID | vault policy check -`";
        let unknown = Unknown::new(policy.span, "this says which version of a policy is in use, and not what it says", cure);
        return Some(vec![Found::unknown(policy.get("Arn").and_then(Node::text).map(str::to_owned), unknown)]);
    }
    let roles = root.get("Role").map(std::slice::from_ref).or_else(|| root.get("Roles").map(Node::items))?;
    let trust = |role: &Node| Some(found(role.get("Arn").and_then(Node::text), role.get("AssumeRolePolicyDocument")?, Attached::Trust));
    Some(roles.iter().filter_map(trust).collect())
}
