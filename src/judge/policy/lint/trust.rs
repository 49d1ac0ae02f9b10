//! `role-without-mfa`, `second-hop-mfa`, `foreign-mfa`: who may assume a role, and what their MFA is worth.

use super::super::document::{Base, Effect, Kind, Operator, PrincipalKind, Statement, Test};
use super::super::evaluate::{Mfa, account_of, names_action};
use super::cases::mfa_cases;
use super::finding::{Finding, Id};
use super::mfa_keys::is_about_mfa;
use super::rewrite::without;
use super::subject::Subject;

const ASSUME: &str = "sts:AssumeRole";

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    if subject.kind != Kind::Trust {
        return;
    }
    for statement in subject.examined() {
        let assumes = statement.action.patterns.iter().any(|pattern| names_action(&pattern.value, ASSUME));
        if !assumes {
            continue;
        }
        found.extend(second_hop(statement));
        if statement.effect == Effect::Allow {
            found.extend(role_without_mfa(subject, statement));
            found.extend(foreign_mfa(subject, statement));
        }
    }
}

fn aws_names(statement: &Statement) -> Vec<&str> {
    let principal = statement.principal.as_ref().filter(|principal| !principal.negated);
    let who = principal.into_iter().flat_map(|principal| &principal.who);
    who.filter(|who| matches!(who.kind, PrincipalKind::Aws | PrincipalKind::Everyone)).map(|who| who.name.value.as_str()).collect()
}

fn is_role(name: &str) -> bool {
    name.contains(":role/") || name.contains(":assumed-role/") || name.starts_with("AROA")
}

/// Whether a condition narrows the callers down to roles.
fn roles_by_condition(statement: &Statement) -> bool {
    statement.tests().any(|(block, test)| {
        let all = |fits: &dyn Fn(&str) -> bool| !block.operator.base.is_negated() && test.values.iter().all(|value| fits(&value.value));
        test.asks("aws:PrincipalArn") && all(&is_role) || test.asks("aws:PrincipalType") && all(&|value| value == "AssumedRole")
    })
}

/// Whether every caller that a trust policy's statement lets in is the session of a role.
pub(super) fn is_for_roles_alone(statement: &Statement) -> bool {
    let names = aws_names(statement);
    let principals = statement.principal.iter().flat_map(|principal| &principal.who).count();
    principals > 0 && names.len() == principals && (names.iter().all(|name| is_role(name)) || roles_by_condition(statement))
}

fn mfa_tests(statement: &Statement) -> impl Iterator<Item = &Test> {
    statement.tests().map(|(_, test)| test).filter(|test| is_about_mfa(test))
}

fn second_hop(statement: &Statement) -> Option<Finding> {
    let cases = mfa_cases(statement);
    let asks = mfa_tests(statement).next()?;
    let stops = match statement.effect {
        Effect::Allow => cases.in_case(Mfa::True) && !cases.in_case(Mfa::Absent),
        Effect::Deny => cases.in_case(Mfa::Absent) && !cases.in_case(Mfa::True),
    };
    let names = aws_names(statement);
    let by_name = names.iter().copied().find(|name| is_role(name));
    let role = by_name.or_else(|| names.first().copied().filter(|_| roles_by_condition(statement)))?;
    if !stops {
        return None;
    }
    let message = format!(
        "`{role}` can never assume this role: the session of a role carries no MFA information, even if the role itself was assumed with a code"
    );
    let mut corrected = statement.clone();
    for test in mfa_tests(statement) {
        corrected = without(&corrected, test);
    }
    let fix = "ask for MFA in the trust policy of the first role, and take the condition out of this one";
    // A user who is named too keeps the condition: that takes two statements. A Deny without its condition would deny all.
    let corrected = (is_for_roles_alone(statement) && statement.effect == Effect::Allow).then_some(corrected);
    Some(Finding::new(Id::SecondHopMfa, statement, asks.key.span, message, fix).effect(cases).maybe_corrected(corrected))
}

/// Whether a condition shows that a program assumes the role, or narrows who does beyond its account.
fn is_for_programs(statement: &Statement) -> bool {
    let external = ["sts:ExternalId", "aws:SourceArn", "aws:SourceAccount", "aws:PrincipalServiceName"];
    statement.tests().any(|(_, test)| external.iter().any(|key| test.asks(key))) || roles_by_condition(statement)
}

fn role_without_mfa(subject: &Subject<'_>, statement: &Statement) -> Option<Finding> {
    let who = aws_names(statement).into_iter().find(|name| !is_role(name))?;
    let cases = mfa_cases(statement);
    if mfa_tests(statement).next().is_some() || is_for_programs(statement) {
        return None;
    }
    let mut request = subject.request(ASSUME, "*");
    if let Some(account) = account_of(who) {
        account.clone_into(&mut request.caller.account);
        request.caller.arn = if who.contains(":user/") { who.to_owned() } else { format!("arn:aws:iam::{account}:user/some-user") };
    }
    let denied = |mfa| {
        subject.statements(Effect::Deny).any(|deny| {
            let names = deny.action.patterns.iter().any(|pattern| names_action(&pattern.value, ASSUME)) != deny.action.negated;
            let only_mfa = deny.tests().all(|(_, test)| is_about_mfa(test));
            names && only_mfa && mfa_cases(deny).in_case(mfa) && subject.applies(&unconditional(deny), &request)
        })
    };
    if denied(Mfa::Absent) && denied(Mfa::False) {
        return None;
    }
    let message = format!("`{who}` can assume this role without MFA: a stolen access key is enough");
    let fix = "ask for `\"Bool\": {\"aws:MultiFactorAuthPresent\": \"true\"}`, and with `\"NumericLessThan\": {\"aws:MultiFactorAuthAge\": \"3600\"}` \
               for a code of the last hour";
    let corrected =
        statement.clone().when(Operator::BOOL, Mfa::PRESENT, &["true"]).when(Operator::from(Base::NumericLessThan), Mfa::AGE, &["3600"]);
    let only_people = aws_names(statement).iter().all(|name| !is_role(name));
    let span = statement.principal.as_ref().map_or(statement.span, |principal| principal.name_span);
    Some(Finding::new(Id::RoleWithoutMfa, statement, span, message, fix).effect(cases).maybe_corrected(only_people.then_some(corrected)))
}

fn unconditional(statement: &Statement) -> Statement {
    Statement { conditions: Vec::new(), ..statement.clone() }
}

fn foreign_mfa(subject: &Subject<'_>, statement: &Statement) -> Option<Finding> {
    let own = subject.facts.account.as_deref()?;
    let whole_account =
        |name: &&str| account_of(name).is_some_and(|account| account != own && (account == *name || name.ends_with(":root")));
    let who = aws_names(statement).into_iter().find(whole_account)?;
    let cases = mfa_cases(statement);
    let others = statement.tests().any(|(_, test)| !is_about_mfa(test));
    let asks = mfa_tests(statement).next()?;
    if others || !cases.in_case(Mfa::True) || cases.in_case(Mfa::Absent) {
        return None;
    }
    let message = format!(
        "`{who}` is not account {own}, and its administrators decide what counts as MFA there: they can enable a device for any user, so \
         MFA alone does not keep them out"
    );
    let fix = "name the users in `Principal`, or add a condition that the other account does not set, such as `sts:ExternalId` or \
               `aws:PrincipalOrgID`";
    Some(Finding::new(Id::ForeignMfa, statement, asks.key.span, message, fix).effect(cases))
}
