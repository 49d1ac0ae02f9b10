//! Finds the policies of IAM in a template, and names those that are not in it. Never knows more of a stack than its template says.

mod elsewhere;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use super::super::lint::{Attached, Facts};
use super::super::tree::{Member, Node};
use super::Found;

use values::{Choice, Values};

pub(super) fn is_template(root: &Node) -> bool {
    let typed = |member: &Member| {
        member.name.starts_with("Fn::ForEach") || member.value.get("Type").and_then(Node::text).is_some_and(|kind| kind.contains("::"))
    };
    root.get("Resources").is_some_and(|resources| resources.members().iter().any(typed))
}

/// Whether a text that is not JSON is meant as a template.
pub(super) fn looks_like_template(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("AWSTemplateFormatVersion") || line.starts_with("Resources:"))
}

/// The documents of each resource of IAM's, by logical id.
pub(super) fn policies(root: &Node, text: &str, known: &Facts) -> Vec<Found> {
    let mut found = elsewhere::transforms(root);
    for Member { name: id, name_span, value: resource } in root.get("Resources").map(Node::members).unwrap_or_default() {
        if let Some(unknown) = elsewhere::resource(id, *name_span, resource) {
            found.push(Found::unknown(Some(id.clone()), unknown));
            continue;
        }
        let (Some(kind), Some(properties)) = (resource.get("Type").and_then(Node::text), resource.get("Properties")) else { continue };
        if !elsewhere::has_policies(kind) {
            continue;
        }
        let template = Template { text, known, id, kind };
        let mut first = Values::new(root, known, Choice::FirstThere);
        let mut of_resource = template.documents(properties, &mut first);
        for choice in choices(&first.conditions) {
            let mut values = Values::new(root, known, choice);
            for other in template.documents(properties, &mut values) {
                let same = of_resource.iter_mut().find(|found: &&mut Found| (&found.name, found.kind) == (&other.name, other.kind));
                match same {
                    Some(same) => same.also(other),
                    None => of_resource.push(other),
                }
            }
        }
        found.extend(of_resource);
        found.extend(elsewhere::referenced(root, id, properties, known));
    }
    found
}

/// Other outcomes of the conditions: all combinations if there are few; otherwise each condition alone against the others.
fn choices(conditions: &BTreeSet<String>) -> Vec<Choice> {
    const FEW: usize = 3;
    if conditions.is_empty() {
        return Vec::new();
    }
    let given = |named: BTreeMap<String, bool>, others| Choice::Given { named, others };
    if conditions.len() <= FEW {
        let holds = |number: usize| conditions.iter().enumerate().map(move |(bit, name)| (name.clone(), number >> bit & 1 == 1)).collect();
        return (0..1 << conditions.len()).map(|number| given(holds(number), true)).collect();
    }
    [true, false]
        .into_iter()
        .flat_map(|others| {
            let single = conditions.iter().map(move |name| given(BTreeMap::from([(name.clone(), !others)]), others));
            std::iter::once(given(BTreeMap::new(), others)).chain(single)
        })
        .collect()
}

/// A resource of a template.
struct Template<'a> {
    text: &'a str,
    known: &'a Facts,
    id: &'a str,
    kind: &'a str,
}

impl Template<'_> {
    fn documents(&self, properties: &Node, values: &mut Values<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        let Some(properties) = values.plain(properties) else { return found };
        if let Some(unknown) = values.unknown_at(&properties) {
            return vec![Found::unknown(Some(self.id.to_owned()), unknown.clone())];
        }
        let has = |name: &str| properties.get(name).is_some_and(|list| !list.items().is_empty() || list.text().is_some());
        let attached = match self.kind {
            "AWS::IAM::ManagedPolicy" => Attached::Managed { to_role: has("Roles") && !has("Users") && !has("Groups") },
            "AWS::IAM::Policy" if has("Users") => Attached::InUser,
            "AWS::IAM::Policy" if has("Groups") => Attached::InGroup,
            "AWS::IAM::UserPolicy" | "AWS::IAM::User" => Attached::InUser,
            "AWS::IAM::GroupPolicy" | "AWS::IAM::Group" => Attached::InGroup,
            _ => Attached::InRole,
        };
        for (property, attached) in
            [("PolicyDocument", attached), ("InlinePolicy", attached), ("AssumeRolePolicyDocument", Attached::Trust)]
        {
            if let Some(document) = properties.get(property) {
                found.push(self.found(self.id.to_owned(), document, attached, values));
            }
        }
        let Some(inline) = properties.get("Policies") else { return found };
        if let Some(unknown) = values.unknown_at(inline) {
            found.push(Found::unknown(Some(format!("{}/Policies", self.id)), unknown.clone()));
        }
        let one = std::slice::from_ref(inline);
        for (index, inline) in if inline.is_object() { one } else { inline.items() }.iter().enumerate() {
            let name = inline.get("PolicyName").and_then(Node::text).map_or_else(|| index.to_string(), str::to_owned);
            let name = format!("{}/{name}", self.id);
            // SAM takes documents themselves too.
            let document = inline.get("PolicyDocument").or_else(|| inline.get("Statement").map(|_| inline));
            if let Some(document) = document {
                found.push(self.found(name, document, attached, values));
            } else if let Some(unknown) = values.unknown_at(inline) {
                found.push(Found::unknown(Some(name), unknown.clone()));
            }
        }
        found
    }

    fn found(&self, name: String, document: &Node, attached: Attached, values: &Values<'_>) -> Found {
        if let Some(unknown) = values.unknown_at(document) {
            return Found::unknown(Some(name), unknown.clone());
        }
        let unknown = values.unknown.iter().filter(|unknown| document.span.contains(unknown.span)).cloned().collect();
        Found { unknown, ..Found::read(Some(name), document, self.text, attached, self.known) }
    }
}
