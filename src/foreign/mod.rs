//! Keys in the stores of other tools. Reads only: nothing here writes, deletes or keeps anything.

pub mod aws_vault;
pub mod credentials;
pub mod csv;
mod found;

pub use found::{Found, Held, StoreKind, Tool};
