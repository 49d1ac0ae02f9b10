//! The macOS keychain of a build or a system without one: it is never there. Reads nothing.

use super::{Contents, StoreFault};
use crate::foreign::StoreKind;
use crate::os::env::Environment;

/// # Errors
/// Always: there is none.
pub fn read(_env: &Environment) -> Result<Contents, StoreFault> {
    Err(StoreFault::NotThere { kind: StoreKind::Keychain, place: "this system".to_owned() })
}
