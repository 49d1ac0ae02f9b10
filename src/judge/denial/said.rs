//! What AWS said, as values. Never reads it out of a text, and never explains it.

use crate::model::capped;

/// What AWS said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The whole text, on one line.
    pub text: String,
    /// Such as `AccessDenied`.
    pub code: Option<String>,
    /// Such as `AssumeRole`.
    pub operation: Option<String>,
    /// The ARN after `User:`.
    pub principal: Option<String>,
    /// Such as `s3:GetObject`.
    pub action: Option<String>,
    pub resource: Option<String>,
    pub verdict: Option<Verdict>,
    pub policy_arn: Option<String>,
    /// With the region in which AWS keeps the details.
    pub authorization_id: Option<(String, Option<String>)>,
    /// What `DecodeAuthorizationMessage` takes.
    pub encoded: Option<String>,
}

/// What a policy did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No policy of this kind allows it.
    NotAllowed(Policy),
    /// One of this kind denies it; `None`: AWS did not say which kind.
    Denied(Option<Policy>),
}

/// The kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Identity,
    Resource,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
    VpcEndpoint,
}

impl Policy {
    pub const ALL: [Self; 7] =
        [Self::Identity, Self::Resource, Self::Boundary, Self::Session, Self::ServiceControl, Self::ResourceControl, Self::VpcEndpoint];

    /// The name of it in AWS's texts.
    #[must_use]
    pub fn as_aws(self) -> &'static str {
        match self {
            Self::Identity => "identity-based policy",
            Self::Resource => "resource-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::VpcEndpoint => "VPC endpoint policy",
        }
    }
}

impl Said {
    /// Whether these words are in it, in any case.
    #[must_use]
    pub fn has(&self, words: &str) -> bool {
        let words = words.as_bytes();
        self.text.as_bytes().windows(words.len()).any(|part| part.eq_ignore_ascii_case(words))
    }

    #[must_use]
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// Whether it was a call of IAM, as far as the text says which one it was.
    #[must_use]
    pub fn is_iam(&self) -> bool {
        self.action.as_deref().is_some_and(|action| action.starts_with("iam:"))
            || self.has("operation error IAM:")
            || self.has("Service: Iam,")
    }

    /// What is shown of the text.
    #[must_use]
    pub fn excerpt(&self) -> String {
        capped(&self.text, 300)
    }
}
