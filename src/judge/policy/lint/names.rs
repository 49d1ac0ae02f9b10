//! `username-of-role`, `user-path`: where `user/${aws:username}` matches nobody. Never guesses who uses a policy.

use super::super::document::{Base, Effect, Patterns, PrincipalKind, Statement, Text};
use super::super::evaluate::{Caller, Request, names_action};
use super::cases::{Cases, cases_of};
use super::finding::{Finding, Id};
use super::subject::{SOME_USER, Subject};

const USERNAME: &str = "${aws:username}";

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    username_of_role(subject, found);
    user_path(subject, found);
}

/// The first text with the variable, which has no default.
fn with_username(statement: &Statement) -> Option<&Text> {
    let has = |text: &&Text| text.value.to_ascii_lowercase().contains(USERNAME);
    let resources = statement.resource.iter().flat_map(|patterns| &patterns.patterns);
    resources.chain(statement.tests().flat_map(|(_, test)| &test.values)).find(has)
}

/// Whether the statement itself says that a role or a federated user makes the request.
fn is_for_roles(statement: &Statement) -> bool {
    statement.tests().any(|(block, test)| {
        let any = |fits: &dyn Fn(&str) -> bool| !block.operator.base.is_negated() && test.values.iter().any(|value| fits(&value.value));
        let exists = block.operator.base != Base::Null || any(&|value| value.eq_ignore_ascii_case("false"));
        let of_sessions = ["aws:FederatedProvider", "aws:SourceIdentity"].iter().any(|key| test.asks(key)) && exists;
        of_sessions
            || test.asks("aws:PrincipalType") && any(&|value| ["AssumedRole", "FederatedUser"].contains(&value))
            || test.asks("aws:userid") && any(&|value| value.starts_with("AROA"))
            || test.asks("aws:PrincipalArn") && any(&|value| value.contains(":role/") || value.contains(":assumed-role/"))
    })
}

fn username_of_role(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        let by_principal = statement.principal.as_ref().is_some_and(|principal| {
            let of_role = |name: &str| name.contains(":role/") || name.contains(":assumed-role/") || name.contains(":federated-user/");
            let other = |kind| matches!(kind, PrincipalKind::Service | PrincipalKind::Federated);
            !principal.negated && principal.who.iter().all(|who| other(who.kind) || of_role(&who.name.value))
        });
        let by_role = subject.facts.attached.is_of_role() || is_for_roles(statement) || by_principal;
        let Some(text) = with_username(statement).filter(|_| by_role) else { continue };
        let message = "`${aws:username}` has no value for the session of a role or of a federated user: a pattern with it matches nothing";
        let fix = "use `${aws:userid}`, `${aws:PrincipalTag/…}` or `${aws:SourceIdentity}`, or attach this only to users and groups";
        let cases = Cases::always(statement.effect, false);
        found.push(Finding::new(Id::UsernameOfRole, statement, text.span, message, fix).effect(cases));
    }
}

fn user_path(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let known = subject.facts.user_path.clone();
    let Some(path) = known.or_else(|| path_in(subject)) else { return };
    for statement in subject.examined_with(Effect::Allow).chain(subject.examined_with(Effect::Deny)) {
        let Some(resource) = statement.resource.as_ref().filter(|resource| !resource.negated) else { continue };
        let plain = |text: &Text| text.value.ends_with(&format!(":user/{USERNAME}"));
        let Some(pattern) = resource.patterns.iter().find(|text| plain(text)) else { continue };
        let action = example_of(&statement.action);
        let of = |resource: String| {
            let request = subject.request(&action, &resource);
            let request = Request { caller: Caller { arn: resource, ..request.caller }, ..request };
            cases_of(statement, subject.variables, &request).applies.contains(&true)
        };
        // If it does not apply to a user without a path, nothing is missing for those under one.
        if !of(subject.iam(&format!("user/{SOME_USER}"))) || of(subject.iam(&format!("user{path}{SOME_USER}"))) {
            continue;
        }
        let message = format!(
            "there are users under the path `{path}`, and their ARNs end in `user{path}NAME`: `{}` does not match them",
            pattern.value
        );
        let with_path = pattern.value.replace(":user/", ":user/*/");
        let mut corrected = statement.clone();
        if let Some(resource) = &mut corrected.resource {
            resource.patterns.push(with_path.as_str().into());
            resource.listed = true;
        }
        let fix = format!("add `{with_path}` to `Resource`");
        let cases = Cases::always(statement.effect, false);
        found.push(Finding::new(Id::UserPath, statement, pattern.span, message, fix).effect(cases).corrected(corrected));
    }
}

/// An action that these patterns name.
fn example_of(actions: &Patterns) -> String {
    const SOME: [&str; 4] = ["iam:GetUser", "iam:ChangePassword", "iam:CreateAccessKey", "iam:UpdateUser"];
    if actions.negated {
        let named = |action: &&&str| actions.patterns.iter().any(|pattern| names_action(&pattern.value, action));
        return SOME.iter().find(|action| !named(action)).map_or_else(String::new, |action| (*action).to_owned());
    }
    actions.patterns.first().map_or_else(String::new, |pattern| pattern.value.replace(['*', '?'], "x"))
}

/// The path of a user that the policy itself names.
fn path_in(subject: &Subject<'_>) -> Option<String> {
    let resources = subject.policy.statements.iter().filter_map(|statement| statement.resource.as_ref());
    let texts = resources.flat_map(|patterns| &patterns.patterns);
    let values = subject.policy.statements.iter().flat_map(Statement::tests).flat_map(|(_, test)| &test.values);
    let under = |text: &Text| {
        let (_, user) = text.value.split_once(":user/")?;
        let (path, _) = user.rsplit_once('/')?;
        (!path.is_empty() && !path.contains(['*', '?', '$'])).then(|| format!("/{path}/"))
    };
    texts.chain(values).find_map(under)
}
