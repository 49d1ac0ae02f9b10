//! The state of one run: its plan, its ports, and the cached sessions that it has seen. Never asks, and never makes a call.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::model::{SessionCredentials, Timestamp};
use crate::plan::{Base, CredentialPlan, Freshness, SessionKey, Step};
use crate::ports::{AwsFault, AwsFaultKind, Clock, KeyStore, MfaPrompt, Notices, SessionCache, SingleFlight, SourceProviders, Sts};

use super::{EngineError, FailedCall};

/// What the engine reaches the world through.
pub struct Ports<'a> {
    pub cache: &'a dyn SessionCache,
    pub keys: &'a dyn KeyStore,
    pub sources: &'a dyn SourceProviders,
    pub sts: &'a dyn Sts,
    pub prompt: &'a dyn MfaPrompt,
    pub notices: &'a dyn Notices,
    pub flight: &'a dyn SingleFlight,
    pub clock: &'a dyn Clock,
}

/// The options of one run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub freshness: Freshness,
    /// `--no-wait`: fail instead of waiting for the device's next code, or for another process that asks for one.
    pub no_wait: bool,
}

pub(super) struct Run<'a> {
    pub plan: &'a CredentialPlan,
    pub options: &'a Options,
    pub ports: &'a Ports<'a>,
    /// Which steps were cached when the run began, and which sessions could not be opened since.
    pub seen: RefCell<BTreeMap<SessionKey, Timestamp>>,
    /// Only the sessions of this many steps are used.
    pub below: usize,
}

impl<'a> Run<'a> {
    pub(super) fn new(plan: &'a CredentialPlan, options: &'a Options, ports: &'a Ports<'a>) -> Self {
        Self { plan, options, ports, seen: RefCell::default(), below: plan.steps().len() }
    }

    /// Whether the session of the step was made since this run began, as far as can be known without opening it.
    pub(super) fn is_made_meanwhile(&self, step: &Step) -> bool {
        self.expiration_of_new(step).is_some()
    }

    pub(super) fn made_meanwhile(&self, step: &Step) -> Option<SessionCredentials> {
        let expires = self.expiration_of_new(step)?;
        let session = self.ports.cache.load(&step.session_key);
        if session.is_some() {
            tracing::info!(call = step.call.name(), "another process made the session meanwhile");
        } else {
            // It is useless: no prompt is closed for it again.
            self.seen.borrow_mut().insert(step.session_key.clone(), expires);
        }
        session
    }

    fn expiration_of_new(&self, step: &Step) -> Option<Timestamp> {
        let expires = self.ports.cache.expiration(&step.session_key)?;
        let is_new = self.seen.borrow().get(&step.session_key) != Some(&expires);
        (is_new && expires > self.ports.clock.now()).then_some(expires)
    }

    /// Refuses a key that was replaced since the plan was made: AWS may not accept it any more, and a code that goes with it would be spent.
    pub(super) fn key_is_current(&self) -> Result<(), EngineError> {
        let Base::StoredKey { name, key_id } = &self.plan.base else { return Ok(()) };
        match self.ports.keys.key_id_by_now(name) {
            Some(found) if found != *key_id => Err(EngineError::OtherKey { name: name.clone(), planned: key_id.clone(), found }),
            _ => Ok(()),
        }
    }

    pub(super) fn aws(&self, fault: AwsFault, step: &Step) -> EngineError {
        let before = self.plan.steps().into_iter().take_while(|other| other.session_key != step.session_key).last();
        // The key may have been deactivated after it was read.
        if fault.kind == AwsFaultKind::InvalidKey
            && before.is_none()
            && let Err(replaced) = self.key_is_current()
        {
            return replaced;
        }
        let stored_as = self.plan.base.stored_name().cloned();
        let behind_role = before.is_some_and(|step| step.call.role().is_some());
        let call = FailedCall { step: step.clone(), profile: self.plan.profile.clone(), stored_as, behind_role };
        EngineError::Aws { fault, call: Box::new(call) }
    }
}
