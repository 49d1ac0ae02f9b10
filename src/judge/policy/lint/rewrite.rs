//! Statements with one condition changed. Never touches the rest.

use super::super::document::{Operator, Statement, Test};
use super::super::evaluate::Mfa;

/// The statement with this condition under another operator, and with this value.
pub(super) fn with_operator(statement: &Statement, operator: Operator, test: &Test, value: &str) -> Statement {
    asking(without(statement, test), operator, &test.key.value, &[value])
}

/// The statement with this condition. An operator asks about a key once: what it asked about it before is gone.
pub(super) fn asking<S: AsRef<str>>(mut statement: Statement, operator: Operator, key: &str, values: &[S]) -> Statement {
    for block in statement.conditions.iter_mut().filter(|block| block.operator == operator) {
        block.tests.retain(|test| !test.asks(key));
    }
    statement.when(operator, key, values)
}

/// The statement with MFA asked for, in one way.
pub(super) fn asking_for_mfa(statement: &Statement, operator: Operator, value: &str) -> Statement {
    let mut corrected = statement.clone();
    for block in &mut corrected.conditions {
        block.tests.retain(|test| !test.asks(Mfa::PRESENT));
    }
    corrected.conditions.retain(|block| !block.tests.is_empty());
    corrected.when(operator, Mfa::PRESENT, &[value])
}

/// The statement without this condition.
pub(super) fn without(statement: &Statement, test: &Test) -> Statement {
    let mut corrected = statement.clone();
    for block in &mut corrected.conditions {
        block.tests.retain(|other| other.span != test.span || other.key != test.key);
    }
    corrected.conditions.retain(|block| !block.tests.is_empty());
    corrected
}
