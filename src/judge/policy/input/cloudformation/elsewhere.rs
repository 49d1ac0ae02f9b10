//! Names the parts of a template whose content is elsewhere: nested stacks, transforms, policies that it only refers to. Never looks for them.

use std::collections::BTreeSet;

use super::super::super::lint::Facts;
use super::super::super::tree::{Node, Span};
use super::super::unknown::{UNKNOWN, Unknown};
use super::super::{Found, by_arn, not_here};
use super::values::{Choice, Values};

const PROCESSED: &str = "check the template that CloudFormation made of it: \
                         `aws cloudformation get-template --stack-name NAME --template-stage Processed --query TemplateBody | vault policy check -`";

/// The types whose properties hold policies of IAM.
pub(super) fn has_policies(kind: &str) -> bool {
    const OTHERS: [&str; 4] =
        ["AWS::SSO::PermissionSet", "AWS::Serverless::Function", "AWS::Serverless::StateMachine", "AWS::Serverless::Connector"];
    kind.strip_prefix("AWS::IAM::").is_some_and(|kind| kind.contains("Policy") || ["User", "Group", "Role"].contains(&kind))
        || OTHERS.contains(&kind)
}

/// Transforms, which rewrite the whole template.
pub(super) fn transforms(root: &Node) -> Vec<Found> {
    let Some(transform) = root.get("Transform") else { return Vec::new() };
    let name = |node: &Node| node.text().or_else(|| node.get("Name").and_then(Node::text)).unwrap_or("Fn::Transform").to_owned();
    transform
        .one_or_more()
        .iter()
        // It adds functions and no resources.
        .filter(|node| node.text() != Some("AWS::LanguageExtensions"))
        .map(|node| {
            let reason = format!("the transform `{}` makes resources that are not in this file, and roles may be among them", name(node));
            Found::unknown(Some("Transform".to_owned()), Unknown::new(node.span, reason, PROCESSED))
        })
        .collect()
}

/// A resource whose policies are in another file.
pub(super) fn resource(id: &str, span: Span, resource: &Node) -> Option<Unknown> {
    if id.starts_with("Fn::ForEach") || id == "Fn::Transform" || resource.get("Fn::Transform").is_some() {
        return Some(Unknown::new(span, "these resources are not written out in the template", PROCESSED));
    }
    let kind = resource.get("Type").and_then(Node::text)?;
    let what = match kind {
        "AWS::CloudFormation::Stack" | "AWS::CloudFormation::StackSet" | "AWS::Serverless::Application" => "the template of a nested stack",
        _ if kind.ends_with("::MODULE") => "a module",
        _ => return None,
    };
    Some(Unknown::new(span, format!("{what} is another file"), "give that file to `vault policy check` too"))
}

/// The policies that a resource refers to and that this template does not have.
pub(super) fn referenced(root: &Node, id: &str, properties: &Node, known: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for property in ["ManagedPolicyArns", "ManagedPolicies", "PermissionsBoundary", "Policies", "CustomerManagedPolicyReferences"] {
        let Some(listed) = properties.get(property) else { continue };
        let mut values = Values::new(root, known, Choice::FirstThere);
        let Some(plain) = values.plain(listed) else { continue };
        for node in plain.one_or_more() {
            let unknown = match (node.text(), values.unknown_at(node)) {
                // For a whole list of documents, each document is named.
                (_, Some(_)) if property == "Policies" => None,
                (Some(arn), Some(unknown)) if !arn.contains(":aws:policy/") || arn.contains(UNKNOWN) => Some(unknown.clone()),
                // A resource of this template, which is checked.
                (Some(arn), None) if arn.rsplit('/').next().is_some_and(|name| root.at(&["Resources", name]).is_some()) => None,
                (Some(arn), _) => by_arn(arn, node.span),
                (None, _) => node.get("Name").and_then(Node::text).map(|name| not_here(name, node.span)),
            };
            found.extend(
                unknown.filter(|unknown| seen.insert(unknown.reason.clone())).map(|unknown| Found::unknown(Some(id.to_owned()), unknown)),
            );
        }
    }
    found
}
