//! One STS call of a plan, with everything that shapes it. Holds no secret.

use std::collections::BTreeMap;

use crate::model::{EndpointUrl, MfaSerial, Partition, Region, RoleArn, SessionDuration};

use super::{Connection, SessionKey, Variant, WebIdentityToken};

/// One STS call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub call: Call,
    pub duration: SessionDuration,
    /// Whether a code of the plan's device goes into this call.
    pub with_code: Option<MfaSerial>,
    pub endpoint: StsEndpoint,
    /// How the profiles configure the call.
    pub connection: Connection,
    /// Whether it is for a protected profile alone, which is part of the key.
    pub protected: bool,
    /// The key that the step's session is cached under.
    pub session_key: SessionKey,
    pub why: WhyStep,
}

impl Step {
    /// Whether its session carries MFA to every call that it signs. That of a role does not, even if the call that made it had a code.
    #[must_use]
    pub fn is_mfa_session(&self) -> bool {
        self.with_code.is_some() && self.call == Call::GetSessionToken
    }
}

/// Why a step is made in this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyStep {
    /// The session that needs one code and signs every role on top of it.
    SharedSession,
    /// A session without MFA: no device is configured.
    SessionWithoutMfa,
    /// The key signs the call of the role itself: no device is configured.
    KeyWithoutMfa,
    /// The key signs the call, with the code in it: `--no-session`.
    KeyAsAsked,
    /// The key signs the call, with the code in it: a role on top of a session would be too short.
    KeyForLongSession,
    SignedBySharedSession,
    /// The profile's own source signs the call.
    SignedBySource,
    /// Nothing signs the call: the token is the proof.
    WebIdentity,
    /// The session of the role before it signs the call.
    SignedByRole,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    GetSessionToken,
    AssumeRole(AssumeRole),
    /// The token is the proof: nothing signs the call.
    AssumeRoleWithWebIdentity {
        role: AssumeRole,
        token: WebIdentityToken,
    },
}

/// Which API call it is, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    GetSessionToken,
    AssumeRole,
    AssumeRoleWithWebIdentity,
}

impl CallKind {
    const ALL: [Self; 3] = [Self::GetSessionToken, Self::AssumeRole, Self::AssumeRoleWithWebIdentity];

    /// The name of the API call.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GetSessionToken => "GetSessionToken",
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithWebIdentity => "AssumeRoleWithWebIdentity",
        }
    }

    /// The call of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Call {
    #[must_use]
    pub fn kind(&self) -> CallKind {
        match self {
            Self::GetSessionToken => CallKind::GetSessionToken,
            Self::AssumeRole(_) => CallKind::AssumeRole,
            Self::AssumeRoleWithWebIdentity { .. } => CallKind::AssumeRoleWithWebIdentity,
        }
    }

    /// The name of the API call.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    #[must_use]
    pub fn role(&self) -> Option<&AssumeRole> {
        match self {
            Self::GetSessionToken => None,
            Self::AssumeRole(role) | Self::AssumeRoleWithWebIdentity { role, .. } => Some(role),
        }
    }
}

/// Everything that shapes a role session, except its duration and MFA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumeRole {
    pub arn: RoleArn,
    pub session_name: SessionName,
    pub external_id: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub transitive_tags: Vec<String>,
    pub source_identity: Option<String>,
    pub policy: Option<String>,
    pub policy_arns: Vec<String>,
}

/// How `CloudTrail` and trust policies (`sts:RoleSessionName`) see the user in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionName {
    pub text: String,
    pub from: NamedAfter,
}

/// Where a role session's name comes from, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedAfter {
    /// `role_session_name` of the profile.
    Setting,
    /// The IAM user whose key it is, as AWS reported when the key was stored.
    User,
    /// The MFA device, which usually has the user's name.
    Device,
    /// No name of a person is known.
    Profile,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsEndpoint {
    pub region: Region,
    pub partition: Partition,
    /// Set if it is not AWS's own endpoint of the region.
    pub url: Option<EndpointUrl>,
    /// Which of AWS's endpoints of the region.
    pub variant: Variant,
}
