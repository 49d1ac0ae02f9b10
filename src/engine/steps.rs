//! The one loop over the steps of a plan: take the last cached session, make the calls after it, cache each. Never asks the same thing twice.

use secrecy::SecretString;

use crate::model::{Credentials, MfaSerial, SessionCredentials};
use crate::plan::{Base, Call, Source, Step, cached_from_the_end};
use crate::ports::{AwsFault, AwsFaultKind, Holder, KeyStoreError, NotWaited, Place, PromptError, SessionGuard, StsRequest, TurnGuard};

use super::error::making_a_session;
use super::state::Run;
use super::{EngineError, code};

/// How long to wait for another process that asks, in seconds, if the person may not see its prompt.
const LONGEST_WAIT: i64 = 300;

impl Run<'_> {
    pub(super) fn all_steps(&mut self) -> Result<Credentials, EngineError> {
        loop {
            let (first, signer) = self.starting_point();
            let done = self.steps_from(first, signer, None);
            if !self.ended_early(first, &done) {
                return done;
            }
        }
    }

    /// Whether the cached session before step `first`, which the run began with, has ended early, for example because all of a user's
    /// sessions are revoked: then it is useless. The signer of a later call was made by this run, so starting over would not help.
    pub(super) fn ended_early(&mut self, first: usize, done: &Result<Credentials, EngineError>) -> bool {
        let signed_by_it = |step: &Step| self.plan.steps().get(first).is_some_and(|first| first.session_key == step.session_key);
        let expired = |fault: &AwsFault| fault.kind == AwsFaultKind::Expired;
        let ended = first > 0 && matches!(done, Err(EngineError::Aws { fault, call }) if expired(fault) && signed_by_it(&call.step));
        if ended {
            tracing::info!(step = first, "the cached session ended before its expiration");
            self.below = first - 1;
        }
        ended
    }

    /// Makes the calls from `first` on. `guard` is the lock of the source that gave the signer.
    pub(super) fn steps_from(
        &self,
        first: usize,
        mut signer: Option<Credentials>,
        mut guard: Option<Box<dyn SessionGuard>>,
    ) -> Result<Credentials, EngineError> {
        for step in self.plan.steps().into_iter().skip(first) {
            let session = self.step(step, &mut signer, guard.take()).or_else(|error| self.made_while_unlocking(step, error))?;
            signer = Some(Credentials::Session(session));
        }
        signer.map_or_else(|| self.base(), Ok)
    }

    /// The first step to run, and the cached session that signs it; `None` if the base signs it.
    pub(super) fn starting_point(&mut self) -> (usize, Option<Credentials>) {
        let seen = |step: &Step| {
            let expires = self.ports.cache.expiration(&step.session_key)?;
            self.seen.borrow_mut().insert(step.session_key.clone(), expires);
            Some(expires)
        };
        let now = || self.ports.clock.now();
        for (index, step, judged) in cached_from_the_end(self.plan, self.below, seen, now, &self.options.freshness) {
            if let Err(why) = judged {
                tracing::info!(step = index + 1, ?why, "a cached session is not good enough");
                continue;
            }
            if let Some(session) = self.ports.cache.load(&step.session_key) {
                tracing::info!(step = index + 1, call = step.call.name(), "session taken from the cache");
                return (index + 1, Some(Credentials::Session(session)));
            }
            // A session that cannot be opened is useless.
        }
        (0, None)
    }

    /// Makes one step's session, unless another process made it while this one waited.
    fn step(
        &self,
        step: &Step,
        signer: &mut Option<Credentials>,
        guard: Option<Box<dyn SessionGuard>>,
    ) -> Result<SessionCredentials, EngineError> {
        if let Some(serial) = &step.with_code {
            // A process that holds the lock of a device may wait for the lock of a source, never the other way round.
            drop(guard);
            let _turn = self.turn(serial)?;
            if let Some(session) = self.made_meanwhile(step) {
                return Ok(session);
            }
            let mut token = None;
            let request = self.request(step, signer, &mut token)?;
            return code::call_with_code(self, step, serial, &request);
        }
        // A profile's own source may be this program again, for another profile: it must never wait for a lock that
        // this run holds. So the lock is the source's, which nothing below it takes.
        let _guard = match (guard, &self.plan.base, &signer) {
            (Some(guard), _, _) => guard,
            (None, _, Some(_)) => self.ports.flight.session(&step.session_key, None),
            // The keystore may ask for a passphrase.
            (None, Base::StoredKey { .. }, None) => self.ports.flight.session(&step.session_key, Some(self.ports.prompt.place())),
            (None, Base::Source(source), None) => self.ports.flight.source(source),
        };
        if let Some(session) = self.made_meanwhile(step) {
            return Ok(session);
        }
        let mut token = None;
        let request = self.request(step, signer, &mut token)?;
        tracing::info!(call = step.call.name(), "calling STS");
        let session = self.ports.sts.call(step, &request, None).map_err(|fault| self.aws(fault, step))?;
        self.ports.cache.store(&step.session_key, step, &session);
        Ok(session)
    }

    /// The session that another process made while the keystore asked for a passphrase; else the error.
    fn made_while_unlocking(&self, step: &Step, error: EngineError) -> Result<SessionCredentials, EngineError> {
        let is_made = matches!(error, EngineError::KeyStore(KeyStoreError::MadeElsewhere { .. }));
        is_made.then(|| self.made_meanwhile(step)).flatten().ok_or(error)
    }

    /// The right to ask for a code, which another process may have for as long as a person takes.
    fn turn(&self, serial: &MfaSerial) -> Result<Box<dyn TurnGuard>, EngineError> {
        let prompt = self.ports.prompt;
        let place = prompt.place();
        let mut since = None;
        let mut wait = |holder: &Holder| {
            prompt.wanted().map_err(|_| NotWaited::ClientGone)?;
            let now = self.ports.clock.now();
            let Some(since) = since else {
                since = Some(now);
                if self.options.no_wait {
                    return Err(NotWaited::NoWait(*holder));
                }
                // Output on the terminal of the prompt would come between it and the answer.
                if !holder.on_same_terminal {
                    self.ports.notices.tell(&format!("waiting: {}", making_a_session(holder, serial)));
                }
                return Ok(());
            };
            // The person sees that prompt on the same terminal, and everything that waits for it.
            let too_long = !matches!(place, Place::Terminal(_)) && now.seconds_since(since) >= LONGEST_WAIT;
            if too_long { Err(NotWaited::TooLong(*holder)) } else { Ok(()) }
        };
        let in_use = |holder: Holder, waited| EngineError::DeviceInUse { serial: serial.clone(), holder, waited };
        self.ports.flight.turn(serial, place, &mut wait).map_err(|why| match why {
            NotWaited::NoWait(holder) => in_use(holder, false),
            NotWaited::TooLong(holder) => in_use(holder, true),
            NotWaited::ClientGone => EngineError::Prompt(PromptError::ClientGone),
        })
    }

    /// The last session of the plan that another process made since this run looked, and the step after it.
    pub(super) fn any_made_meanwhile(&self) -> Option<(usize, Credentials)> {
        let made = |(index, step)| Some((index + 1, Credentials::Session(self.made_meanwhile(step)?)));
        self.plan.steps().into_iter().enumerate().rev().find_map(made)
    }

    /// The call with its proof, which is fetched now if it is missing.
    fn request<'r>(
        &self,
        step: &'r Step,
        signer: &'r mut Option<Credentials>,
        token: &'r mut Option<SecretString>,
    ) -> Result<StsRequest<'r>, EngineError> {
        Ok(match &step.call {
            Call::GetSessionToken => StsRequest::GetSessionToken { signer: self.signer(signer)? },
            Call::AssumeRole(role) => StsRequest::AssumeRole { role, signer: self.signer(signer)? },
            Call::AssumeRoleWithWebIdentity { role, token: wanted } => {
                StsRequest::AssumeRoleWithWebIdentity { role, token: token.insert(self.ports.sources.token(wanted)?) }
            }
        })
    }

    fn signer<'s>(&self, signer: &'s mut Option<Credentials>) -> Result<&'s Credentials, EngineError> {
        let known = match signer.take() {
            Some(known) => known,
            None => self.base()?,
        };
        Ok(signer.insert(known))
    }

    /// The credentials of the base.
    pub(in crate::engine) fn base(&self) -> Result<Credentials, EngineError> {
        match &self.plan.base {
            Base::StoredKey { name, key_id } => {
                // Nobody should unlock a keystore for a key that is not used.
                self.key_is_current()?;
                let key = self.ports.keys.long_term_credentials(name).map_err(EngineError::KeyStore)?;
                // Security: sessions are cached under the id in the plan. A later run that plans with the first key would find a session of
                // another key, and act for another user.
                if key.key_id != *key_id {
                    return Err(EngineError::OtherKey { name: name.clone(), planned: key_id.clone(), found: key.key_id.clone() });
                }
                Ok(Credentials::LongTerm(key))
            }
            Base::Source(Source::Program(program)) => match self.ports.sources.credentials(program)? {
                // Security: this plan is not for a long-term key, and must not hand one over without asking.
                Credentials::LongTerm(_) => Err(EngineError::LongTermKeyFromSource { profile: self.plan.profile.clone() }),
                session @ Credentials::Session(_) => Ok(session),
            },
            // Not reached: its call is the first step of the plan, so a signer is known before any later step needs one.
            Base::Source(Source::WebIdentity(identity)) => Ok(Credentials::Session(self.step(&identity.step, &mut None, None)?)),
        }
    }
}
