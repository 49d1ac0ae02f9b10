//! Decides whether to answer a request: the right host, the run's token, and the one valid path. Never gives a reason with more
//! detail than a stranger may read.

use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

/// The only path that is served.
pub(super) const PATH: &str = "/credentials";

/// What a request must contain.
pub(super) struct Gate {
    /// `127.0.0.1:PORT`.
    pub host: String,
    pub token: SecretString,
}

/// Why a request gets no credentials, as a status and as the `code` and `message` that SDKs show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl Gate {
    // Security: the host is checked first, so that a web page whose name was made to point here learns nothing, and the token before
    // everything that would tell a stranger what is served.
    pub(super) fn check(&self, head: &Parts) -> Result<(), Refusal> {
        // A proxy request names another host before the path.
        let names_us = only(&head.headers, &HOST) == Some(self.host.as_bytes()) && head.uri.authority().is_none();
        if !names_us {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "WrongHost", "the request is not meant for this endpoint"));
        }
        // Security: in constant time, so that a stranger cannot guess the token byte by byte from the timing.
        let expected = self.token.expose_secret().as_bytes();
        let has_token = only(&head.headers, &AUTHORIZATION).is_some_and(|given| bool::from(given.ct_eq(expected)));
        if !has_token {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized", "the request does not carry the token of this run"));
        }
        if head.method != Method::GET {
            return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "only GET is answered"));
        }
        if head.uri.path_and_query().map(hyper::http::uri::PathAndQuery::as_str) != Some(PATH) {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "NotFound", "there is nothing under this path"));
        }
        let has_body = head.headers.contains_key(TRANSFER_ENCODING) || head.headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
        if has_body {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "BadRequest", "a request for credentials has no body"));
        }
        Ok(())
    }
}

/// The header's value, if it occurs exactly once: with two, readers might pick different ones.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(first.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status for a request with these headers; 200 if it is allowed.
    fn status(method: &str, target: &str, headers: &[(&str, &str)]) -> u16 {
        let gate = Gate { host: "127.0.0.1:4000".to_owned(), token: SecretString::from("right") };
        let mut request = hyper::Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        gate.check(&head).map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
    }

    #[test]
    fn only_the_whole_of_host_token_method_and_path_is_let_through() {
        const HOST: (&str, &str) = ("host", "127.0.0.1:4000");
        const TOKEN: (&str, &str) = ("authorization", "right");
        for (method, target, headers, expected, why) in [
            ("GET", "/credentials", &[HOST, TOKEN][..], 200, "everything is right"),
            ("GET", "/credentials", &[HOST, TOKEN, ("content-length", "0")], 200, "an empty body is none"),
            ("GET", "/credentials", &[HOST], 401, "no token"),
            ("GET", "/credentials", &[HOST, ("authorization", "wrong")], 401, "another token"),
            ("GET", "/credentials", &[HOST, ("authorization", "rightx")], 401, "a longer one"),
            ("GET", "/credentials", &[HOST, ("authorization", "righ")], 401, "a shorter one"),
            ("GET", "/credentials", &[HOST, ("authorization", "Bearer right")], 401, "with a word before it"),
            ("GET", "/credentials", &[HOST, TOKEN, TOKEN], 401, "twice"),
            ("GET", "/credentials", &[TOKEN], 403, "no host"),
            ("GET", "/credentials", &[("host", "localhost:4000"), TOKEN], 403, "another name"),
            ("GET", "/credentials", &[("host", "127.0.0.1"), TOKEN], 403, "no port"),
            ("GET", "/credentials", &[("host", "127.0.0.1:4001"), TOKEN], 403, "another port"),
            ("GET", "/credentials", &[("host", "evil.example:4000"), TOKEN], 403, "a name that was rebound"),
            ("GET", "/credentials", &[HOST, ("host", "evil.example"), TOKEN], 403, "two hosts"),
            ("GET", "http://evil.example/credentials", &[HOST, TOKEN], 403, "a proxy's form"),
            ("POST", "/credentials", &[HOST, TOKEN], 405, "another method"),
            ("HEAD", "/credentials", &[HOST, TOKEN], 405, "not even this one"),
            ("OPTIONS", "/credentials", &[HOST, TOKEN], 405, "no permission across sites"),
            ("OPTIONS", "/credentials", &[HOST], 401, "a stranger learns no method"),
            ("GET", "/other", &[HOST], 401, "a stranger learns no path"),
            ("GET", "/", &[HOST, TOKEN], 404, "another path"),
            ("GET", "/credentials/", &[HOST, TOKEN], 404, "almost the path"),
            ("GET", "/credentials?x=1", &[HOST, TOKEN], 404, "with a query"),
            ("GET", "/credentials", &[HOST, TOKEN, ("content-length", "3")], 400, "a body"),
            ("GET", "/credentials", &[HOST, TOKEN, ("transfer-encoding", "chunked")], 400, "a body of any length"),
        ] {
            assert_eq!(status(method, target, headers), expected, "{why}");
        }
    }
}
