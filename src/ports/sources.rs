//! Sources of credentials other than a stored key. Never decides what to do with their answer.

use secrecy::SecretString;

use crate::model::Credentials;
use crate::plan::{Program, WebIdentityToken};

/// The sources that profiles name: a plan's base other than a stored key.
pub trait SourceProviders {
    /// The program's credentials.
    ///
    /// # Errors
    /// When it fails, with its output.
    fn credentials(&self, program: &Program) -> Result<Credentials, SourceFailure>;
    /// The token for assuming a role.
    ///
    /// # Errors
    /// When it cannot be read, or the command that prints it fails.
    fn token(&self, token: &WebIdentityToken) -> Result<SecretString, SourceFailure>;
}

/// A profile's own source of credentials failed.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {reason}")]
pub struct SourceFailure {
    /// The source, such as `` `credential_process` of profile `ci` ``.
    pub what: String,
    pub reason: String,
    pub hint: Option<String>,
}
