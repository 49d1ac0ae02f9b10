//! What a file does not say about a policy, and whether a check needs it. Never guesses it.

use super::super::document::arn_parts;
use super::super::evaluate::Mfa;
use super::super::tree::{Node, Span};

/// The text in the place of an unknown one.
pub(super) const UNKNOWN: &str = "unknown";

/// A policy, or a part of one, that is not in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub span: Span,
    /// Why: a lower-case clause.
    pub reason: String,
    /// How it can be checked after all, in the imperative.
    pub cure: String,
}

impl Unknown {
    pub(super) fn new(span: Span, reason: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { span, reason: reason.into(), cure: cure.into() }
    }
}

/// How much the unknown parts of a document leave unchecked.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// The unknown texts: a finding in one of them is about the text in its place.
    pub texts: Vec<Span>,
    /// The statements that cannot be checked at all.
    pub statements: Vec<Span>,
    /// The unknown texts that a check needed.
    pub unchecked: Vec<Span>,
}

impl Gaps {
    /// The gaps in a document in which the nodes at these places are not known.
    pub(super) fn of(document: &Node, unknown: &[Span]) -> Self {
        let mut gaps = Self { texts: unknown.to_vec(), ..Self::default() };
        if unknown.is_empty() {
            return gaps;
        }
        for member in document.members().iter().filter(|member| member.name != "Id") {
            let statements = if member.name == "Statement" { member.value.one_or_more() } else { std::slice::from_ref(&member.value) };
            for statement in statements {
                if statement.is_object() {
                    gaps.in_statement(statement, unknown);
                } else if unknown.contains(&statement.span) {
                    gaps.unchecked.push(statement.span);
                }
            }
        }
        gaps
    }

    /// Whether what is found at this place is about the document, and not about a text in place of another.
    #[must_use]
    pub fn leave(&self, found: Span) -> bool {
        !self.texts.iter().chain(&self.statements).any(|gap| gap.contains(found))
    }

    fn in_statement(&mut self, statement: &Node, unknown: &[Span]) {
        for member in statement.members() {
            let mut within = Vec::new();
            texts(&member.value, unknown, &mut within);
            let decides = |node: &&&Node| match member.name.as_str() {
                "Sid" | "Resource" | "NotResource" => false,
                "Principal" | "NotPrincipal" => !names_what(node),
                "Condition" => is_about_mfa(&member.value, node.span),
                _ => true,
            };
            let deciding: Vec<_> = within.iter().filter(decides).map(|node| node.span).collect();
            if !deciding.is_empty() {
                self.statements.push(statement.span);
                self.unchecked.extend(deciding);
            }
            if member.name.ends_with("Resource") && reaches_iam(statement) {
                self.unchecked.extend(within.iter().filter(|node| !names_what(node)).map(|node| node.span));
            }
            if member.name == "Condition" {
                self.unchecked
                    .extend(within.iter().filter(|node| is_under(&member.value, &["aws:SourceIp"], node.span)).map(|node| node.span));
            }
        }
    }
}

/// The nodes that are not known, in the order of the text.
fn texts<'n>(node: &'n Node, unknown: &[Span], found: &mut Vec<&'n Node>) {
    if unknown.contains(&node.span) && !node.is_object() {
        found.push(node);
        return;
    }
    node.items().iter().for_each(|item| texts(item, unknown, found));
    node.members().iter().for_each(|member| texts(&member.value, unknown, found));
}

/// Whether the parts of an ARN that a check needs are known: the service, and for IAM also the kind and the name.
fn names_what(node: &Node) -> bool {
    let parts = arn_parts(node.text().unwrap_or_default());
    let [_, _, service, _, _, resource] = parts.as_slice() else { return false };
    !service.contains(UNKNOWN) && (!["iam", "sts"].contains(service) || !resource.contains(UNKNOWN))
}

fn is_about_mfa(conditions: &Node, at: Span) -> bool {
    // A whole block, or a whole condition, may be about it.
    let values = || conditions.members().iter().flat_map(|block| block.value.members());
    let is_value = values().any(|test| test.value.span.contains(at));
    !is_value || is_under(conditions, &[Mfa::PRESENT, Mfa::AGE], at)
}

fn is_under(conditions: &Node, keys: &[&str], at: Span) -> bool {
    let tests = conditions.members().iter().flat_map(|block| block.value.members());
    tests.filter(|test| keys.iter().any(|key| test.name.eq_ignore_ascii_case(key))).any(|test| test.value.span.contains(at))
}

/// Whether the statement is about IAM at all: no check looks at the resources of other services.
fn reaches_iam(statement: &Node) -> bool {
    let is_of_iam = |node: &Node| node.text().is_none_or(|text| text == "*" || text.to_ascii_lowercase().starts_with("iam:"));
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), None) => actions.one_or_more().iter().any(is_of_iam),
        _ => true,
    }
}
