//! Finds the policies of IAM in a plan of terraform's, as `terraform show -json` prints one. Never reads HCL.

use super::super::document::Kind;
use super::super::lint::{Attached, Facts};
use super::super::tree::Node;
use super::{Found, embedded};

pub(super) fn is_plan(root: &Node) -> bool {
    root.get("format_version").is_some() && (root.get("planned_values").is_some() || root.get("values").is_some())
}

/// The documents of each resource of IAM's, by address.
pub(super) fn policies(root: &Node, text: &str, known: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    for values in ["planned_values", "values"] {
        if let Some(module) = root.at(&[values, "root_module"]) {
            of_module(module, text, known, &mut found);
        }
    }
    found
}

fn of_module(module: &Node, text: &str, known: &Facts, found: &mut Vec<Found>) {
    for resource in module.get("resources").map(Node::items).unwrap_or_default() {
        let field = |name: &str| resource.get(name).and_then(Node::text);
        let (Some(kind), Some(address), Some(values)) = (field("type"), field("address"), resource.get("values")) else { continue };
        let (member, policy, attached) = match kind {
            "aws_iam_policy" => ("policy", Kind::Identity, Attached::Managed { to_role: false }),
            "aws_iam_user_policy" => ("policy", Kind::Identity, Attached::InUser),
            "aws_iam_group_policy" => ("policy", Kind::Identity, Attached::InGroup),
            "aws_iam_role_policy" => ("policy", Kind::Identity, Attached::InRole),
            "aws_iam_role" => ("assume_role_policy", Kind::Trust, Attached::Trust),
            _ => continue,
        };
        let mut add = |name: String, document: Option<&Node>, kind: Kind, attached: Attached| {
            // What is known only after the plan is applied is not there yet.
            if let Some(document) = document.filter(|document| document.text().is_some()) {
                let document = embedded::read(document, text);
                found.push(Found { name: Some(name), document, kind: Some(kind), facts: Facts { attached, ..known.clone() } });
            }
        };
        add(address.to_owned(), values.get(member), policy, attached);
        if kind == "aws_iam_role" {
            for (index, inline) in values.get("inline_policy").map(Node::items).unwrap_or_default().iter().enumerate() {
                let name = inline.get("name").and_then(Node::text).map_or_else(|| index.to_string(), str::to_owned);
                add(format!("{address}/{name}"), inline.get("policy"), Kind::Identity, Attached::InRole);
            }
        }
    }
    for child in module.get("child_modules").map(Node::items).unwrap_or_default() {
        of_module(child, text, known, found);
    }
}
