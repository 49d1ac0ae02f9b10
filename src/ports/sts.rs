//! The AWS Security Token Service, and the proof of a call. Never decides which call is made.

use secrecy::SecretString;

use crate::model::{Arn, Credentials, SessionCredentials, TokenCode};
use crate::plan::{AssumeRole, Step};

use super::{AwsFault, Route};

/// The AWS Security Token Service.
pub trait Sts {
    /// The owner of the credentials; this needs no permission and cannot be denied.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn caller_identity(&self, signer: &Credentials, route: &Route<'_>) -> Result<CallerIdentity, AwsFault>;
    /// Whether this machine can make the call, checked without making it: nobody should type a code for a
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

/// The owner of a key, as AWS reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    pub arn: Arn,
}

impl CallerIdentity {
    /// The user's name in IAM: the last part of the ARN, since users can have paths.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.arn.resource().strip_prefix("user/").and_then(|path| path.rsplit('/').next())
    }
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
