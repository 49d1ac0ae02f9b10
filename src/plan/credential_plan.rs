//! The plan as a value: a base, the steps on top of it, and notes on why. Borrows from nothing, compares with `==`, holds no secret.

use crate::model::{AccountId, CommandLine, MfaSerial, Origin, ProfileName, Region, RoleArn, SessionDuration};

use super::{Base, ClientVariables, PlanError, Step};

/// The calls that turn a profile into credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialPlan {
    pub profile: ProfileName,
    /// The child's `AWS_REGION`; `None`: no region is set anywhere.
    pub region: Option<Region>,
    /// The profile's client settings.
    pub client: ClientVariables,
    pub base: Base,
    /// The device whose code a step needs.
    pub mfa: Option<Mfa>,
    /// The profile whose `protect` applies to this one: itself, or one that it builds on.
    pub protected: Option<ProfileName>,
    /// How old the code of the shared MFA session may be: the minimum of the settings for all profiles of the chain.
    pub max_mfa_age: Option<SessionDuration>,
    /// The calls on top of the base, in order; empty if the base itself is handed over.
    pub on_top: Vec<Step>,
    pub notes: Vec<Note>,
    /// What to do instead if the base returns a long-term key, or why that is refused; `None`: the base's result is known.
    pub if_long_term: Option<Box<Result<Continuation, PlanError>>>,
}

/// How a plan continues after an answer that only a run can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    pub mfa: Option<Mfa>,
    pub steps: Vec<Step>,
    pub notes: Vec<Note>,
}

impl CredentialPlan {
    /// The plan after the base has returned a long-term key; `None` if the base's result is known in advance.
    #[must_use]
    pub fn after_long_term_key(&self) -> Option<Result<Self, PlanError>> {
        let Continuation { mfa, steps, notes } = match &**self.if_long_term.as_ref()? {
            Ok(continuation) => continuation.clone(),
            Err(error) => return Some(Err(error.clone())),
        };
        Some(Ok(Self { mfa, on_top: steps, notes, if_long_term: None, ..self.clone() }))
    }

    /// How the plan continues after a long-term key, if that is open and allowed.
    #[must_use]
    pub fn continuation(&self) -> Option<&Continuation> {
        self.if_long_term.as_ref().and_then(|continuation| continuation.as_ref().as_ref().ok())
    }

    /// Every call, in order: the one that is part of the base, and those on top of it.
    #[must_use]
    pub fn steps(&self) -> Vec<&Step> {
        self.base.step().into_iter().chain(&self.on_top).collect()
    }

    /// The call whose credentials are handed over; `None`: the base's are.
    #[must_use]
    pub fn last_step(&self) -> Option<&Step> {
        self.on_top.last().or_else(|| self.base.step())
    }

    /// Whether the first call on top of the base makes an MFA session.
    #[must_use]
    pub fn starts_with_mfa_session(&self) -> bool {
        self.on_top.first().is_some_and(Step::is_mfa_session)
    }

    /// Leaves out all calls on top of the base but the first, for who needs its session and not what the profile builds on it.
    pub fn keep_first_step(&mut self) {
        self.on_top.truncate(1);
    }

    /// Every step that a run may reach.
    pub fn possible_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps().into_iter().chain(self.continuation().into_iter().flat_map(|continuation| &continuation.steps))
    }

    /// The steps that may be the last.
    pub fn possible_last_steps(&self) -> impl Iterator<Item = &Step> {
        self.last_step().into_iter().chain(self.continuation().and_then(|continuation| continuation.steps.last()))
    }

    /// Takes codes from a prompt that the person chose, not from an `mfa_process`.
    pub fn prefer_prompt(&mut self) {
        let later = self.if_long_term.as_deref_mut().and_then(|continuation| continuation.as_mut().ok());
        for mfa in self.mfa.iter_mut().chain(later.and_then(|continuation| continuation.mfa.as_mut())) {
            if let CodeSource::Process { .. } = mfa.code {
                mfa.code = CodeSource::ChosenPrompt;
            }
        }
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

    /// The account that the credentials will belong to, if that is known without a call.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let role = self.steps().into_iter().rev().find_map(|step| step.call.role().map(|role| role.arn.account().clone()));
        role.or_else(|| match &self.base {
            Base::StoredKey { key_id, .. } => key_id.account().or_else(|| self.mfa.as_ref().and_then(|mfa| mfa.serial.account())),
            Base::Source(_) => None,
        })
    }
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
    /// The person is asked in a way that they chose, which takes precedence over the profile's `mfa_process`.
    ChosenPrompt,
    /// The profile's `mfa_process`, whose trimmed output is the code.
    Process { command: CommandLine },
}

/// How long a session would last but for a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub duration: SessionDuration,
    /// Whether this run asks for it; else the profile, the settings or the default.
    pub by_request: bool,
}

/// A note about the plan that is not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The serial comes from another profile of the chain: MFA belongs to the identity.
    SerialFrom { profile: ProfileName },
    /// No profile names a device, and `AWS_MFA_SERIAL` does.
    SerialOfVariable,
    /// `AWS_MFA_SERIAL` names a device of another account than the key.
    SerialOfVariableNotUsed { serial: MfaSerial },
    /// More than an hour for a chained role.
    CappedByChaining { wanted: Wanted, role: RoleArn },
    /// A root user's session lasts at most an hour.
    CappedForRoot { wanted: Wanted },
    /// The profile is protected.
    CappedAsProtected { wanted: Wanted, to: SessionDuration },
    /// There is no call whose duration could be set.
    DurationNotUsed { asked: SessionDuration },
    /// A session without MFA cannot call IAM.
    NoMfa,
    /// The long-term key itself is handed over.
    LongTermKeyExposed,
    /// The profile's own `credential_process` is not needed: its key is stored.
    CredentialProcessNotUsed { profile: ProfileName },
    /// The profile's key is also unencrypted in a file.
    PlaintextKey { profile: ProfileName, origin: Origin },
    /// A key of the profile lies in a file in the clear, where AWS tools may find it before the `credential_process` that this plan starts from.
    PlaintextKeyNotUsed { profile: ProfileName, origin: Origin },
}

impl Note {
    /// Whether it says that a session lasts another time than requested.
    #[must_use]
    pub fn is_of_duration(&self) -> bool {
        matches!(
            self,
            Self::CappedByChaining { .. } | Self::CappedForRoot { .. } | Self::CappedAsProtected { .. } | Self::DurationNotUsed { .. }
        )
    }
}
