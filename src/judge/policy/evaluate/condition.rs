//! Decides whether one condition holds: the operator, its set, the missing key. Never compares two values itself: `compare` does.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::super::document::{Base, Operator, SetOperator, Test};
use super::compare::fits;
use super::request::Context;

pub(super) fn holds(operator: Operator, test: &Test, context: &Context, variables: bool) -> bool {
    let values = context.get(&test.key.value);
    if operator.base == Base::Null {
        return test.values.iter().any(|value| value.value.eq_ignore_ascii_case("true") == values.is_none());
    }
    let Some(values) = values else {
        let of_missing = match operator.set {
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
            None => operator.base.is_negated(),
        };
        return operator.if_exists || of_missing;
    };
    let context = variables.then_some(context);
    // Any of the policy's values for what asks whether they fit, none for what asks whether they do not.
    let one =
        |value: &String| test.values.iter().any(|wanted| fits(operator.base, &wanted.value, value, context)) != operator.base.is_negated();
    match (operator.set, values) {
        (Some(SetOperator::ForAllValues), values) => values.iter().all(one),
        (Some(SetOperator::ForAnyValue), values) => values.iter().any(one),
        (None, [value]) => one(value),
        (None, _) => false,
    }
}
