//! Writes a policy as a tree, in the order in which AWS writes one. Never writes a variable or a wildcard otherwise than it was read.

use super::super::json;
use super::super::tree::{Member, Node, Span, Value};
use super::{Block, Patterns, Policy, Principal, PrincipalKind, Statement, Test, Text};

#[must_use]
pub fn policy_node(policy: &Policy) -> Node {
    let version = policy.version.iter().map(|version| ("Version", Node::from(version.value.as_str())));
    let id = policy.id.iter().map(|id| ("Id", Node::from(id.value.as_str())));
    let statements: Vec<Node> = policy.statements.iter().map(statement_node).collect();
    Node::object(version.chain(id).chain([("Statement", Node::from(statements))]))
}

#[must_use]
pub fn statement_node(statement: &Statement) -> Node {
    let mut members = Vec::new();
    if let Some(sid) = &statement.sid {
        members.push(("Sid", Node::from(sid.value.as_str())));
    }
    members.push(("Effect", Node::from(statement.effect.as_str())));
    if let Some(principal) = &statement.principal {
        members.push((if principal.negated { "NotPrincipal" } else { "Principal" }, principal_node(principal)));
    }
    let named = |plain, not, patterns: &Patterns| (if patterns.negated { not } else { plain }, texts(&patterns.patterns, patterns.listed));
    members.push(named("Action", "NotAction", &statement.action));
    if let Some(resource) = &statement.resource {
        members.push(named("Resource", "NotResource", resource));
    }
    if !statement.conditions.is_empty() {
        members.push(("Condition", conditions(&statement.conditions)));
    }
    Node::object(members)
}

/// One string alone, unless it was written as a list.
fn texts(texts: &[Text], listed: bool) -> Node {
    match texts {
        [one] if !listed => one.value.as_str().into(),
        _ => texts.iter().map(|text| Node::from(text.value.as_str())).collect::<Vec<_>>().into(),
    }
}

fn principal_node(principal: &Principal) -> Node {
    if principal.who.iter().any(|who| who.kind == PrincipalKind::Everyone) {
        return "*".into();
    }
    let kinds = PrincipalKind::NAMED.into_iter().filter_map(|kind| {
        let names: Vec<_> = principal.who.iter().filter(|who| who.kind == kind).map(|who| who.name.clone()).collect();
        (!names.is_empty()).then(|| (kind.as_str(), texts(&names, false)))
    });
    Node::object(kinds)
}

fn conditions(blocks: &[Block]) -> Node {
    let member = |name: &str, value| Member { name: name.to_owned(), name_span: Span::default(), value };
    let test = |test: &Test| member(&test.key.value, texts(&test.values, test.listed));
    let block = |block: &Block| member(&block.operator.to_string(), Value::Object(block.tests.iter().map(test).collect()).into());
    Value::Object(blocks.iter().map(block).collect()).into()
}

/// How many characters IAM counts: all but white space.
#[must_use]
pub fn size(document: &Node) -> usize {
    json::compact(document).chars().filter(|c| !c.is_whitespace()).count()
}
