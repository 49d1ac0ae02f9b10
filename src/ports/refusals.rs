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

    /// The document of a policy that decided, as it was then (`iam:GetRequestAuthorizationPolicy`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn policy(&self, authorization_id: &str, uri: &str) -> Result<String, AwsFault>;
}

/// What AWS keeps of a request that it refused, for a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptRefusal {
    /// The value of `aws:MultiFactorAuthPresent`; `None`: the request did not have that key.
    pub mfa_present: Option<String>,
    pub action: Option<String>,
    /// Whether a statement denied it, rather than none allowing it.
    pub explicit_deny: Option<bool>,
    pub policies: Vec<KeptPolicy>,
}

/// A policy that decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptPolicy {
    /// The ARN of a managed policy; an opaque string for any other.
    pub uri: String,
    /// The Sids of its statements that decided. AWS makes one up for a statement without a Sid.
    pub sids: Vec<String>,
}
