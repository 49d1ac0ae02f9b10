//! `deny-bool`, `allow-bool-if-exists`, `mfa-operator`: operators on `aws:MultiFactorAuthPresent` that miss a case. Never looks at other
//! keys.

use super::super::document::{Base, Block, Effect, Operator, Statement, Test};
use super::super::evaluate::Mfa;
use super::cases::mfa_cases;
use super::finding::{Finding, Id};
use super::rewrite::{asking_for_mfa, with_operator};
use super::subject::Subject;
use super::trust;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        for (block, test) in statement.tests().filter(|(_, test)| test.asks(Mfa::PRESENT)) {
            found.extend(deny_bool(subject, statement, block, test));
            found.extend(allow_bool_if_exists(statement, block, test));
            found.extend(mfa_operator(subject, statement, block, test));
        }
        for (block, test) in statement.tests().filter(|(_, test)| test.asks(Mfa::AGE)) {
            found.extend(age_operator(statement, block, test));
        }
    }
}

fn asks_for(test: &Test, value: &str) -> bool {
    test.values.iter().any(|found| found.value.eq_ignore_ascii_case(value))
}

fn deny_bool(subject: &Subject<'_>, statement: &Statement, block: &Block, test: &Test) -> Option<Finding> {
    let plain = statement.effect == Effect::Deny && block.operator == Operator::BOOL && !asks_for(test, "true") && asks_for(test, "false");
    let cases = mfa_cases(statement);
    if !plain || cases.in_case(Mfa::Absent) || subject.covers_elsewhere(statement, Mfa::Absent) {
        return None;
    }
    let message = "a stolen access key gets past this `Deny`: requests with a long-term key carry no `aws:MultiFactorAuthPresent` at all, \
                   neither true nor false, and `Bool` does not match a key that is missing";
    let fix = "write `BoolIfExists` in place of `Bool`: it also matches if the key is missing";
    Some(Finding::new(Id::DenyBool, statement, block.name_span, message, fix).effect(cases).corrected(with_operator(
        statement,
        Operator::BOOL_IF_EXISTS,
        test,
        "false",
    )))
}

fn allow_bool_if_exists(statement: &Statement, block: &Block, test: &Test) -> Option<Finding> {
    let lax = statement.effect == Effect::Allow && block.operator == Operator::BOOL_IF_EXISTS && asks_for(test, "true");
    let cases = mfa_cases(statement);
    // The session of a role never has the key, so that `IfExists` is the only form that lets one in.
    if !lax || !cases.in_case(Mfa::Absent) || trust::is_for_roles_alone(statement) {
        return None;
    }
    let message = "a long-term access key gets what this `Allow` reserves for MFA: its requests carry no `aws:MultiFactorAuthPresent`, and \
                   `BoolIfExists` also matches if the key is missing";
    let fix = "write `Bool` in place of `BoolIfExists`: an `Allow` needs the key to be there and true";
    Some(Finding::new(Id::AllowBoolIfExists, statement, block.name_span, message, fix).effect(cases).corrected(with_operator(
        statement,
        Operator::BOOL,
        test,
        "true",
    )))
}

fn mfa_operator(subject: &Subject<'_>, statement: &Statement, block: &Block, test: &Test) -> Option<Finding> {
    let Operator { set, base, .. } = block.operator;
    let why = match (set, base) {
        (None, Base::Bool) => return None,
        (None, Base::Null) => {
            if null_is_right(subject, statement) {
                return None;
            }
            "`Null` asks whether the key is there, not what it says: a session that was made without a code has it too, with the value false".to_owned()
        }
        (Some(_), _) => format!("`{}` is for keys with several values, and `aws:MultiFactorAuthPresent` has one", block.operator),
        _ => format!("`{}` does not compare true and false, which `aws:MultiFactorAuthPresent` is", block.operator),
    };
    let negated = base.is_negated();
    let wants_true = if base == Base::Null { asks_for(test, "false") } else { asks_for(test, "true") != negated };
    // A Deny without MFA, an Allow with it, or what else it says.
    let (operator, value) = if wants_true { (Operator::BOOL, "true") } else { (Operator::BOOL_IF_EXISTS, "false") };
    let fix = format!("write `\"{operator}\": {{\"aws:MultiFactorAuthPresent\": \"{value}\"}}`");
    Some(
        Finding::new(Id::MfaOperator, statement, block.name_span, format!("this condition misses a case of MFA: {why}"), fix)
            .effect(mfa_cases(statement))
            .corrected(asking_for_mfa(statement, operator, value)),
    )
}

/// Whether `Null` is a part of conditions that are right together, in this statement or with another one.
fn null_is_right(subject: &Subject<'_>, statement: &Statement) -> bool {
    let cases = mfa_cases(statement);
    match statement.effect {
        Effect::Allow => cases.are_right() || cases.applies == [true, false, false] || cases.applies == [true, true, false],
        // Denying long-term keys here, and sessions without MFA in another statement.
        Effect::Deny => {
            cases.are_right() || cases.applies == [true, false, false] && subject.covers_elsewhere(statement, Mfa::False)
            // With a `Bool` in the same statement, that is what is looked at.
            || statement.tests().any(|(block, test)| test.asks(Mfa::PRESENT) && block.operator.base == Base::Bool)
        }
    }
}

fn age_operator(statement: &Statement, block: &Block, test: &Test) -> Option<Finding> {
    let Operator { set, base, .. } = block.operator;
    if set.is_none() && (base.is_numeric() || base == Base::Null) {
        return None;
    }
    let message = format!("`{}` does not compare seconds, which `aws:MultiFactorAuthAge` counts", block.operator);
    let operator = if statement.effect == Effect::Deny { "NumericGreaterThanIfExists" } else { "NumericLessThan" };
    let fix = format!("write `{operator}` with a number of seconds");
    let seconds = test.values.first().filter(|value| value.value.parse::<f64>().is_ok());
    let corrected =
        seconds.zip(Operator::parse(operator)).map(|(seconds, operator)| with_operator(statement, operator, test, &seconds.value));
    Some(Finding::new(Id::MfaOperator, statement, block.name_span, message, fix).effect(mfa_cases(statement)).maybe_corrected(corrected))
}
