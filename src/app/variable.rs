//! Reads variables that a person sets. Never takes one that cannot be understood for one that is not set.

use crate::model::Malformed;
use crate::os::env::Environment;

use super::Failure;

/// What the variable says, where it is set.
///
/// # Errors
/// When `parse` does not understand it.
pub fn from_variable<T>(env: &Environment, name: &str, parse: impl FnOnce(&str) -> Result<T, Malformed>) -> Result<Option<T>, Failure> {
    env.text(name)
        .map(parse)
        .transpose()
        .map_err(|fault| Failure::usage(format!("`{name}`: {fault}")).hint(format!("correct or unset `{name}`")))
}
