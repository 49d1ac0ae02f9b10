//! A door for fuzzing: gives an answer to this room as if AWS had sent it. Never opens a connection, and is in no build that people run.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sts::config::http::{HttpRequest, HttpResponse};
use aws_sdk_sts::config::{RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_types::body::SdkBody;
use secrecy::SecretString;
use serde_json::Value;

use crate::model::{Credentials, Timestamp};
use crate::os::env::Environment;
use crate::ports::KeptRefusal;

use super::{AwsClients, refusals, signin, sources};

/// The output of a `credential_process` as its reader sees it.
///
/// # Errors
/// As that reader.
pub fn process_credentials(output: &[u8], now: Timestamp) -> Result<Credentials, String> {
    sources::process_credentials(output, now)
}

/// The token in an answer of the federation endpoint.
#[must_use]
pub fn signin_token(body: &[u8]) -> Option<SecretString> {
    signin::token(body)
}

/// What IAM's toolbox keeps of a refusal.
#[must_use]
pub fn kept_refusal(answer: &Value) -> KeptRefusal {
    refusals::kept(answer)
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What gives the same answer to every request, until it is given another.
#[derive(Debug, Clone)]
pub struct StandIn(Arc<Mutex<Answer>>);

impl StandIn {
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Answer { status: 500, headers: Vec::new(), body: Vec::new() })))
    }

    pub fn answers(&self, answer: Answer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// Clients that ask it, once for each call.
    #[must_use]
    pub fn clients(&self) -> AwsClients {
        AwsClients::over(&Environment::of([("AWS_MAX_ATTEMPTS", "1")]), SharedHttpClient::new(self.clone()))
    }
}

impl Default for StandIn {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpConnector for StandIn {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let Answer { status, headers, body } = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let status = status.clamp(200, 599).try_into().expect("it is within the range of HTTP");
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in headers {
            // A header that HTTP cannot carry does not arrive.
            let _ = response.headers_mut().try_insert(name, value);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for StandIn {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
