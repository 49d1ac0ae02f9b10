//! The plan as a value: a base, the steps on top of it, and notes on why. Borrows from nothing, compares with `==`, holds no secret.

use std::collections::BTreeMap;

use crate::model::{AccessKeyId, AccountId, CommandLine, MfaSerial, Origin, Partition, ProfileName, Region, RoleArn, SessionDuration};

use super::{ClientVariables, Connection, PlanError, SessionKey, Variant};

/// What turns a profile into credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialPlan {
    pub profile: ProfileName,
    /// What the child's `AWS_REGION` is set to; `None`: no region is said anywhere.
    pub region: Option<Region>,
    /// What the profile says to the clients that use its credentials.
    pub client: ClientVariables,
    pub base: Base,
    /// The device whose code some step needs.
    pub mfa: Option<Mfa>,
    /// The profile whose `protect` holds for this one: itself, or one that it builds on.
    pub protected: Option<ProfileName>,
    /// How old the code behind the shared MFA session may be: the least that the settings say of any profile of the chain.
    pub max_mfa_age: Option<SessionDuration>,
    /// In the order in which they are made; empty where the base itself is handed over.
    pub steps: Vec<Step>,
    pub notes: Vec<Note>,
    /// What is done instead where the base gives a long-term key, or why that is refused; `None`: what the base gives is known.
    pub if_long_term: Option<Box<Result<Continuation, PlanError>>>,
}

/// How a plan goes on after an answer that only a run can bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    pub mfa: Option<Mfa>,
    pub steps: Vec<Step>,
    pub notes: Vec<Note>,
}

impl CredentialPlan {
    /// The plan as it is once the base has given a long-term key; `None` where what it gives is known beforehand.
    #[must_use]
    pub fn after_long_term_key(&self) -> Option<Result<Self, PlanError>> {
        let Continuation { mfa, steps, notes } = match &**self.if_long_term.as_ref()? {
            Ok(continuation) => continuation.clone(),
            Err(error) => return Some(Err(error.clone())),
        };
        Some(Ok(Self { mfa, steps, notes, if_long_term: None, ..self.clone() }))
    }

    /// How the plan goes on after a long-term key, where that is open and allowed.
    #[must_use]
    pub fn continuation(&self) -> Option<&Continuation> {
        self.if_long_term.as_ref().and_then(|continuation| continuation.as_ref().as_ref().ok())
    }

    /// Every step that a run may come to.
    pub fn possible_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(self.continuation().into_iter().flat_map(|continuation| &continuation.steps))
    }

    /// The steps that may be the last.
    pub fn possible_last_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.last().into_iter().chain(self.continuation().and_then(|continuation| continuation.steps.last()))
    }

    /// The device whose code may be asked for.
    #[must_use]
    pub fn possible_mfa(&self) -> Option<&Mfa> {
        self.mfa.as_ref().or_else(|| self.continuation()?.mfa.as_ref())
    }

    /// Whether a long-term key itself may be handed over.
    #[must_use]
    pub fn may_expose_key(&self) -> bool {
        let exposes = |notes: &[Note]| notes.contains(&Note::LongTermKeyExposed);
        exposes(&self.notes) || self.continuation().is_some_and(|continuation| exposes(&continuation.notes))
    }

    /// The account that the credentials will belong to, where that can be told without a call.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let role = self.steps.iter().rev().find_map(|step| step.call.role().map(|role| role.arn.account().clone()));
        role.or_else(|| match &self.base {
            Base::StoredKey { key_id, .. } => key_id.account().or_else(|| self.mfa.as_ref().and_then(|mfa| mfa.serial.account())),
            _ => None,
        })
    }
}

/// What needs no earlier credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A long-term key in a keystore, stored under this name.
    StoredKey { name: ProfileName, key_id: AccessKeyId },
    /// The profile's `credential_process`.
    CredentialProcess { profile: ProfileName, command: CommandLine, origin: Origin },
    /// A file that holds an `OpenID` Connect token.
    WebIdentityFile { profile: ProfileName, path: String },
    /// A command that prints an `OpenID` Connect token.
    WebIdentityProcess { profile: ProfileName, command: CommandLine },
    /// A profile that is signed in with `aws sso login` or `aws login`: the AWS CLI keeps that session and hands out its credentials.
    AwsCli {
        profile: ProfileName,
        /// The key that says so.
        key: &'static str,
        /// What the files say of whom that makes of the person: account, role, portal.
        identity: Vec<(String, String)>,
    },
}

impl Base {
    /// The profile whose own source it is; `None`: a stored key, which is nobody's command.
    #[must_use]
    pub fn source_profile(&self) -> Option<&ProfileName> {
        match self {
            Self::StoredKey { .. } => None,
            Self::CredentialProcess { profile, .. }
            | Self::WebIdentityFile { profile, .. }
            | Self::WebIdentityProcess { profile, .. }
            | Self::AwsCli { profile, .. } => Some(profile),
        }
    }
}

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
    AssumeRoleWithWebIdentity(AssumeRole),
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
            Self::AssumeRoleWithWebIdentity(_) => CallKind::AssumeRoleWithWebIdentity,
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
            Self::AssumeRole(role) | Self::AssumeRoleWithWebIdentity(role) => Some(role),
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

/// The MFA device of the identity, and where its codes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mfa {
    pub serial: MfaSerial,
    pub code: CodeSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeSource {
    /// The person is asked.
    Prompt,
    /// The profile's `mfa_process`, whose trimmed output is the code.
    Process { command: CommandLine },
}

/// Something worth knowing about the plan that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The serial of another profile of the chain is used: MFA belongs to the identity.
    SerialFrom { profile: ProfileName },
    /// No profile names a device, and `AWS_MFA_SERIAL` does.
    SerialOfVariable,
    /// `AWS_MFA_SERIAL` names a device of another account than the key's.
    SerialOfVariableNotUsed { serial: MfaSerial },
    /// More than an hour was asked of a chained role.
    CappedByChaining { asked: SessionDuration, role: RoleArn },
    /// A root user's session lasts at most an hour.
    CappedForRoot { asked: SessionDuration },
    /// The profile is protected.
    CappedBySetting { asked: SessionDuration, to: SessionDuration },
    /// No call is made that could last as long as is asked.
    DurationNotUsed { asked: SessionDuration },
    /// A session without MFA cannot call IAM.
    NoMfa,
    /// The long-term key itself is handed over.
    LongTermKeyExposed,
    /// The profile's own `credential_process` is not needed: its key is stored.
    CredentialProcessNotUsed { profile: ProfileName },
    /// The profile's key also lies in a file in the clear.
    PlaintextKey { profile: ProfileName, origin: Origin },
}

impl Note {
    /// Whether it says that a session lasts another time than was asked.
    #[must_use]
    pub fn is_of_duration(&self) -> bool {
        matches!(
            self,
            Self::CappedByChaining { .. } | Self::CappedForRoot { .. } | Self::CappedBySetting { .. } | Self::DurationNotUsed { .. }
        )
    }
}
