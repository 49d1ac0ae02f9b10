//! Credentials as the JSON of a credential process. Never writes it: the caller does, only to stdout.

use secrecy::ExposeSecret;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::model::Credentials;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessJson<'a> {
    version: u32,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

/// One line of JSON, with a line feed
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>).
#[must_use]
pub fn process_json(credentials: &Credentials) -> Zeroizing<Vec<u8>> {
    // Sized so that it does not grow, which would leave a copy of the secrets in memory.
    let mut out = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let json = ProcessJson {
        version: 1,
        access_key_id: credentials.key_id().as_str(),
        secret_access_key: credentials.secret().expose_secret(),
        session_token: credentials.token().map(ExposeSecret::expose_secret),
        expiration: credentials.expiration().map(|moment| moment.to_string()),
        account_id: credentials.account().map(|account| account.to_string()),
    };
    serde_json::to_writer(&mut *out, &json).expect("a struct of texts always has a JSON form, and memory takes any length");
    out.push(b'\n');
    out
}
