//! The Credential Manager of a build or a system without one: it is never there. Reads nothing.

use super::{Contents, StoreFault};
use crate::foreign::StoreKind;

/// # Errors
/// Always: there is none.
pub fn read() -> Result<Contents, StoreFault> {
    Err(StoreFault::NotThere { kind: StoreKind::WinCred, place: "this system".to_owned() })
}
