//! In-memory fakes of all ports, with a log. Nothing really waits: each sleep moves the clock.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use secrecy::SecretString;
use vault::engine::{EngineError, Options, Ports, run};
use vault::model::{
    AccessKeyId, Arn, Backend, Credentials, ForeignText, LongTermCredentials, MfaSerial, ProfileName, SessionCredentials, SessionDuration,
    Timestamp, TokenCode,
};
use vault::plan::{CallKind, CredentialPlan, Freshness, Program, SessionKey, Source, Step, WebIdentityToken};
use vault::ports::{
    Again, AwsFault, AwsFaultKind, CallerIdentity, Clock, CodeRequest, DeviceGuard, Expirations, Holder, KeyStore, KeyStoreError,
    MfaPrompt, NotWaited, Notices, Place, PromptError, Route, Sent, SessionCache, SessionGuard, SingleFlight, SourceFailure,
    SourceProviders, Sts, StsRequest, TurnGuard, Waiting,
};

use super::KEY;

/// The first second of a TOTP step.
pub const START: i64 = 1_800_000_000;
/// The step that begins at `START`.
pub const STEP: u64 = 60_000_000;

/// The codes that were sent, with steps and outcomes.
type Ledger = Rc<RefCell<Vec<(String, u64, Sent)>>>;

type Meanwhile = Box<dyn FnOnce(&World)>;

pub struct World {
    log: Rc<RefCell<Vec<String>>>,
    now: Cell<i64>,
    /// How far the clock is set back during the next sleep.
    pub set_back: Cell<i64>,
    /// The cached sessions; `None`: a file that cannot be opened.
    pub cache: RefCell<BTreeMap<SessionKey, (Timestamp, Option<SessionCredentials>)>>,
    /// Whether nothing can be cached.
    pub disk_full: Cell<bool>,
    pub stored_key: RefCell<Result<&'static str, &'static str>>,
    /// The key's id in the index, if that is known.
    pub key_by_now: Cell<Option<&'static str>>,
    /// The long-term key from a source; `None`: it gives a session.
    pub source_key: Cell<Option<&'static str>>,
    /// The answers of the person or the helper, in order.
    pub answers: RefCell<VecDeque<Result<&'static str, PromptError>>>,
    pub again: Cell<Again>,
    /// AWS's refusals of the next calls; later calls get a session.
    pub refusals: RefCell<VecDeque<(AwsFaultKind, Option<i64>)>>,
    /// The role that AWS refuses once, and how.
    pub role_refusal: RefCell<Option<(&'static str, AwsFaultKind)>>,
    pub ledger: Ledger,
    /// The ledger's note until when AWS accepts no code.
    pub closed: Rc<Cell<Option<i64>>>,
    /// Another process's action while this one waits for a lock.
    meanwhile: RefCell<Option<Meanwhile>>,
    /// Another process's action during a prompt here.
    while_asked: RefCell<Option<Meanwhile>>,
    while_unlocked: RefCell<Option<Meanwhile>>,
    at_call: RefCell<Option<Meanwhile>>,
    /// Where vault asks for codes.
    pub place: Cell<Place>,
    /// The process that holds the prompt, and for how many seconds.
    pub holder: Cell<(Holder, u32)>,
    /// Whether the client has gone.
    pub client_gone: Cell<bool>,
    made: Cell<u32>,
}

impl World {
    pub fn new() -> Self {
        Self {
            log: Rc::default(),
            now: Cell::new(START),
            set_back: Cell::new(0),
            cache: RefCell::default(),
            disk_full: Cell::new(false),
            stored_key: RefCell::new(Ok(KEY)),
            key_by_now: Cell::new(None),
            source_key: Cell::new(None),
            answers: RefCell::default(),
            again: Cell::new(Again::AtOnce),
            refusals: RefCell::default(),
            role_refusal: RefCell::default(),
            ledger: Rc::default(),
            closed: Rc::default(),
            meanwhile: RefCell::default(),
            while_asked: RefCell::default(),
            while_unlocked: RefCell::default(),
            at_call: RefCell::default(),
            place: Cell::new(Place::Terminal(1)),
            holder: Cell::new((Holder { pid: Some(7), on_same_terminal: false }, 1)),
            client_gone: Cell::new(false),
            made: Cell::new(0),
        }
    }

    pub fn answering(answers: impl IntoIterator<Item = &'static str>) -> Self {
        let world = Self::new();
        world.answers.borrow_mut().extend(answers.into_iter().map(Ok));
        world
    }

    pub fn run(&self, plan: &CredentialPlan) -> Result<Credentials, EngineError> {
        self.run_with(plan, &usual())
    }

    pub fn run_with(&self, plan: &CredentialPlan, options: &Options) -> Result<Credentials, EngineError> {
        run(plan, options, &self.ports(), &|_| ())
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports { cache: self, keys: self, sources: self, sts: self, prompt: self, notices: self, flight: self, clock: self }
    }

    /// The log since the last call of this.
    pub fn log(&self) -> Vec<String> {
        self.log.take()
    }

    pub fn moment(&self) -> i64 {
        self.now.get()
    }

    pub fn pass(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// Caches a session for a step, as another process does.
    pub fn put(&self, step: &Step, left: i64) {
        let session = self.session(step);
        self.cache.borrow_mut().insert(step.session_key.clone(), (Timestamp::from_unix(self.now.get() + left), Some(session)));
    }

    /// Damages the session that is cached for a step.
    pub fn damage(&self, step: &Step) {
        self.cache.borrow_mut().get_mut(&step.session_key).expect("there is something to damage").1 = None;
    }

    pub fn meanwhile(&self, what: impl FnOnce(&World) + 'static) {
        *self.meanwhile.borrow_mut() = Some(Box::new(what));
    }

    pub fn while_unlocked(&self, what: impl FnOnce(&World) + 'static) {
        *self.while_unlocked.borrow_mut() = Some(Box::new(what));
    }

    /// What another process does during the next call to AWS.
    pub fn at_call(&self, what: impl FnOnce(&World) + 'static) {
        *self.at_call.borrow_mut() = Some(Box::new(what));
    }

    pub fn while_asked(&self, what: impl FnOnce(&World) + 'static) {
        *self.while_asked.borrow_mut() = Some(Box::new(what));
    }

    fn did(&self, what: impl Into<String>) {
        self.log.borrow_mut().push(what.into());
    }

    fn session(&self, step: &Step) -> SessionCredentials {
        self.made.set(self.made.get() + 1);
        SessionCredentials {
            key_id: AccessKeyId::parse_any(&format!("ASIA{}", self.made.get())).unwrap(),
            secret: SecretString::from("s"),
            token: SecretString::from("t"),
            expiration: Some(Timestamp::from_unix(self.now.get() + i64::from(step.duration.as_secs()))),
            assumed_role: None,
            stated_account: None,
        }
    }

    fn guard(&self, of: &str, ledger: Ledger) -> Guard {
        self.did(format!("lock {of}"));
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile(self);
        }
        Guard { of: of.to_owned(), log: Rc::clone(&self.log), ledger, closed: Rc::clone(&self.closed) }
    }
}

/// The freshness of a run without flags.
pub fn usual() -> Options {
    let freshness = Freshness { expiry_window: SessionDuration::from_secs(300), min_ttl: None, max_mfa_age: None, renew: false };
    Options { freshness, no_wait: false }
}

pub fn no_wait() -> Options {
    Options { no_wait: true, ..usual() }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.now.get())
    }

    fn sleep(&self, duration: SessionDuration) {
        self.pass(i64::from(duration.as_secs()) - self.set_back.take());
    }
}

impl Expirations for World {
    fn expiration(&self, key: &SessionKey) -> Option<Timestamp> {
        self.cache.borrow().get(key).map(|(expires, _)| *expires)
    }
}

impl SessionCache for World {
    fn load(&self, key: &SessionKey) -> Option<SessionCredentials> {
        self.cache.borrow().get(key).and_then(|(_, session)| session.clone())
    }

    fn store(&self, key: &SessionKey, step: &Step, session: &SessionCredentials) {
        self.did(format!("store {}", step.call.name()));
        if !self.disk_full.get() {
            self.cache.borrow_mut().insert(key.clone(), (session.expiration.unwrap(), Some(session.clone())));
        }
    }
}

impl KeyStore for World {
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError> {
        self.did(format!("open {name}"));
        if let Some(happens) = self.while_unlocked.take() {
            happens(self);
        }
        match *self.stored_key.borrow() {
            Ok(id) => Ok(LongTermCredentials { key_id: AccessKeyId::parse_any(id).unwrap(), secret: SecretString::from("s") }),
            Err(reason) => Err(KeyStoreError::Locked { backend: Backend::File, reason: reason.to_owned() }),
        }
    }

    fn key_id_by_now(&self, _name: &ProfileName) -> Option<AccessKeyId> {
        AccessKeyId::parse_any(self.key_by_now.get()?).ok()
    }
}

impl SourceProviders for World {
    fn credentials(&self, _program: &Program) -> Result<Credentials, SourceFailure> {
        self.did("ask the source");
        let secret = SecretString::from("s");
        Ok(match self.source_key.get() {
            Some(id) => Credentials::LongTerm(LongTermCredentials { key_id: AccessKeyId::parse_any(id).unwrap(), secret }),
            None => Credentials::Session(SessionCredentials {
                key_id: AccessKeyId::parse_any("ASIASOURCE").unwrap(),
                secret,
                token: SecretString::from("t"),
                expiration: None,
                assumed_role: None,
                stated_account: None,
            }),
        })
    }

    fn token(&self, _token: &WebIdentityToken) -> Result<SecretString, SourceFailure> {
        self.did("ask the source");
        Ok(SecretString::from("t"))
    }
}

impl Sts for World {
    fn caller_identity(&self, signer: &Credentials, _route: &Route<'_>) -> Result<CallerIdentity, AwsFault> {
        self.did(format!("GetCallerIdentity by {}", signer.key_id()));
        Ok(CallerIdentity { arn: Arn::parse("arn:aws:iam::123456789012:user/alice").unwrap() })
    }

    fn call(&self, step: &Step, request: &StsRequest<'_>, code: Option<&TokenCode>) -> Result<SessionCredentials, AwsFault> {
        let role = step.call.role().map_or("", |role| role.arn.as_str().rsplit('/').next().unwrap());
        let (kind, by) = match request {
            StsRequest::GetSessionToken { signer } => (CallKind::GetSessionToken, signer.key_id().as_str()),
            StsRequest::AssumeRole { signer, .. } => (CallKind::AssumeRole, signer.key_id().as_str()),
            StsRequest::AssumeRoleWithWebIdentity { .. } => (CallKind::AssumeRoleWithWebIdentity, "token"),
        };
        let code = code.map_or_else(String::new, |code| format!(" with {}", code.expose()));
        self.did(format!("{} {role} by {by}{code}", step.call.name()).replace("  ", " "));
        assert_eq!(code.is_empty(), step.with_code.is_none(), "a step gets a code exactly if it needs one");
        assert_eq!(kind, step.call.kind());
        if let Some(happens) = self.at_call.take() {
            happens(self);
        }
        let refusal = match self.role_refusal.take() {
            Some((refused, kind)) if refused == role => Some((kind, None)),
            other => {
                self.role_refusal.replace(other);
                self.refusals.borrow_mut().pop_front()
            }
        };
        match refusal {
            None => Ok(self.session(step)),
            Some((kind, clock_ahead)) => {
                Err(AwsFault { operation: step.call.name(), kind, message: ForeignText::of("no"), clock_ahead, endpoint: None })
            }
        }
    }
}

impl MfaPrompt for World {
    fn ask(&self, request: &CodeRequest<'_>) -> Result<TokenCode, PromptError> {
        self.did(request.complaint.map_or_else(|| "ask".to_owned(), |complaint| format!("ask again: {complaint}")));
        if let Some(meanwhile) = self.while_asked.take() {
            meanwhile(self);
            if self.answers.borrow().is_empty() && (request.made_elsewhere)() {
                return Err(PromptError::MadeElsewhere);
            }
        }
        let answer = if self.again.get() == Again::Never {
            // The given code answers every prompt.
            Ok(*self.answers.borrow()[0].as_ref().unwrap())
        } else {
            self.answers.borrow_mut().pop_front().expect("no further prompt is expected")
        };
        answer.map(|digits| TokenCode::parse(digits).unwrap())
    }

    fn again(&self) -> Again {
        self.again.get()
    }

    fn place(&self) -> Place {
        self.place.get()
    }

    fn wanted(&self) -> Result<(), PromptError> {
        if self.client_gone.get() { Err(PromptError::ClientGone) } else { Ok(()) }
    }
}

impl Notices for World {
    fn tell(&self, message: &str) {
        self.did(format!("tell: {message}"));
    }

    fn progress(&self, seconds_left: u32) {
        assert!((1..=181).contains(&seconds_left));
    }
}

impl SingleFlight for World {
    fn turn(&self, serial: &MfaSerial, _place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited> {
        assert_eq!(serial.as_str(), super::SERIAL);
        if self.meanwhile.borrow().is_some() {
            let (holder, seconds) = self.holder.get();
            for _ in 0..seconds {
                wait(&holder)?;
                self.pass(1);
            }
        }
        Ok(Box::new(self.guard("turn", Rc::default())))
    }

    fn device(&self, serial: &MfaSerial) -> Box<dyn DeviceGuard> {
        assert_eq!(serial.as_str(), super::SERIAL);
        Box::new(self.guard("device", Rc::clone(&self.ledger)))
    }

    fn session(&self, _key: &SessionKey, place: Option<Place>) -> Box<dyn SessionGuard> {
        Box::new(self.guard(if place.is_some() { "session here" } else { "session" }, Rc::default()))
    }

    fn source(&self, _source: &Source) -> Box<dyn SessionGuard> {
        Box::new(self.guard("source", Rc::default()))
    }
}

struct Guard {
    of: String,
    log: Rc<RefCell<Vec<String>>>,
    ledger: Ledger,
    closed: Rc<Cell<Option<i64>>>,
}

impl SessionGuard for Guard {}

impl TurnGuard for Guard {}

impl DeviceGuard for Guard {
    fn last_spent_step(&self) -> Option<u64> {
        let spent = |what: &Sent| matches!(what, Sent::Pending | Sent::Taken);
        self.ledger.borrow().iter().filter(|(_, _, what)| spent(what)).map(|(_, step, _)| *step).max()
    }

    fn sent_before(&self, code: &TokenCode, step: u64) -> Option<Sent> {
        let lately = |known: u64| known.abs_diff(step) <= 6;
        self.ledger.borrow().iter().rev().find(|(known, sent, _)| known == code.expose() && lately(*sent)).map(|(_, _, what)| *what)
    }

    fn has_worked(&self) -> bool {
        self.ledger.borrow().iter().any(|(_, _, what)| matches!(what, Sent::Taken | Sent::Refused))
    }

    fn closed_until(&self) -> Option<Timestamp> {
        self.closed.get().map(Timestamp::from_unix)
    }

    fn close_until(&mut self, until: Timestamp) {
        self.closed.set(Some(until.as_unix()));
    }

    fn record(&mut self, code: &TokenCode, step: u64, what: Sent) {
        self.log.borrow_mut().push(format!("note {what:?}"));
        let mut ledger = self.ledger.borrow_mut();
        ledger.retain(|(known, _, _)| known != code.expose());
        if what != Sent::Unanswered {
            ledger.push((code.expose().to_owned(), step, what));
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.log.borrow_mut().push(format!("unlock {}", self.of));
    }
}
