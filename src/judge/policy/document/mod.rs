//! What an IAM policy is: statements, elements, conditions, with the place of each. Never decides what a policy allows.
//!
//! The grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.

mod actions;
mod arns;
mod operator;
mod principals;
mod read;
mod write;

use super::tree::Span;

pub(super) use arns::parts as arn_parts;
pub use operator::{Base, Operator, SetOperator};
pub use read::{Fault, Kind, Reading, read};
pub use write::{policy_node, size, statement_node};

/// A piece of text and its place. Equal where the text is.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub value: String,
    pub span: Span,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Text {}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self { value: value.to_owned(), span: Span::default() }
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self { value, span: Span::default() }
    }
}

/// The version of the language in which `${…}` is a variable.
pub const VERSION: &str = "2012-10-17";

/// A whole policy. Two are equal where they say the same, in the same order.
#[derive(Debug, Clone)]
pub struct Policy {
    pub version: Option<Text>,
    pub id: Option<Text>,
    pub statements: Vec<Statement>,
    pub span: Span,
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        (&self.version, &self.id, &self.statements) == (&other.version, &other.id, &other.statements)
    }
}

impl Policy {
    /// A policy of today's language.
    #[must_use]
    pub fn of(statements: Vec<Statement>) -> Self {
        Self { version: Some(VERSION.into()), id: None, statements, span: Span::default() }
    }

    /// Whether `${…}` is a variable in it.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version.as_ref().is_some_and(|version| version.value == VERSION)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

impl Effect {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place in the list of the document, from 0.
    pub index: usize,
    pub sid: Option<Text>,
    pub effect: Effect,
    pub principal: Option<Principal>,
    pub action: Patterns,
    /// A trust policy has none.
    pub resource: Option<Patterns>,
    pub conditions: Vec<Block>,
    pub span: Span,
}

impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        (&self.sid, self.effect, &self.principal, &self.action, &self.resource, &self.conditions)
            == (&other.sid, other.effect, &other.principal, &other.action, &other.resource, &other.conditions)
    }
}

impl Statement {
    /// One that says nothing yet but its effect and actions.
    #[must_use]
    pub fn new(sid: &str, effect: Effect, actions: &[&str]) -> Self {
        Self {
            index: 0,
            sid: Some(sid.into()),
            effect,
            principal: None,
            action: Patterns::of(actions),
            resource: None,
            conditions: Vec::new(),
            span: Span::default(),
        }
    }

    /// The same for everything but what its `Action` names.
    #[must_use]
    pub fn but_these(mut self) -> Self {
        self.action.negated = true;
        self
    }

    #[must_use]
    pub fn on<S: AsRef<str>>(mut self, resources: &[S]) -> Self {
        self.resource = Some(Patterns::of(resources));
        self
    }

    #[must_use]
    pub fn by(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// With one more condition. The operator is one of IAM's.
    #[must_use]
    pub fn when<S: AsRef<str>>(mut self, operator: Operator, key: &str, values: &[S]) -> Self {
        let values: Vec<Text> = values.iter().map(|value| value.as_ref().into()).collect();
        let test = Test { key: key.into(), listed: values.len() > 1, values, span: Span::default() };
        match self.conditions.iter_mut().find(|block| block.operator == operator) {
            Some(block) => block.tests.push(test),
            None => self.conditions.push(Block { operator, name_span: Span::default(), tests: vec![test] }),
        }
        self
    }

    /// Every condition with its operator: all of them have to hold.
    pub fn tests(&self) -> impl Iterator<Item = (&Block, &Test)> {
        self.conditions.iter().flat_map(|block| block.tests.iter().map(move |test| (block, test)))
    }
}

/// What `Action` or `Resource` names, or with `Not…` everything else.
#[derive(Debug, Clone)]
pub struct Patterns {
    pub negated: bool,
    pub patterns: Vec<Text>,
    /// Whether it is written as a list.
    pub listed: bool,
    pub name_span: Span,
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.patterns == other.patterns
    }
}

impl Patterns {
    #[must_use]
    pub fn of<S: AsRef<str>>(patterns: &[S]) -> Self {
        let listed = patterns.len() > 1;
        let patterns = patterns.iter().map(|pattern| pattern.as_ref().into()).collect();
        Self { negated: false, patterns, listed, name_span: Span::default() }
    }

    #[must_use]
    pub fn values(&self) -> Vec<&str> {
        self.patterns.iter().map(|pattern| pattern.value.as_str()).collect()
    }
}

/// Whom a trust policy is about.
#[derive(Debug, Clone)]
pub struct Principal {
    pub negated: bool,
    pub who: Vec<Who>,
    pub name_span: Span,
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.who == other.who
    }
}

impl Principal {
    /// AWS principals of these ARNs or account ids.
    #[must_use]
    pub fn aws<S: AsRef<str>>(names: &[S]) -> Self {
        let who = names.iter().map(|name| Who { kind: PrincipalKind::Aws, name: name.as_ref().into() }).collect();
        Self { negated: false, who, name_span: Span::default() }
    }
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub kind: PrincipalKind,
    pub name: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// `"Principal": "*"`: everyone, without a kind.
    Everyone,
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

impl PrincipalKind {
    pub(super) const NAMED: [Self; 4] = [Self::Aws, Self::Service, Self::Federated, Self::CanonicalUser];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "*",
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// The conditions of one operator.
#[derive(Debug, Clone)]
pub struct Block {
    pub operator: Operator,
    pub name_span: Span,
    pub tests: Vec<Test>,
}

impl PartialEq for Block {
    fn eq(&self, other: &Self) -> bool {
        self.operator == other.operator && self.tests == other.tests
    }
}

/// One condition key and the values that it is compared with.
#[derive(Debug, Clone)]
pub struct Test {
    pub key: Text,
    pub values: Vec<Text>,
    /// Whether the values are written as a list.
    pub listed: bool,
    pub span: Span,
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.values == other.values
    }
}

impl Test {
    /// Whether it asks for this key: the names of keys have no case.
    #[must_use]
    pub fn asks(&self, key: &str) -> bool {
        self.key.value.eq_ignore_ascii_case(key)
    }
}
