//! Takes connections in and answers one request on each, under limits that a hostile process cannot use up for the child. Never answers
//! after it was told to close.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::sleep;

use super::gate::{Gate, Refusal};
use super::reply::{self, Reply};
use super::served_session::{ServedSession, SessionAnswer};

/// How many connections may be open whose request has not shown the token yet. Then the oldest goes: a client that is in earnest sends its
/// request at once.
const STRANGERS: usize = 256;
/// How many requests with the token may wait at the same time. Together with the strangers fewer than the files that a process may open.
const GUESTS: usize = 512;
/// How long a connection may take to show the token.
const PATIENCE: Duration = Duration::from_secs(5);
/// The smallest that hyper takes, in bytes, for a request's line and headers.
const LARGEST_HEAD: usize = 8 * 1024;
const MOST_HEADERS: usize = 48;

pub(super) struct Door {
    gate: Gate,
    held: Arc<ServedSession>,
    present: Mutex<Present>,
}

/// Who is connected, by the number of the connection.
#[derive(Default)]
struct Present {
    strangers: BTreeMap<u64, AbortHandle>,
    guests: BTreeSet<u64>,
}

impl Present {
    fn drop_oldest_stranger(&mut self) {
        if let Some((_, oldest)) = self.strangers.pop_first() {
            oldest.abort();
        }
    }
}

impl Door {
    pub(super) fn new(gate: Gate, held: Arc<ServedSession>) -> Self {
        Self { gate, held, present: Mutex::default() }
    }

    /// Serves until `close` is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener, mut close: oneshot::Receiver<Infallible>) {
        let mut connections = JoinSet::new();
        let mut number = 0;
        loop {
            let accepted = tokio::select! {
                biased;
                _ = &mut close => return,
                Some(_) = connections.join_next(), if !connections.is_empty() => continue,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else {
                // No more open files, it may be: then an idle connection makes room. No reason to spin in any case.
                self.present().drop_oldest_stranger();
                sleep(Duration::from_millis(10)).await;
                continue;
            };
            number += 1;
            let handle = connections.spawn(Arc::clone(&self).attend(stream, number));
            self.enters(number, handle);
            // A request that has arrived with its connection is answered before the next one may push it out.
            yield_now().await;
        }
    }

    async fn attend(self: Arc<Self>, stream: TcpStream, number: u64) {
        let service = service_fn(|request| {
            let door = Arc::clone(&self);
            async move { Ok::<_, Infallible>(door.answer(request, number).await) }
        });
        let connection = http1::Builder::new()
            // One request each: an SDK asks a few times an hour, and a request that was smuggled in after another is never read.
            .keep_alive(false)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LARGEST_HEAD)
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), service);
        // An error is a client that went away, was too slow or spoke no HTTP: hyper has told it.
        let _ = connection.await;
        self.leaves(number);
    }

    async fn answer(&self, request: Request<Incoming>, number: u64) -> Response<Reply> {
        let refused = |refusal: &Refusal| {
            tracing::info!(code = refusal.code, "the credentials endpoint refused a request");
            reply::refusal(refusal)
        };
        let (head, _) = request.into_parts();
        if let Err(refusal) = self.gate.check(&head) {
            return refused(&refusal);
        }
        if !self.becomes_guest(number) {
            return refused(&Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", "too many requests wait for credentials"));
        }
        match Arc::clone(&self.held).answer().await {
            SessionAnswer::Credentials(json) => reply::credentials(json),
            SessionAnswer::Failed(message) => refused(&Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "CredentialsNotRenewed", message)),
            SessionAnswer::Awaited(awaited) => reply::in_time(awaited),
        }
    }

    fn enters(&self, number: u64, handle: AbortHandle) {
        let mut present = self.present();
        present.strangers.insert(number, handle);
        if present.strangers.len() > STRANGERS {
            present.drop_oldest_stranger();
        }
    }

    fn becomes_guest(&self, number: u64) -> bool {
        let mut present = self.present();
        let has_room = present.guests.len() < GUESTS;
        if has_room {
            present.strangers.remove(&number);
            present.guests.insert(number);
        }
        has_room
    }

    fn leaves(&self, number: u64) {
        let mut present = self.present();
        present.strangers.remove(&number);
        present.guests.remove(&number);
    }

    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
