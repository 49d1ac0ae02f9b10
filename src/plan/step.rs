//! One STS call of a plan, with everything that shapes it. Holds no secret.

use std::collections::BTreeMap;

use crate::model::{MfaSerial, Partition, Region, RoleArn, SessionDuration};

use super::{Connection, SessionKey, Variant, WebIdentityToken};

/// One STS call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub call: Call,
    pub duration: SessionDuration,
    /// Whether a code of the plan's device goes into this very call.
    pub with_code: Option<MfaSerial>,
    pub endpoint: StsEndpoint,
    /// What the profiles say of how the call is made.
    pub connection: Connection,
    /// Under which the step's session is cached.
    pub session_key: SessionKey,
    pub why: WhyStep,
}

/// Why a step is made in the way it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyStep {
    /// The session that a code is asked for once, and that signs every role on top of it.
    SharedSession,
    /// A session without MFA: no device is configured.
    SessionWithoutMfa,
    /// The key signs the call of the role itself: no device is configured.
    KeyWithoutMfa,
    /// The key signs the call, with the code in it: `--no-session`.
    KeyAsAsked,
    /// The key signs the call, with the code in it: a role on top of a session lasts too short.
    KeyForLongSession,
    SignedBySharedSession,
    /// The credentials of the profile's own source sign the call.
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

/// Which API call it is, whatever goes into it.
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

/// Everything that shapes a role session, its duration and its MFA aside.
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

/// What `CloudTrail` and trust policies (`sts:RoleSessionName`) see of the person in a role.
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
    /// The IAM user whose key it is, as AWS said when the key was stored.
    User,
    /// The MFA device, which is usually called as its user is.
    Device,
    /// Nothing that names a person is known.
    Profile,
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsEndpoint {
    pub region: Region,
    pub partition: Partition,
    /// Where it is not AWS's own endpoint of the region.
    pub url: Option<String>,
    /// Of AWS's endpoints of the region, which one.
    pub variant: Variant,
}
