//! Reads variables that the user sets. Never treats an invalid one as unset.

use crate::model::Malformed;
use crate::os::env::Environment;

use super::Failure;

/// The variable's value, if it is set.
///
/// # Errors
/// When `parse` refuses it.
pub fn from_variable<T>(env: &Environment, name: &str, parse: impl FnOnce(&str) -> Result<T, Malformed>) -> Result<Option<T>, Failure> {
    env.text(name)
        .map(parse)
        .transpose()
        .map_err(|fault| Failure::usage(format!("`{name}`: {fault}")).hint(format!("correct or unset `{name}`")))
}
