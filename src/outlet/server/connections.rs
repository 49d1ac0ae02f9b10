//! Accepts connections and answers one request on each, under limits that a hostile process cannot exhaust for the child. Never answers
//! after it was closed.

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

/// How many connections without a valid token may be open. Beyond that, the oldest is closed: a real client sends its
/// request at once.
const STRANGERS: usize = 256;
/// How many requests with the token may wait at the same time. Together with the strangers, fewer than the files that a process may open.
const GUESTS: usize = 512;
/// How long a connection may take to send the token.
const PATIENCE: Duration = Duration::from_secs(5);
/// hyper's minimum number of bytes for a request's line and headers.
const LARGEST_HEAD: usize = 8 * 1024;
const MOST_HEADERS: usize = 48;

pub(super) struct Door {
    gate: Gate,
    held: Arc<ServedSession>,
    present: Mutex<Present>,
}

/// The open connections, by number.
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
                // Perhaps there are too many open files: then closing an idle connection makes room. Never spin.
                self.present().drop_oldest_stranger();
                sleep(Duration::from_millis(10)).await;
                continue;
            };
            number += 1;
            let handle = connections.spawn(Arc::clone(&self).attend(stream, number));
            self.enters(number, handle);
            // A request that arrived with its connection is answered before the next connection can displace it.
            yield_now().await;
        }
    }

    async fn attend(self: Arc<Self>, stream: TcpStream, number: u64) {
        let service = service_fn(|request| {
            let door = Arc::clone(&self);
            async move { Ok::<_, Infallible>(door.answer(request, number).await) }
        });
        let connection = http1::Builder::new()
            // One request per connection: an SDK asks a few times an hour, and a smuggled second request is never read.
            .keep_alive(false)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LARGEST_HEAD)
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), service);
        // An error means that a client disconnected, was too slow or did not speak HTTP: hyper has answered it.
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
