//! The served session, and its renewal: one at a time for all requests. Never holds back a session that is still valid
//! to wait for a new one.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::model::{RoleArn, SessionCredentials, SessionDuration, Timestamp};
use crate::os::clock;

use super::NotRenewed;
use super::reply::{Awaited, container_json};

/// A session with less than this left is renewed when it is requested. SDKs ask again when theirs has 15 minutes left
/// (botocore and Java; botocore insists from 10 on), 5 (Go and JavaScript) or some seconds (Rust): the first request must find a new one
/// already, or the client would ask before each of its calls.
const WINDOW: SessionDuration = SessionDuration::from_secs(16 * 60);

/// How long an answer waits for a running renewal, counted from its start: less than the silence after which an SDK gives
/// up, and more than AWS needs.
const GRACE: Duration = Duration::from_millis(600);

/// The stated lifetime of a session without an expiration: half an hour, so that clients ask again.
const UNSAID: SessionDuration = SessionDuration::from_secs(30 * 60);

/// When to renew a session of this length: at most at half its length, so that a short one is not renewed at each
/// request.
#[must_use]
pub fn renewal_window(lifetime: SessionDuration) -> SessionDuration {
    WINDOW.min(SessionDuration::from_secs(lifetime.as_secs() / 2))
}

pub(super) struct ServedSession {
    state: Mutex<State>,
    /// Counts finished renewals.
    settled: watch::Sender<u64>,
    /// Wakes the thread that renews.
    renew: Sender<()>,
    role: Option<RoleArn>,
}

struct State {
    json: Bytes,
    expires: Timestamp,
    /// From this moment on, a request renews it.
    renew_from: Timestamp,
    /// When the running renewal began.
    renewing: Option<Instant>,
    /// The result of the last renewal, and until when there is no other.
    failed: Option<(String, Instant)>,
}

/// What a request gets.
pub(super) enum SessionAnswer {
    Credentials(Bytes),
    Failed(String),
    /// A renewal that may take as long as a person needs.
    Awaited(Awaited),
}

impl ServedSession {
    /// `lifetime`: how long a new session lasts, since this first one may be an old one.
    pub(super) fn new(first: &SessionCredentials, lifetime: Option<SessionDuration>, role: Option<RoleArn>, renew: Sender<()>) -> Self {
        let state = State::of(first, lifetime, role.as_ref());
        Self { state: Mutex::new(state), settled: watch::Sender::new(0), renew, role }
    }

    /// The answer for now. Waits a moment if a renewal may finish in that time.
    pub(super) async fn answer(self: Arc<Self>) -> SessionAnswer {
        let mut settled = self.settled.subscribe();
        let until = match self.begin() {
            Ok(answer) => return answer,
            Err(until) => until,
        };
        if timeout_at(until, settled.changed()).await.is_ok() {
            return self.outcome();
        }
        if let Some(json) = self.state().usable() {
            return SessionAnswer::Credentials(json);
        }
        SessionAnswer::Awaited(Box::pin(async move {
            settled.changed().await.ok()?;
            match self.outcome() {
                SessionAnswer::Credentials(json) => Some(json),
                SessionAnswer::Failed(_) | SessionAnswer::Awaited(_) => None,
            }
        }))
    }

    /// The answer, or until when to wait for a renewal, which is started if none is running.
    fn begin(&self) -> Result<SessionAnswer, Instant> {
        let mut state = self.state();
        if clock::now() < state.renew_from {
            return Ok(SessionAnswer::Credentials(state.json.clone()));
        }
        let now = Instant::now();
        let usable = state.usable();
        if state.renewing.is_none() {
            if let Some((message, until)) = &state.failed
                && now < *until
            {
                return Ok(usable.map_or_else(|| SessionAnswer::Failed(message.clone()), SessionAnswer::Credentials));
            }
            state.renewing = Some(now);
            if self.renew.send(()).is_err() {
                state.renewing = None;
                let gone = || SessionAnswer::Failed("nothing renews the credentials any more".to_owned());
                return Ok(usable.map_or_else(gone, SessionAnswer::Credentials));
            }
        }
        // If there is no session to fall back on, each request waits for its own moment before its answer begins.
        Err(if usable.is_some() { state.renewing.unwrap_or(now) } else { now } + GRACE)
    }

    /// Stores the result of a renewal, and wakes everyone who waits for it.
    pub(super) fn settle(&self, outcome: Result<SessionCredentials, NotRenewed>) {
        let mut state = self.state();
        match outcome {
            Ok(session) => *state = State::of(&session, None, self.role.as_ref()),
            Err(NotRenewed { message, again_after }) => {
                state.renewing = None;
                state.failed = Some((message, Instant::now() + again_after));
            }
        }
        drop(state);
        self.settled.send_modify(|count| *count += 1);
    }

    /// The result of the renewal that has just finished.
    fn outcome(&self) -> SessionAnswer {
        let state = self.state();
        match &state.failed {
            Some((message, _)) => state.usable().map_or_else(|| SessionAnswer::Failed(message.clone()), SessionAnswer::Credentials),
            None => SessionAnswer::Credentials(state.json.clone()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change leaves a consistent state, so a panic elsewhere does no harm.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The session, if AWS still accepts it.
    fn usable(&self) -> Option<Bytes> {
        (clock::now() < self.expires).then(|| self.json.clone())
    }

    fn of(session: &SessionCredentials, lifetime: Option<SessionDuration>, role: Option<&RoleArn>) -> Self {
        let now = clock::now();
        let expires = session.expiration.unwrap_or_else(|| now.plus(UNSAID));
        let left = SessionDuration::from_secs(u32::try_from(expires.seconds_since(now).max(0)).unwrap_or(u32::MAX));
        let window = renewal_window(lifetime.unwrap_or(left));
        let renew_from = Timestamp::from_unix(expires.as_unix().saturating_sub(i64::from(window.as_secs())));
        Self { json: container_json(session, expires, role), expires, renew_from, renewing: None, failed: None }
    }
}
