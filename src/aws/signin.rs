//! The federation endpoint of the console, which turns a role's credentials into a sign-in. Never logs or returns a secret in the clear, and
//! puts none into a URL unless the endpoint takes nothing else.

use aws_sdk_sts::config::http::{HttpRequest, HttpResponse};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt as _, Limited};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::model::{Credentials, ForeignText, SessionDuration, in_percent};
use crate::plan::Connection;
use crate::ports::{AwsFault, AwsFaultKind};

use super::AwsClients;
use super::client::ATTEMPT;
use super::fault::{local, not_whole, secrets_of, without};
use super::reply::clock_ahead;

const CALL: &str = "getSigninToken";

/// More than any answer has.
const MOST: usize = 1 << 20;

/// How often the call is made if AWS has an internal error, or the network fails.
const ATTEMPTS: u32 = 3;

impl AwsClients {
    /// A sign-in token for these credentials, from the endpoint at `endpoint`. `duration`: how long the console may be used; `None`: as long as
    /// the credentials are good.
    ///
    /// # Errors
    /// See [`AwsFault`].
    // Security: POST first. A GET has the secrets in its URL, where proxies log it, and is made only where POST is refused as a method.
    pub fn signin_token(
        &self,
        endpoint: &str,
        credentials: &Credentials,
        duration: Option<SessionDuration>,
        connection: &Connection,
    ) -> Result<SecretString, AwsFault> {
        let form = form(credentials, duration);
        let answer = self.block_on(CALL, async {
            let connector = self.connector(connection).map_err(|fault| fault.of(CALL))?;
            let mut attempt = 1;
            let mut method = "POST";
            loop {
                match ask(endpoint, &form, method, &connector).await {
                    Err(Refused::Method) if method == "POST" => method = "GET",
                    Err(Refused::Fault(fault)) if attempt < ATTEMPTS && is_passing(&fault) => {
                        attempt += 1;
                        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                    }
                    Err(Refused::Method) => return Err(local(CALL, "the endpoint takes neither POST nor GET".to_owned())),
                    Err(Refused::Fault(fault)) => return Err(fault),
                    Ok(token) => return Ok(token),
                }
            }
        });
        answer.map_err(|fault| without(secrets_of(credentials), fault))
    }
}

async fn ask(endpoint: &str, form: &Zeroizing<String>, method: &str, connector: &Connector) -> Result<SecretString, Refused> {
    let unfit = |error: &dyn std::error::Error| Refused::Fault(local(CALL, error.to_string()));
    let url = format!("{}/federation", endpoint.trim_end_matches('/'));
    let request = if method == "POST" {
        let mut request = HttpRequest::new(SdkBody::from(form.as_bytes()));
        request.set_uri(url).map_err(|error| unfit(&error))?;
        let length = form.len().to_string();
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
        request.headers_mut().insert("content-length", length);
        request
    } else {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(format!("{url}?{}", form.as_str())).map_err(|_| unfit(&std::io::Error::other("the endpoint is not a URL")))?;
        request
    };
    let mut request = request;
    request.set_method(method).map_err(|error| unfit(&error))?;
    request.headers_mut().insert("accept", "application/json");
    request.headers_mut().insert("user-agent", concat!("vault/", env!("CARGO_PKG_VERSION")));
    tracing::info!(operation = CALL, method, "calling the federation endpoint");
    let fault =
        |kind, message: &str| AwsFault { operation: CALL, kind, message: ForeignText::of(message), clock_ahead: None, endpoint: None };
    let answer = tokio::time::timeout(ATTEMPT, async {
        let response = connector.call(request).await.map_err(|error| {
            let kind = if super::unconnected::is_unconnected(&error) { AwsFaultKind::Unreachable } else { AwsFaultKind::NoAnswer };
            fault(kind, &super::fault::root_cause(&error))
        })?;
        let ahead = clock_ahead(&response);
        let status = response.status().as_u16();
        let body = body_of(response).await.map_err(|message| not_whole(CALL, &message, ahead))?;
        Ok::<_, AwsFault>((status, body, ahead))
    });
    let (status, body, ahead) =
        answer.await.map_err(|_| Refused::Fault(fault(AwsFaultKind::NoAnswer, "it took too long")))?.map_err(Refused::Fault)?;
    match status {
        200..=299 => token(&body).ok_or_else(|| Refused::Fault(not_whole(CALL, "it holds no sign-in token", ahead))),
        404 | 405 | 501 if method == "POST" => Err(Refused::Method),
        _ => {
            let kind = match status {
                429 => AwsFaultKind::Throttled,
                500.. => AwsFaultKind::Server,
                401 | 403 => AwsFaultKind::AccessDenied,
                _ => AwsFaultKind::Invalid,
            };
            Err(Refused::Fault(AwsFault {
                operation: CALL,
                kind,
                message: ForeignText::of(&format!("HTTP {status}")),
                clock_ahead: ahead,
                endpoint: None,
            }))
        }
    }
}

/// Why one attempt gave no token.
enum Refused {
    /// The endpoint does not take this method.
    Method,
    Fault(AwsFault),
}

fn is_passing(fault: &AwsFault) -> bool {
    matches!(fault.kind, AwsFaultKind::Server | AwsFaultKind::Throttled | AwsFaultKind::NoAnswer | AwsFaultKind::NotWhole)
}

/// The parameters of the call.
fn form(credentials: &Credentials, duration: Option<SessionDuration>) -> Zeroizing<String> {
    #[derive(serde::Serialize)]
    struct Document<'a> {
        #[serde(rename = "sessionId")]
        id: &'a str,
        #[serde(rename = "sessionKey")]
        secret: &'a str,
        #[serde(rename = "sessionToken")]
        token: &'a str,
    }
    let session = Document {
        id: credentials.key_id().as_str(),
        secret: credentials.secret().expose_secret(),
        token: credentials.token().map(ExposeSecret::expose_secret).unwrap_or_default(),
    };
    let session = Zeroizing::new(serde_json::to_string(&session).expect("three texts are always JSON"));
    let mut form = Zeroizing::new(String::with_capacity(16_384));
    form.push_str("Action=getSigninToken");
    if let Some(duration) = duration {
        form.push_str("&SessionDuration=");
        form.push_str(&duration.as_secs().to_string());
    }
    form.push_str("&Session=");
    form.push_str(&Zeroizing::new(in_percent(&session)));
    form
}

async fn body_of(response: HttpResponse) -> Result<Zeroizing<Vec<u8>>, String> {
    let body = Limited::new(response.into_body(), MOST).collect().await.map_err(|error| error.to_string())?;
    Ok(Zeroizing::new(body.to_bytes().to_vec()))
}

pub(super) fn token(body: &[u8]) -> Option<SecretString> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'a> {
        #[serde(borrow)]
        signin_token: std::borrow::Cow<'a, str>,
    }
    let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
    (!answer.signin_token.trim().is_empty()).then(|| SecretString::from(&*answer.signin_token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_text_that_is_not_empty() {
        assert_eq!(token(br#"{"SigninToken":"a-b","Other":1}"#).unwrap().expose_secret(), "a-b");
        for bad in [&b""[..], b"<html>", b"{}", br#"{"SigninToken":""}"#, br#"{"SigninToken":3}"#] {
            assert!(token(bad).is_none());
        }
    }
}
