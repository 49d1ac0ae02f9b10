//! The Secret Service of a build or a system without one: it is never there. Reads nothing.

use super::{Contents, StoreFault};
use crate::foreign::StoreKind;
use crate::os::env::Environment;

/// The collection that aws-vault makes.
pub const COLLECTION: &str = "awsvault";

/// # Errors
/// Always: there is none.
pub fn read(_env: &Environment, collection: &str) -> Result<Contents, StoreFault> {
    Err(StoreFault::NotThere { kind: StoreKind::SecretService, place: format!("collection `{collection}`") })
}
