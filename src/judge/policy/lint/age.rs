//! `age-alone`: a condition on the age of MFA that misses the requests which have no age.

use super::super::document::{Base, Effect, Operator};
use super::super::evaluate::Mfa;
use super::cases::mfa_cases;
use super::finding::{Finding, Id};
use super::rewrite::{asking, without};
use super::subject::Subject;
use super::trust;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for statement in subject.examined() {
        for (block, test) in statement.tests().filter(|(_, test)| test.asks(Mfa::AGE)) {
            let Operator { set: None, base, if_exists } = block.operator else { continue };
            let cases = mfa_cases(statement);
            let values: Vec<_> = test.values.iter().map(|value| value.value.as_str()).collect();
            let finding = match statement.effect {
                Effect::Deny if matches!(base, Base::NumericGreaterThan | Base::NumericGreaterThanEquals) && !if_exists => {
                    if cases.in_case(Mfa::Absent) || subject.covers_elsewhere(statement, Mfa::Absent) {
                        continue;
                    }
                    let message = "only sessions with MFA have an age: a long-term access key has no `aws:MultiFactorAuthAge`, and this `Deny` \
                                   does not match it";
                    let operator = block.operator.or_missing();
                    let fix = format!("write `{operator}`: it also matches if the key is missing");
                    Finding::new(Id::AgeAlone, statement, block.name_span, message, fix).corrected(asking(
                        without(statement, test),
                        operator,
                        &test.key.value,
                        &values,
                    ))
                }
                Effect::Allow if matches!(base, Base::NumericLessThan | Base::NumericLessThanEquals) && if_exists => {
                    if !cases.in_case(Mfa::Absent) || trust::is_for_roles_alone(statement) {
                        continue;
                    }
                    let operator = Operator::from(base);
                    let message = "a long-term access key has no `aws:MultiFactorAuthAge`, and `IfExists` lets in requests without it";
                    let fix = format!("write `{operator}`: an `Allow` needs the age to be there");
                    Finding::new(Id::AgeAlone, statement, block.name_span, message, fix).corrected(asking(
                        without(statement, test),
                        operator,
                        &test.key.value,
                        &values,
                    ))
                }
                _ => continue,
            };
            found.push(finding.effect(cases));
        }
    }
}
