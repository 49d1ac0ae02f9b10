//! The AWS Security Token Service, and what signs a call. Never decides which call is made.

use secrecy::SecretString;

use crate::model::{Credentials, SessionCredentials, TokenCode};
use crate::plan::Step;

use super::AwsFault;

/// The AWS Security Token Service.
pub trait Sts {
    /// Whether the call could be made as far as this machine is concerned, found out without making it: nobody should type a code for a
    /// call that cannot be sent.
    ///
    /// # Errors
    /// [`AwsFaultKind::Unusable`](super::AwsFaultKind::Unusable), as `call` would answer.
    fn ready(&self, _step: &Step) -> Result<(), AwsFault> {
        Ok(())
    }
    /// Makes the call that `step` describes, signed by `signer`.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn call(&self, step: &Step, signer: &Signer, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault>;
}

/// What signs a call.
#[derive(Debug, Clone)]
pub enum Signer {
    Credentials(Credentials),
    /// `AssumeRoleWithWebIdentity` is not signed: this token is its proof.
    WebIdentityToken(SecretString),
}
