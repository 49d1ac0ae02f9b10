//! The responses: credentials or a refusal as JSON, and keep-alive output while a person types a code. Never says more in a
//! refusal than its code and message.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::{Response, StatusCode};
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::time::{Interval, MissedTickBehavior, interval};
use zeroize::Zeroizing;

use crate::model::{RoleArn, SessionCredentials, Timestamp};

use super::gate::Refusal;

/// How long a waiting client receives nothing. JavaScript's SDK gives up after a second of silence, botocore after two, Rust's after five;
/// only PHP's limits the time of the whole answer.
const SILENCE: Duration = Duration::from_millis(500);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerJson<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    expiration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<&'a str>,
}

/// The session as the container provider of every SDK reads it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>).
// Security: the bytes are wiped when the last answer that holds them is dropped.
pub(super) fn container_json(session: &SessionCredentials, expires: Timestamp, role: Option<&RoleArn>) -> Bytes {
    // Sized so that it does not grow, which would leave a copy of the secrets in memory.
    let mut out = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let json = ContainerJson {
        access_key_id: session.key_id.as_str(),
        secret_access_key: session.secret.expose_secret(),
        token: session.token.expose_secret(),
        expiration: expires.to_string(),
        account_id: session.account().map(|account| account.to_string()),
        role_arn: role.map(RoleArn::as_str),
    };
    serde_json::to_writer(&mut *out, &json).expect("a struct of texts always has a JSON form, and memory takes any length");
    Bytes::from_owner(out)
}

#[derive(Serialize)]
struct ErrorJson<'a> {
    code: &'a str,
    message: &'a str,
}

/// A renewal that a request waits for: the credentials, or `None` if it failed.
pub(super) type Awaited = Pin<Box<dyn Future<Output = Option<Bytes>> + Send>>;

pub(super) fn credentials(json: Bytes) -> Response<Reply> {
    respond(StatusCode::OK, Reply::Whole(Some(json)))
}

pub(super) fn refusal(refusal: &Refusal) -> Response<Reply> {
    let json = serde_json::to_vec(&ErrorJson { code: refusal.code, message: &refusal.message }).unwrap_or_default();
    respond(refusal.status, Reply::Whole(Some(json.into())))
}

/// Begins an answer now and finishes it when the renewal ends. White space is allowed before JSON: it keeps the client from giving up.
///
/// The status is sent before the outcome is known, so a failure can only be shown by breaking the answer off.
pub(super) fn in_time(awaited: Awaited) -> Response<Reply> {
    let mut ticks = interval(SILENCE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    respond(StatusCode::OK, Reply::Awaited(awaited, ticks))
}

fn respond(status: StatusCode, reply: Reply) -> Response<Reply> {
    let mut response = Response::new(reply);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, hyper::header::HeaderValue::from_static("no-store"));
    response
}

/// The body of an answer.
pub(super) enum Reply {
    /// The whole body, until it is taken.
    Whole(Option<Bytes>),
    Awaited(Awaited, Interval),
}

impl Body for Reply {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Awaited(awaited, ticks) => match awaited.as_mut().poll(context) {
                Poll::Ready(Some(json)) => {
                    *self = Self::Whole(None);
                    Poll::Ready(Some(Ok(Frame::data(json))))
                }
                Poll::Ready(None) => {
                    *self = Self::Whole(None);
                    Poll::Ready(Some(Err(io::Error::other("the credentials were not renewed"))))
                }
                Poll::Pending => ticks.poll_tick(context).map(|_| Some(Ok(Frame::data(Bytes::from_static(b" "))))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Awaited(..) => SizeHint::default(),
        }
    }
}
