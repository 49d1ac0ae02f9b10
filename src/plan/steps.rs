//! Decides which calls to make, in which order and for how long: the planning table. Never reads a profile's settings for its role.

use crate::config::ProfileSet;
use crate::model::{MfaSerial, SessionDuration};

use super::canonical::{Parent, session_key};
use super::connection::Callers;
use super::effective::Effective;
use super::limits::{LONGEST_ROLE, LONGEST_SESSION, SHORTEST};
use super::start::Start;
use super::{AssumeRole, Call, Note, PlanError, PlanRequest, Step, Wanted, WebIdentityToken, WhyStep};

/// A profile of the chain that assumes a role.
pub(super) struct ChainedRole<'a> {
    pub profile: &'a Effective,
    pub role: AssumeRole,
    /// The profile's own `duration_seconds`, else the setting for it; no more than the profiles below allow.
    pub duration: SessionDuration,
    /// Whether it is protected, or builds on a profile that is.
    pub protected: bool,
}

/// The profile that a step is made for.
struct Owner<'a> {
    profile: &'a Effective,
    protected: bool,
}

/// The input for the steps of one plan.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    pub profiles: &'a ProfileSet,
    pub request: &'a PlanRequest,
    /// The requested profile first.
    pub chain: &'a [Effective],
    /// The profile that the chain starts from.
    pub origin: &'a Effective,
    pub mfa: Option<&'a MfaSerial>,
    pub start: &'a Start,
    /// Whether it starts from a long-term key.
    pub long_term: bool,
    /// The one next to the base first.
    pub roles: &'a [ChainedRole<'a>],
    pub session_duration: SessionDuration,
    pub origin_is_protected: bool,
    /// The maximum for the session of the requested profile.
    pub at_most: Option<SessionDuration>,
}

impl Steps<'_> {
    pub(super) fn on_long_term_key(&self, notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        let Some(last) = self.roles.last() else { return self.plain(notes) };
        let asked = self.at_most(self.role_duration(last)?, notes);
        let direct = |why, notes: &mut Vec<Note>| self.chained(self.roles, None, asked, self.mfa.cloned(), why, notes);
        match self.mfa {
            None => direct(WhyStep::KeyWithoutMfa, notes),
            Some(_) if self.request.no_session => direct(WhyStep::KeyAsAsked, notes),
            Some(_) if asked > SessionDuration::HOUR && self.roles.len() == 1 => direct(WhyStep::KeyForLongSession, notes),
            Some(_) => {
                let most = if self.origin_is_protected { SHORTEST } else { LONGEST_SESSION };
                let shared = self.shared_session(self.session_duration.min(most), notes)?;
                let roles = self.chained(self.roles, Some(&shared), asked, None, WhyStep::SignedBySharedSession, notes)?;
                Ok(std::iter::once(shared).chain(roles).collect())
            }
        }
    }

    pub(super) fn on_temporary(&self, notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        let Some(last) = self.roles.last() else {
            notes.extend(self.request.duration.map(|asked| Note::DurationNotUsed { asked }));
            return Ok(Vec::new());
        };
        let asked = self.at_most(self.role_duration(last)?, notes);
        self.chained(self.roles, None, asked, None, WhyStep::SignedBySource, notes)
    }

    /// The call that the token is for, and those on top of it. `first` and `others` are the roles.
    pub(super) fn on_web_identity(
        &self,
        token: &WebIdentityToken,
        (first, others): (&ChainedRole<'_>, &[ChainedRole<'_>]),
        notes: &mut Vec<Note>,
    ) -> Result<(Step, Vec<Step>), PlanError> {
        let asked = self.at_most(self.role_duration(others.last().unwrap_or(first))?, notes);
        let is_last = others.is_empty();
        let call = Call::AssumeRoleWithWebIdentity { role: first.role.clone(), token: token.clone() };
        let (duration, owner) = (if is_last { asked } else { first.duration }, self.owner(first, is_last));
        let step = self.step(&Parent::Start(self.start), call, duration, None, &owner, WhyStep::WebIdentity)?;
        let others = self.chained(others, Some(&step), asked, None, WhyStep::SignedByRole, notes)?;
        Ok((step, others))
    }

    /// A profile without a role.
    fn plain(&self, notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        if self.request.no_session {
            if !self.request.expose_long_term_key {
                return Err(PlanError::LongTermKeyNotExposed { profile: self.request.profile.clone() });
            }
            notes.push(Note::LongTermKeyExposed);
            return Ok(Vec::new());
        }
        if self.mfa.is_none() {
            notes.push(Note::NoMfa);
        }
        let asked = self.request.duration.unwrap_or(self.session_duration);
        self.in_range("session from `GetSessionToken`", asked, LONGEST_SESSION)?;
        Ok(vec![self.shared_session(self.at_most(asked, notes), notes)?])
    }

    fn shared_session(&self, asked: SessionDuration, notes: &mut Vec<Note>) -> Result<Step, PlanError> {
        let root = self.mfa.is_some_and(MfaSerial::is_root);
        let duration = if root && asked > SessionDuration::HOUR {
            notes.push(Note::CappedForRoot { wanted: self.wanted(asked) });
            SessionDuration::HOUR
        } else {
            asked
        };
        let why = if self.mfa.is_some() { WhyStep::SharedSession } else { WhyStep::SessionWithoutMfa };
        let owner = Owner { profile: self.origin, protected: self.origin_is_protected };
        self.step(&Parent::Start(self.start), Call::GetSessionToken, duration, self.mfa.cloned(), &owner, why)
    }

    /// The calls of `roles`, each signed by the one before: the first one by `before`, else by the base.
    fn chained(
        &self,
        roles: &[ChainedRole<'_>],
        before: Option<&Step>,
        asked: SessionDuration,
        mut code: Option<MfaSerial>,
        why: WhyStep,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<Step>, PlanError> {
        let mut steps: Vec<Step> = Vec::with_capacity(roles.len());
        for (index, hop) in roles.iter().enumerate() {
            let is_last = index + 1 == roles.len();
            let parent = steps.last().or(before);
            // Only a role that a long-term key or a web identity assumes may last longer than an hour.
            let behind_session = parent.is_some() || !self.long_term;
            let wanted = if is_last { asked } else { hop.duration };
            let duration = if behind_session { wanted.min(SessionDuration::HOUR) } else { wanted };
            if is_last && duration < wanted {
                notes.push(Note::CappedByChaining { wanted: self.wanted(wanted), role: hop.role.arn.clone() });
            }
            let why = if index == 0 { why } else { WhyStep::SignedByRole };
            let parent = parent.map_or(Parent::Start(self.start), |step| Parent::Step(&step.session_key));
            let step = self.step(&parent, Call::AssumeRole(hop.role.clone()), duration, code.take(), &self.owner(hop, is_last), why)?;
            steps.push(step);
        }
        Ok(steps)
    }

    fn owner<'h>(&self, hop: &'h ChainedRole<'_>, is_last: bool) -> Owner<'h> {
        Owner { profile: hop.profile, protected: hop.protected || is_last && self.at_most.is_some() }
    }

    fn role_duration(&self, last: &ChainedRole<'_>) -> Result<SessionDuration, PlanError> {
        let asked = self.request.duration.unwrap_or(last.duration);
        self.in_range("role session", asked, LONGEST_ROLE)?;
        Ok(asked)
    }

    fn in_range(&self, what: &'static str, asked: SessionDuration, most: SessionDuration) -> Result<(), PlanError> {
        if (SHORTEST..=most).contains(&asked) {
            return Ok(());
        }
        Err(PlanError::DurationOutOfRange { what, asked, most, by_request: self.request.duration.is_some() })
    }

    fn at_most(&self, asked: SessionDuration, notes: &mut Vec<Note>) -> SessionDuration {
        match self.at_most {
            Some(to) if asked > to => {
                notes.push(Note::CappedAsProtected { wanted: self.wanted(asked), to });
                to
            }
            _ => asked,
        }
    }

    fn wanted(&self, duration: SessionDuration) -> Wanted {
        Wanted { duration, by_request: self.request.duration == Some(duration) }
    }

    fn step(
        &self,
        parent: &Parent<'_>,
        call: Call,
        duration: SessionDuration,
        with_code: Option<MfaSerial>,
        owner: &Owner<'_>,
        why: WhyStep,
    ) -> Result<Step, PlanError> {
        let endpoint = self.endpoint(&call, owner.profile)?;
        let session_key = session_key(parent, &call, duration, with_code.as_ref(), &endpoint, owner.protected);
        let connection = Callers::of(owner.profile, self.chain).connection()?;
        Ok(Step { call, duration, with_code, endpoint, connection, protected: owner.protected, session_key, why })
    }
}
