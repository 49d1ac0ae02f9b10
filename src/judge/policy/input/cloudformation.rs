//! Finds the policies of IAM in a template, and puts plain text in place of its functions. Never knows the values of parameters:
//! what depends on one becomes a text that names nothing.

use super::super::document::Kind;
use super::super::lint::{Attached, Facts};
use super::super::tree::{Member, Node, Value};
use super::Found;

pub(super) fn is_template(root: &Node) -> bool {
    let typed = |member: &Member| member.value.get("Type").and_then(Node::text).is_some_and(|kind| kind.contains("::"));
    root.get("Resources").is_some_and(|resources| resources.members().iter().any(typed))
}

/// Whether a text that is not JSON is meant as a template.
pub(super) fn looks_like_template(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("AWSTemplateFormatVersion") || line.starts_with("Resources:"))
}

/// The documents of each resource of IAM's, by logical id.
pub(super) fn policies(root: &Node, known: &Facts) -> Vec<Found> {
    let mut found = Vec::new();
    for Member { name: id, value: resource, .. } in root.get("Resources").map(Node::members).unwrap_or_default() {
        let (Some(kind), Some(properties)) = (resource.get("Type").and_then(Node::text), resource.get("Properties")) else { continue };
        let mut add = |name: String, document: &Node, kind: Kind, attached: Attached| {
            let document = Ok(plain(document, known));
            found.push(Found { name: Some(name), document, kind: Some(kind), facts: Facts { attached, ..known.clone() } });
        };
        let has = |name: &str| properties.get(name).is_some_and(|list| !list.items().is_empty() || list.is_object());
        let attached = match kind {
            "AWS::IAM::ManagedPolicy" => Attached::Managed { to_role: has("Roles") && !has("Users") && !has("Groups") },
            "AWS::IAM::Policy" if has("Users") => Attached::InUser,
            "AWS::IAM::Policy" if has("Groups") => Attached::InGroup,
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::Role" => Attached::InRole,
            "AWS::IAM::UserPolicy" | "AWS::IAM::User" => Attached::InUser,
            "AWS::IAM::GroupPolicy" | "AWS::IAM::Group" => Attached::InGroup,
            _ => continue,
        };
        if let Some(document) = properties.get("PolicyDocument") {
            add(id.clone(), document, Kind::Identity, attached);
        }
        if let Some(document) = properties.get("AssumeRolePolicyDocument") {
            add(id.clone(), document, Kind::Trust, Attached::Trust);
        }
        for (index, inline) in properties.get("Policies").map(Node::items).unwrap_or_default().iter().enumerate() {
            let name = inline.get("PolicyName").and_then(Node::text).map_or_else(|| index.to_string(), str::to_owned);
            if let Some(document) = inline.get("PolicyDocument") {
                add(format!("{id}/{name}"), document, Kind::Identity, attached);
            }
        }
    }
    found
}

/// The placeholder for an unknown text.
const UNKNOWN: &str = "unknown";

/// The document as IAM gets it, as far as the template says.
fn plain(node: &Node, known: &Facts) -> Node {
    let value = match &node.value {
        Value::Object(members) => match members.as_slice() {
            [Member { name, value, .. }] if name == "Ref" || name.starts_with("Fn::") => return called(name, value, node, known),
            _ => {
                let members = members.iter().filter(|member| !is_no_value(&member.value));
                Value::Object(members.map(|member| Member { value: plain(&member.value, known), ..member.clone() }).collect())
            }
        },
        Value::List(items) => {
            let items = items.iter().filter(|item| !is_no_value(item)).map(|item| plain(item, known));
            // `!If` may give a list where a list is.
            Value::List(items.collect())
        }
        other => other.clone(),
    };
    Node { value, span: node.span }
}

fn is_no_value(node: &Node) -> bool {
    node.get("Ref").and_then(Node::text) == Some("AWS::NoValue")
}

fn called(name: &str, argument: &Node, node: &Node, known: &Facts) -> Node {
    let text = |text: String| Node { value: Value::Text(text), span: node.span };
    match name {
        "Ref" => text(of_name(argument.text().unwrap_or_default(), known)),
        "Fn::Sub" => {
            let template = argument.text().or_else(|| argument.items().first().and_then(Node::text)).unwrap_or_default();
            text(substituted(template, known))
        }
        "Fn::Join" => {
            let [separator, parts] = argument.items() else { return text(UNKNOWN.to_owned()) };
            let parts: Vec<_> = parts.items().iter().map(|part| plain(part, known)).collect();
            let parts: Vec<_> = parts.iter().map(|part| part.text().unwrap_or(UNKNOWN)).collect();
            text(parts.join(separator.text().unwrap_or_default()))
        }
        // What is there where the switch is on.
        "Fn::If" => {
            let branches = argument.items().get(1..).unwrap_or_default();
            branches.iter().find(|branch| !is_no_value(branch)).map_or_else(|| text(UNKNOWN.to_owned()), |branch| plain(branch, known))
        }
        "Fn::GetAtt" => {
            let attribute = argument.items().last().and_then(Node::text).or_else(|| argument.text()).unwrap_or_default();
            let partition = known.partition.as_deref().unwrap_or("aws");
            // The ARN of some resource of the template.
            text(if attribute.ends_with("Arn") { format!("arn:{partition}:{UNKNOWN}:::{UNKNOWN}") } else { UNKNOWN.to_owned() })
        }
        _ => text(UNKNOWN.to_owned()),
    }
}

/// `${Name}` filled in, and `${!Name}` as the `${Name}` that IAM gets.
fn substituted(template: &str, known: &Facts) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        match name.strip_prefix('!') {
            Some(variable) => out.extend(["${", variable, "}"]),
            None => out.push_str(&of_name(name, known)),
        }
        rest = after;
    }
    out + rest
}

fn of_name(name: &str, known: &Facts) -> String {
    match name {
        "AWS::Partition" => known.partition.as_deref().unwrap_or("aws"),
        "AWS::AccountId" => known.account.as_deref().unwrap_or("123456789012"),
        "AWS::URLSuffix" => "amazonaws.com",
        "AWS::Region" => "us-east-1",
        _ => UNKNOWN,
    }
    .to_owned()
}
