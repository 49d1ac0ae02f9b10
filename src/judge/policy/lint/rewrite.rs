//! Statements with one condition changed. Never touches the rest.

use super::super::document::{Operator, Statement, Test};

/// The statement with this condition under another operator, and with this value.
pub(super) fn with_operator(statement: &Statement, operator: Operator, test: &Test, value: &str) -> Statement {
    without(statement, test).when(operator, &test.key.value, &[value])
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
