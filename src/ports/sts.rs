//! The AWS Security Token Service, and what is the proof of a call. Never decides which call is made.

use secrecy::SecretString;

use crate::model::{Credentials, SessionCredentials, TokenCode};
use crate::plan::{AssumeRole, Step};

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
    /// Makes the call of `step`, which is `request`.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn call(&self, step: &Step, request: &StsRequest<'_>, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault>;
}

/// A call with its proof.
#[derive(Debug, Clone, Copy)]
pub enum StsRequest<'a> {
    GetSessionToken {
        signer: &'a Credentials,
    },
    AssumeRole {
        role: &'a AssumeRole,
        signer: &'a Credentials,
    },
    /// Nothing signs it: the token is its proof.
    AssumeRoleWithWebIdentity {
        role: &'a AssumeRole,
        token: &'a SecretString,
    },
}
