//! What running a plan would do now: the plan, its cached sessions, and where it resumes. Never looks for a session itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::Timestamp;

use super::{CredentialPlan, Freshness, PlanError, Resume, SessionKey, Step, of_use_until, resume};

/// A plan with its cached sessions at one moment, and where a run would resume.
pub struct Forecast<'a> {
    pub plan: Cow<'a, CredentialPlan>,
    pub resume: Resume,
    pub now: Timestamp,
    freshness: Freshness,
    cached: Rc<BTreeMap<SessionKey, Timestamp>>,
    /// The plan after a long-term key, or why that is refused; `None`: the base's result is known.
    pub after_long_term_key: Option<Result<Box<Forecast<'a>>, PlanError>>,
}

impl<'a> Forecast<'a> {
    /// `expiration` returns when the session cached under a key expires.
    #[must_use]
    pub fn new(
        plan: &'a CredentialPlan,
        expiration: &dyn Fn(&SessionKey) -> Option<Timestamp>,
        now: Timestamp,
        freshness: Freshness,
    ) -> Self {
        let cached_of = |step: &Step| Some((step.session_key.clone(), expiration(&step.session_key)?));
        let cached: Rc<BTreeMap<_, _>> = Rc::new(plan.possible_steps().filter_map(cached_of).collect());
        let closed = |plan: Cow<'a, CredentialPlan>| {
            let resume = resume(&plan, &cached, now, &freshness);
            Self { plan, resume, now, freshness, cached: Rc::clone(&cached), after_long_term_key: None }
        };
        let after_key = plan.after_long_term_key().map(|plan| plan.map(|plan| Box::new(closed(Cow::Owned(plan)))));
        Self { after_long_term_key: after_key, ..closed(Cow::Borrowed(plan)) }
    }

    /// The plan that a run continues: the one with a cached session, else the one for temporary credentials.
    #[must_use]
    pub fn taken_up(&self) -> &Self {
        match &self.after_long_term_key {
            Some(Ok(after_key)) if self.resume.from_cached.is_none() && after_key.resume.from_cached.is_some() => after_key,
            _ => self,
        }
    }

    /// Whether only the base's answer decides what to do.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.after_long_term_key.is_some() && self.taken_up().resume.from_cached.is_none()
    }

    /// When the cached session of the step expires.
    #[must_use]
    pub fn expiration(&self, step: &Step) -> Option<Timestamp> {
        self.cached.get(&step.session_key).copied()
    }

    /// Until when the cached session of the step is usable, if it is now.
    #[must_use]
    pub fn of_use_until(&self, step: &Step) -> Option<Timestamp> {
        Some(of_use_until(step, self.expiration(step)?, &self.freshness)).filter(|until| *until > self.now)
    }

    /// Whether running the plan now needs a code, as far as that is known.
    #[must_use]
    pub fn asks_for_code(&self) -> bool {
        let taken_up = self.taken_up();
        taken_up.plan.steps().into_iter().skip(taken_up.resume.first_step_to_run()).any(|step| step.with_code.is_some())
    }
}
