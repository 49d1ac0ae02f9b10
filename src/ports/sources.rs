//! Sources of credentials other than a stored key. Never says what is done with their answer.

use crate::plan::Base;

use super::Signer;

/// Credentials that another program or service hands out: what a plan's base is, when it is no stored key.
pub trait SourceProviders {
    /// # Errors
    /// When the program or service fails, with what it said.
    fn credentials(&self, base: &Base) -> Result<Signer, SourceFailure>;
}

/// A profile's own source of credentials failed.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {reason}")]
pub struct SourceFailure {
    /// What was asked, such as `` `credential_process` of profile `ci` ``.
    pub what: String,
    pub reason: String,
    pub hint: Option<String>,
}
