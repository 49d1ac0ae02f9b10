//! Decides which `AWS_*` variables a run adds to the environment of a child. Of our own, these are only `AWS_VAULT` and the one that tells a
//! nested `vault` which of the others come from a profile. Never decides what a child inherits: `for_helpers` in `os/env.rs` leaves out our
//! variables and those of credentials, and `outlet/exec.rs` those of the region.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::config::client_settings::{CLIENT_SETTINGS, ENDPOINT_URL_VARIABLE, REGION_VARIABLES};
use crate::model::Credentials;
use crate::os::env::{Environment, FROM_PROFILE, from_profile};
use crate::plan::{ClientVariables, CredentialPlan, FromDefault};

use super::neutral::{keep_away, taken};

pub use super::neutral::Variable;

/// The variables that carry `credentials`, and the client settings of the plan's profile.
///
/// `AWS_SECURITY_TOKEN` is the session token's old name, which some old clients still read.
#[must_use]
pub fn variables(env: &Environment, plan: &CredentialPlan, default: &FromDefault, credentials: &Credentials) -> Vec<Variable> {
    let mut variables = vec![("AWS_VAULT", text(plan.profile.as_str()))];
    variables.extend(settings(env, plan, default));
    variables.extend(credential_variables(credentials));
    variables
}

/// The variables that lead to an endpoint with the credentials of the plan's profile, but contain none themselves.
#[must_use]
pub fn endpoint_variables(
    env: &Environment,
    plan: &CredentialPlan,
    default: &FromDefault,
    uri: &str,
    token: &SecretString,
) -> Vec<Variable> {
    let mut variables = vec![
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", text(uri)),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", text(token.expose_secret())),
        ("AWS_VAULT", text(plan.profile.as_str())),
    ];
    variables.extend(settings(env, plan, default));
    variables
}

/// The keys that clients in that environment take from `[default]` although the profile does not set them: no variable can prevent that.
#[must_use]
pub fn taken_from_default<'a>(env: &Environment, plan: &CredentialPlan, default: &'a FromDefault) -> Vec<&'a str> {
    taken(env, default, &settings(env, plan, default))
}

/// How credentials are used: the region, and other settings of the profile that the environment leaves open. A client in that
/// environment acts as with the profile itself, not as `[default]` says.
#[must_use]
pub fn settings(env: &Environment, plan: &CredentialPlan, default: &FromDefault) -> Vec<Variable> {
    let mut variables = Vec::new();
    if let Some(region) = &plan.region {
        variables.extend(REGION_VARIABLES.map(|name| (name, text(region.as_str()))));
    }
    // A requested region applies to everything in this environment, a profile's region does not.
    let wished = if plan.client.region_is_own { 0 } else { variables.len() };
    variables.extend(left_open(env, &plan.client));
    keep_away(env, default, &mut variables);
    let of_profile = &variables[wished..];
    if !of_profile.is_empty() {
        let said = from_profile(of_profile.iter().map(|(name, value)| (*name, value.as_str())));
        variables.push((FROM_PROFILE, Zeroizing::new(said)));
    }
    variables
}

/// The profile's settings that the environment leaves open.
fn left_open(env: &Environment, client: &ClientVariables) -> Vec<Variable> {
    let settings = client.settings.iter().filter(|(name, _)| !is_said(env, name)).map(|(name, value)| (*name, text(value)));
    // The variable for all services wins over a profile's setting for a single one.
    let endpoints = if env.os(ENDPOINT_URL_VARIABLE).is_some() { &[][..] } else { &client.endpoints };
    let endpoints = endpoints.iter().filter(|(name, _)| env.os(name).is_none());
    // The names of services come from the profile. This process ends soon, or becomes another one.
    let endpoints = endpoints.map(|(name, url)| (&*name.clone().leak(), text(url)));
    settings.chain(endpoints).collect()
}

/// Whether the environment has the variable, or another variable for the same setting.
fn is_said(env: &Environment, variable: &str) -> bool {
    let same = CLIENT_SETTINGS.iter().find(|setting| setting.variables.contains(&variable));
    same.is_some_and(|setting| {
        setting.variables.iter().any(|name| if setting.may_be_empty { env.is_set(name) } else { env.os(name).is_some() })
    })
}

/// Only the credentials, as every SDK reads them.
///
/// The account is part of them: SDKs build addresses such as those of `DynamoDB` from it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-account-endpoints.html>), and a credential process reports it too.
#[must_use]
pub fn credential_variables(credentials: &Credentials) -> Vec<Variable> {
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
    if let Some(account) = credentials.account() {
        variables.push(("AWS_ACCOUNT_ID", Zeroizing::new(account.to_string())));
    }
    variables
}

fn text(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// The variables that a shell must not keep next to `variables`: those of other credentials, and settings of another profile.
#[must_use]
pub fn stale(env: &Environment, variables: &[Variable]) -> Vec<String> {
    let mut names: Vec<_> = env.credential_names().chain(env.taken_back()).map(str::to_owned).collect();
    names.retain(|name| !variables.iter().any(|(known, _)| known == name));
    names.sort();
    names.dedup();
    names
}
