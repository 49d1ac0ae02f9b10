//! The session that requests are answered from, and its renewal: one at a time, however many ask. Never lets a session that is still good wait
//! for a new one.

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

/// With how much time left a session is renewed when it is asked for. SDKs come back for another one when theirs has 15 minutes left
/// (botocore and Java; botocore insists from 10 on), 5 (Go and JavaScript) or some seconds (Rust): the first of them must find a new one
/// already, or it would ask before each of its calls.
const WINDOW: SessionDuration = SessionDuration::from_secs(16 * 60);

/// How long an answer is held back for a renewal under way, counted from where it began: less than the silence after which an SDK gives
/// up, and more than AWS takes.
const GRACE: Duration = Duration::from_millis(600);

/// What is said of a session whose source does not say when it ends: half an hour, so that it is asked for again.
const UNSAID: SessionDuration = SessionDuration::from_secs(30 * 60);

/// With how much time left a session of this length is renewed. Half its length at most, so that a short one is not renewed at each
/// request.
#[must_use]
pub fn renewal_window(lifetime: SessionDuration) -> SessionDuration {
    WINDOW.min(SessionDuration::from_secs(lifetime.as_secs() / 2))
}

pub(super) struct ServedSession {
    state: Mutex<State>,
    /// Counts the renewals that ended.
    settled: watch::Sender<u64>,
    /// Wakes the thread that renews.
    renew: Sender<()>,
    role: Option<RoleArn>,
}

struct State {
    json: Bytes,
    expires: Timestamp,
    /// From this moment on it is renewed when it is asked for.
    renew_from: Timestamp,
    /// When the renewal under way began.
    renewing: Option<Instant>,
    /// What became of the last renewal, and until when there is no other.
    failed: Option<(String, Instant)>,
}

/// What there is for a request.
pub(super) enum SessionAnswer {
    Credentials(Bytes),
    Failed(String),
    /// A renewal that may take as long as a person does.
    Awaited(Awaited),
}

impl ServedSession {
    /// `lifetime`: how long a new session lasts, since this first one may be an old one.
    pub(super) fn new(first: &SessionCredentials, lifetime: Option<SessionDuration>, role: Option<RoleArn>, renew: Sender<()>) -> Self {
        let state = State::of(first, lifetime, role.as_ref());
        Self { state: Mutex::new(state), settled: watch::Sender::new(0), renew, role }
    }

    /// What to answer now. Takes a moment where a renewal may end within it.
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

    /// The answer, or until when a renewal is waited for, which is begun where none is under way.
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
        // Where there is nothing to fall back on, each request has its own moment before its answer begins.
        Err(if usable.is_some() { state.renewing.unwrap_or(now) } else { now } + GRACE)
    }

    /// Takes over what a renewal came to, and lets everyone know who waits for it.
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

    /// What a renewal that just ended came to.
    fn outcome(&self) -> SessionAnswer {
        let state = self.state();
        match &state.failed {
            Some((message, _)) => state.usable().map_or_else(|| SessionAnswer::Failed(message.clone()), SessionAnswer::Credentials),
            None => SessionAnswer::Credentials(state.json.clone()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change leaves a whole state behind, so that a panic elsewhere spoils none.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The session, where AWS still takes it.
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
