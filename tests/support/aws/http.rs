//! The HTTP/1.1 server: turns bytes into a `Wire` and a `Reply` into bytes, on a separate thread until told to stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Response, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};

use super::clock::http_date;
use super::control;
use super::service::{self, Shared};
use super::signin;

type Answer = UnsyncBoxBody<Bytes, io::Error>;

const LARGEST_BODY: usize = 1 << 20;

/// A request as received.
pub struct Wire {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Wire {
    /// All values of a header, joined by commas.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// The body, if it is text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The signature's key id and region, unchecked.
    pub fn signer(&self) -> (Option<String>, Option<String>) {
        let header = self.header("authorization").unwrap_or_default();
        let mut scope = header.split_once("Credential=").map_or("", |(_, rest)| rest).split(['/', ',', ' ']);
        let key_id = scope.next().filter(|id| !id.is_empty()).map(str::to_owned);
        (key_id, scope.nth(1).map(str::to_owned))
    }

    /// Whether the signature is for `service`; unsigned requests without parameters are S3's.
    pub fn scope(&self, service: &str) -> bool {
        self.header("authorization").is_none_or(|header| header.contains(&format!("/{service}/aws4_request")))
    }
}

pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
    pub request_id: Option<String>,
    pub s3: bool,
    pub end: End,
}

/// Where the body ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    AsSaid,
    /// The body ends half-way.
    TooEarly,
    Never,
}

/// A body that goes on forever.
struct Endless(Bytes);

impl Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(self.0.clone()))))
    }
}

/// Serves until `stopping` is set and one more connection comes in. Sends its address as soon as it listens.
pub fn run(shared: &Arc<Shared>, stopping: &AtomicBool, listening: &Sender<SocketAddr>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let listener = listen().expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        listening.send(address).expect("the starter waits for the address");
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            if stopping.load(Ordering::SeqCst) {
                return;
            }
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                let service = service_fn(move |request| handle(Arc::clone(&shared), request));
                // An error here is a client that went away, or a connection that a fault cut.
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    // Dropping the runtime drops all hanging connections.
}

/// Room for hundreds of clients that connect in the same instant.
fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(1024)
}

async fn handle(shared: Arc<Shared>, request: hyper::Request<Incoming>) -> Result<Response<Answer>, io::Error> {
    let cut = || io::Error::from(io::ErrorKind::ConnectionAborted);
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| cut())?;
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let wire = Wire {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_bytes().to_vec(),
    };
    let reply = match wire.path.as_str() {
        path if path.starts_with("/__") => Some(control::serve(&shared, &wire).await),
        _ if signin::is_for(&wire) => Some(signin::serve(&shared, &wire)),
        _ => service::serve(&shared, wire).await,
    };
    Ok(respond(&shared, reply.ok_or_else(cut)?))
}

fn respond(shared: &Shared, reply: Reply) -> Response<Answer> {
    let mut response = Response::builder()
        .status(reply.status)
        .header(header::CONTENT_TYPE, reply.content_type)
        .header(header::DATE, http_date(shared.clock.now()));
    if let Some(id) = reply.request_id {
        response = if reply.s3 {
            response.header("x-amz-request-id", &id).header("x-amz-id-2", &id)
        } else {
            response.header("x-amzn-RequestId", id)
        };
    }
    let bytes = Bytes::from(reply.body);
    let body = match reply.end {
        End::AsSaid => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        End::TooEarly => {
            response = response.header(header::CONTENT_LENGTH, bytes.len());
            Full::new(bytes.slice(..bytes.len() / 2)).map_err(|never| match never {}).boxed_unsync()
        }
        End::Never => Endless(bytes).boxed_unsync(),
    };
    response.body(body).expect("headers of our own making are valid")
}
