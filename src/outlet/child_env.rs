//! Decides which `AWS_*` variables a child sees. Never hands it a variable of our own but `AWS_VAULT`.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::model::{Credentials, ProfileName, Region};

/// Variables that would send the child to other credentials, or that are stale copies of the ones it gets.
const REMOVED: [&str; 16] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    // The names that the first SDK for Java gave them.
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CREDENTIAL_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
];

/// Whether the child must not inherit the variable.
#[must_use]
pub fn is_removed(name: &str) -> bool {
    REMOVED.contains(&name) || name.starts_with("AWS_CONTAINER_")
}

/// A variable for the child; the value may be a secret and is wiped when dropped.
pub type Variable = (&'static str, Zeroizing<String>);

/// The variables that carry `credentials` of `profile`.
///
/// `AWS_SECURITY_TOKEN` is the session token's old name, which some old clients still read.
#[must_use]
pub fn variables(profile: &ProfileName, region: Option<&Region>, credentials: &Credentials) -> Vec<Variable> {
    let mut variables = place(profile, region);
    variables.extend(credential_variables(credentials));
    variables
}

/// Whose credentials they are, and where they are used.
fn place(profile: &ProfileName, region: Option<&Region>) -> Vec<Variable> {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    let mut variables = vec![("AWS_VAULT", text(profile.as_str()))];
    if let Some(region) = region {
        variables.push(("AWS_REGION", text(region.as_str())));
        variables.push(("AWS_DEFAULT_REGION", text(region.as_str())));
    }
    variables
}

/// The variables that lead to an endpoint with the credentials of `profile`, and hold none themselves.
#[must_use]
pub fn endpoint_variables(profile: &ProfileName, region: Option<&Region>, uri: &str, token: &SecretString) -> Vec<Variable> {
    let mut variables = vec![
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Zeroizing::new(uri.to_owned())),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", Zeroizing::new(token.expose_secret().to_owned())),
    ];
    variables.extend(place(profile, region));
    variables
}

/// The credentials alone, as every SDK reads them.
#[must_use]
pub fn credential_variables(credentials: &Credentials) -> Vec<Variable> {
    let text = |text: &str| Zeroizing::new(text.to_owned());
    let mut variables = vec![
        ("AWS_ACCESS_KEY_ID", text(credentials.key_id().as_str())),
        ("AWS_SECRET_ACCESS_KEY", text(credentials.secret().expose_secret())),
    ];
    if let Some(token) = credentials.token() {
        variables.push(("AWS_SESSION_TOKEN", text(token.expose_secret())));
        variables.push(("AWS_SECURITY_TOKEN", text(token.expose_secret())));
    }
    if let Some(expiration) = credentials.expiration() {
        variables.push(("AWS_CREDENTIAL_EXPIRATION", Zeroizing::new(expiration.to_string())));
    }
    variables
}
