//! Decides what policies make of a request, by AWS's documented logic. Never asks AWS, and never knows more of a request than it says.
//!
//! Deny beats allow beats default deny; a statement applies where its action, resource, principal and every condition do
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).
//!
//! Limits:
//! - Policies of identities, trust policies, permissions boundaries and session policies are evaluated. Policies of organizations and of other
//!   resources are not.
//! - What AWS refuses whatever a policy says (such as deactivating one's own device without MFA) is not known here.
//! - `sts:GetSessionToken` and `sts:GetCallerIdentity` need no permission at AWS; here they are like other actions.
//! - A condition key has the values that the request gives. None is made up: an absent key is absent.
//! - A key with several values matches only an operator with `ForAnyValue` or `ForAllValues`.
//! - A wildcard in `Resource` matches across colons, as IAM's do at the end of a segment.

mod compare;
mod condition;
mod pattern;
mod principal;
mod request;

pub(super) use compare::Network;
pub(super) use principal::account_of;
pub use request::{Caller, Context, Mfa, Request};

use super::document::{Effect, Policy, Statement, Test};

/// What the policies say, and which statement decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision<'a> {
    Allowed,
    /// By a statement with `Deny`.
    Denied(&'a Statement),
    /// By the lack of a statement with `Allow` in one kind of policies.
    NotAllowed(Lacking),
}

impl Decision<'_> {
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        *self == Self::Allowed
    }
}

/// Where the statement with `Allow` is lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    Identity,
    Boundary,
    Session,
    Trust,
}

/// All policies that bear on a request. What is `None` does not limit; an empty list allows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// Of the caller, with those of groups.
    pub identity: &'a [&'a Policy],
    pub boundary: Option<&'a [&'a Policy]>,
    pub session: Option<&'a [&'a Policy]>,
    /// Of the role that is to be assumed, and the account that it is in.
    pub trust: Option<(&'a Policy, &'a str)>,
}

/// What these policies make of the request.
#[must_use]
pub fn decide<'a>(policies: Policies<'a>, request: &Request) -> Decision<'a> {
    let all = policies
        .identity
        .iter()
        .chain(policies.boundary.into_iter().flatten())
        .chain(policies.session.into_iter().flatten())
        .copied()
        .chain(policies.trust.map(|(trust, _)| trust));
    if let Some(statement) = all.flat_map(|policy| applying(policy, request, Effect::Deny)).next() {
        return Decision::Denied(statement);
    }
    let allow = |these: &[&'a Policy]| these.iter().any(|policy| applying(policy, request, Effect::Allow).next().is_some());
    let mut by_name = false;
    if let Some((trust, account)) = policies.trust {
        let mut granting = applying(trust, request, Effect::Allow).peekable();
        if granting.peek().is_none() {
            return Decision::NotAllowed(Lacking::Trust);
        }
        // Within the account, a trust policy that names the caller is enough; one that names the account leaves it to the caller's policies.
        by_name = request.caller.account == account && granting.any(|statement| principal::names(statement, &request.caller));
    }
    if !by_name && !allow(policies.identity) {
        return Decision::NotAllowed(Lacking::Identity);
    }
    if policies.boundary.is_some_and(|boundary| !by_name && !allow(boundary)) {
        return Decision::NotAllowed(Lacking::Boundary);
    }
    if policies.session.is_some_and(|session| !allow(session)) {
        return Decision::NotAllowed(Lacking::Session);
    }
    Decision::Allowed
}

/// The statements with this effect that apply to the request.
pub fn applying<'a>(policy: &'a Policy, request: &Request, effect: Effect) -> impl Iterator<Item = &'a Statement> {
    let variables = policy.has_variables();
    policy.statements.iter().filter(move |statement| statement.effect == effect && applies(statement, variables, request, &|_| true))
}

/// Whether the statement applies to the request. `variables`: whether `${…}` is one; `counts`: the conditions to look at, the others hold.
#[must_use]
pub fn applies(statement: &Statement, variables: bool, request: &Request, counts: &dyn Fn(&Test) -> bool) -> bool {
    covers(statement, variables, request)
        && principal::matches(statement, &request.caller)
        && conditions_hold(statement, variables, &request.context, counts)
}

/// Whether the action and the resource are the statement's.
#[must_use]
pub fn covers(statement: &Statement, variables: bool, request: &Request) -> bool {
    let action = |pattern: &str| pattern::matches_ignoring_case(pattern, &request.action);
    let resource = |pattern: &str| pattern::matches(pattern, &request.resource, variables.then_some(&request.context));
    let any = |patterns: &super::document::Patterns, fits: &dyn Fn(&str) -> bool| {
        patterns.patterns.iter().any(|pattern| fits(&pattern.value)) != patterns.negated
    };
    any(&statement.action, &action) && statement.resource.as_ref().is_none_or(|patterns| any(patterns, &resource))
}

/// Whether every condition that counts holds.
#[must_use]
pub fn conditions_hold(statement: &Statement, variables: bool, context: &Context, counts: &dyn Fn(&Test) -> bool) -> bool {
    statement.tests().filter(|(_, test)| counts(test)).all(|(block, test)| condition::holds(block.operator, test, context, variables))
}

/// Whether a pattern of actions names this action.
#[must_use]
pub fn names_action(pattern: &str, action: &str) -> bool {
    pattern::matches_ignoring_case(pattern, action)
}

/// A resource that the pattern names, and the request's context in which it does: what the pattern leaves open is `x`.
#[must_use]
pub fn example(pattern: &str, context: &Context) -> (String, Context) {
    pattern::example(pattern, context)
}

/// Whether a pattern without variables names this text.
#[must_use]
pub fn names_resource(pattern: &str, resource: &str) -> bool {
    pattern::matches(pattern, resource, None)
}
