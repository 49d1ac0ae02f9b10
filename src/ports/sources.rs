//! Sources of credentials other than a stored key. Never says what is done with their answer.

use secrecy::SecretString;

use crate::model::Credentials;
use crate::plan::{Program, WebIdentityToken};

/// The sources that profiles name: what a plan's base is, when it is no stored key.
pub trait SourceProviders {
    /// What the program hands out.
    ///
    /// # Errors
    /// When it fails, with what it said.
    fn credentials(&self, program: &Program) -> Result<Credentials, SourceFailure>;
    /// The token that proves who may assume a role.
    ///
    /// # Errors
    /// When it cannot be read, or the command that prints it fails.
    fn token(&self, token: &WebIdentityToken) -> Result<SecretString, SourceFailure>;
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
