//! What is looked at, and what is known of it from outside. Never makes up whose account it is.

use super::super::document::{Effect, Kind, Patterns, Policy, Reading, Statement, arn_parts};
use super::super::evaluate::{Caller, Context, Mfa, Request, applies};
use super::super::tree::Node;
use super::cases::{cases_of, mfa_cases};

/// What is known of a policy beyond its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub partition: Option<String>,
    /// The account that the policy is in, or is for.
    pub account: Option<String>,
    pub attached: Attached,
    /// A user's path such as `/team/`, where one is known that is not `/`.
    pub user_path: Option<String>,
}

/// Where a policy is, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attached {
    #[default]
    Unknown,
    InUser,
    InGroup,
    InRole,
    /// A managed policy of the account's own. `to_role`: a role uses it.
    Managed {
        to_role: bool,
    },
    /// A managed policy that AWS publishes.
    OfAws,
    /// Who may assume a role.
    Trust,
}

impl Attached {
    #[must_use]
    pub fn is_of_role(self) -> bool {
        matches!(self, Self::InRole | Self::Managed { to_role: true })
    }
}

/// A policy under examination.
pub struct Subject<'a> {
    pub document: &'a Node,
    pub policy: &'a Policy,
    pub kind: Kind,
    pub facts: &'a Facts,
    pub variables: bool,
    partition: String,
    account: String,
    /// The index of the one statement that is examined; `None`: all of them are.
    only: Option<usize>,
}

/// Whose example is asked about.
pub(super) const SOME_USER: &str = "some-user";
const EXAMPLE_ACCOUNT: &str = "123456789012";

impl<'a> Subject<'a> {
    #[must_use]
    pub fn new(document: &'a Node, reading: &'a Reading, facts: &'a Facts) -> Self {
        let policy = &reading.policy;
        let arns: Vec<_> = policy
            .statements
            .iter()
            .filter_map(|statement| statement.resource.as_ref())
            .flat_map(|patterns| &patterns.patterns)
            .map(|pattern| arn_parts(&pattern.value))
            .filter(|parts| parts.len() == 6)
            .collect();
        let fixed = |text: &&str| !text.is_empty() && !text.contains(['*', '?', '$']);
        let of_text = |at: usize| {
            arns.iter().filter(|parts| parts[2] == "iam").map(|parts| parts[at]).find(fixed).filter(|text| at != 4 || text.len() == 12)
        };
        let partition = of_text(1).or(facts.partition.as_deref()).unwrap_or("aws").to_owned();
        let account = of_text(4).or(facts.account.as_deref()).unwrap_or(EXAMPLE_ACCOUNT).to_owned();
        Self { document, policy, kind: reading.kind, facts, variables: policy.has_variables(), partition, account, only: None }
    }

    /// The same policy, of which one statement is examined. The others still say what it is worth.
    #[must_use]
    pub(super) fn only(self, statement: usize) -> Self {
        Self { only: Some(statement), ..self }
    }

    /// The statements in which something may be found.
    pub(super) fn examined(&self) -> impl Iterator<Item = &'a Statement> {
        let only = self.only;
        self.policy.statements.iter().filter(move |statement| only.is_none_or(|only| only == statement.index))
    }

    pub(super) fn examined_with(&self, effect: Effect) -> impl Iterator<Item = &'a Statement> {
        self.examined().filter(move |statement| statement.effect == effect)
    }

    pub fn statements(&self, effect: Effect) -> impl Iterator<Item = &'a Statement> {
        self.policy.statements.iter().filter(move |statement| statement.effect == effect)
    }

    /// An ARN of IAM's in the account and partition of the policy.
    #[must_use]
    pub fn iam(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.account)
    }

    /// A pattern of IAM's ARNs as this policy writes them.
    #[must_use]
    pub fn iam_pattern(&self, like: Option<&Patterns>, resource: &str) -> String {
        let written = like.into_iter().flat_map(|patterns| &patterns.patterns).map(|pattern| arn_parts(&pattern.value));
        let parts = written.into_iter().find(|parts| parts.len() == 6 && parts[2] == "iam");
        parts.map_or_else(
            || format!("arn:{}:iam::*:{resource}", self.partition),
            |parts| format!("{}:{}:iam::{}:{resource}", parts[0], parts[1], parts[4]),
        )
    }

    /// A user's request.
    #[must_use]
    pub fn request(&self, action: &str, resource: &str) -> Request {
        let caller = Caller::user(&self.partition, &self.account, SOME_USER);
        let context = Context::default()
            .with("aws:username", SOME_USER)
            .with("aws:PrincipalArn", &caller.arn)
            .with("aws:PrincipalAccount", &self.account)
            .with("aws:PrincipalType", "User")
            .with("aws:userid", "AIDACKCEVSQ6C2EXAMPLE");
        Request { action: action.to_owned(), resource: resource.to_owned(), caller, context }
    }

    /// Whether the document denies the request in this case, whatever else is in its conditions.
    #[must_use]
    pub fn denies(&self, request: &Request, mfa: Mfa) -> bool {
        self.statements(Effect::Deny).any(|statement| {
            let others = statement.tests().any(|(_, test)| !super::mfa_keys::is_mfa_key(test));
            !others && cases_of(statement, self.variables, request).in_case(mfa)
        })
    }

    /// Whether a statement with `Allow` lets the request through in this case. Conditions on anything but MFA hold.
    #[must_use]
    pub fn lets(&self, statement: &Statement, request: &Request, mfa: Mfa) -> bool {
        cases_of(statement, self.variables, request).in_case(mfa) && !self.denies(request, mfa)
    }

    /// Whether another `Deny` of the document does in this case what `statement` leaves open.
    #[must_use]
    pub fn covers_elsewhere(&self, statement: &Statement, mfa: Mfa) -> bool {
        let wider = |other: &Option<Patterns>, own: &Option<Patterns>| match (other, own) {
            (None, None) => true,
            (Some(other), Some(own)) => is_wider(other, own),
            _ => false,
        };
        self.statements(Effect::Deny).any(|other| {
            other.index != statement.index
                && !other.tests().any(|(_, test)| !super::mfa_keys::is_mfa_key(test))
                && mfa_cases(other).in_case(mfa)
                && is_wider(&other.action, &statement.action)
                && wider(&other.resource, &statement.resource)
                && (other.principal == statement.principal || other.principal.is_none())
        })
    }

    /// Whether the statement applies to the request in any case of MFA, all its conditions counted.
    #[must_use]
    pub fn applies(&self, statement: &Statement, request: &Request) -> bool {
        applies(statement, self.variables, request, &|_| true)
    }
}

/// Whether one names everything that the other does, as far as the text shows.
fn is_wider(wide: &Patterns, narrow: &Patterns) -> bool {
    use super::super::evaluate::{names_action, names_resource};
    let named = |pattern: &str, text: &str| names_resource(pattern, text) || names_action(pattern, text);
    let has = |patterns: &Patterns, text: &str| patterns.patterns.iter().any(|pattern| named(&pattern.value, text));
    match (wide.negated, narrow.negated) {
        (false, false) => narrow.patterns.iter().all(|pattern| has(wide, &pattern.value)),
        // What the wider leaves out, the narrower leaves out too.
        (true, true) => wide.patterns.iter().all(|pattern| has(narrow, &pattern.value)),
        (false, true) => wide.patterns.iter().any(|pattern| pattern.value == "*"),
        (true, false) => !narrow.patterns.iter().any(|pattern| {
            wide.patterns.iter().any(|left_out| named(&left_out.value, &pattern.value) || named(&pattern.value, &left_out.value))
        }),
    }
}
