//! What AWS tells of a request that it refused. Never decides whether it is asked.

use super::AwsFault;

/// The details of a refusal, with the credentials and over the routes that it was made with.
pub trait RefusalDetails {
    /// The document in an encoded message (`sts:DecodeAuthorizationMessage`), which a session of `GetSessionToken` may not ask for.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn decoded(&self, message: &str) -> Result<String, AwsFault>;

    /// What AWS kept under an authorization id (`iam:GetRequestAuthorizationDetails`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn kept(&self, authorization_id: &str) -> Result<KeptRefusal, AwsFault>;
}

/// What AWS keeps of a request that it refused, for a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptRefusal {
    /// The value of `aws:MultiFactorAuthPresent`; `None`: the request did not have that key.
    pub mfa_present: Option<String>,
    pub action: Option<String>,
    /// Whether a statement denied it, rather than none allowing it.
    pub explicit_deny: Option<bool>,
    /// The policies that decided, each with the Sids of its statements.
    pub policies: Vec<(String, Vec<String>)>,
}
