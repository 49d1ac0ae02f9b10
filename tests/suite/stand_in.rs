//! The AWS stand-in follows AWS's rules, tested with the AWS SDK as its client.

mod codes;
mod credentials;
mod devices;
mod roles;
mod services;
mod trouble;

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sts::error::ProvideErrorMetadata;
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_sdk_sts::operation::get_session_token::builders::GetSessionTokenFluentBuilder;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};

use crate::support::aws::client::{list_buckets, list_buckets_with};
use crate::support::aws::{Fault, Keys, Outcome, StandIn, UserBuilder, account_of, code_for, http_date, truncated, unbase32};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/some-user";
const WRONG_CODE: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const WRONG_SERIAL: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
                            valid and associated with this user.";
const ONE_OF_TWO: &str = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
const INVALID_TOKEN: (&str, &str) = ("InvalidClientTokenId", "The security token included in the request is invalid.");

/// A call's result: the value, or AWS's code and message; both empty if no answer came.
type Answer<T> = Result<T, (String, String)>;

fn stand_in() -> StandIn {
    StandIn::builder()
        .user("some-user", |u| u.mfa("some-user").hardware_mfa("GAHT12345678").fido("key"))
        .user("blocked", |u| u.mfa("blocked").block_without_mfa())
        .user("root", UserBuilder::root)
        .role("Open", |r| r)
        .role("OpsSudo", |r| r.require_mfa().max_duration(7200))
        .role("Fresh", |r| r.require_mfa().max_mfa_age(1000))
        .role("Partner", |r| r.require_external_id("some-id"))
        .role("Private", |r| r.trust("arn:aws:iam::123456789012:user/blocked"))
        .role("Second", |r| r.trust("arn:aws:iam::123456789012:role/Open").max_duration(43_200))
        .role("Web", |r| r.web_identity("some-web-token"))
        .bucket("some-bucket")
        .disable_region("ap-east-1")
        .account("210987654321")
        .role("Abroad", |r| r.trust("arn:aws:iam::123456789012:root"))
        .bucket("another-bucket")
        .start()
}

fn client_in(aws: &StandIn, keys: &Keys, region: &str) -> Client {
    let credentials = Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(aws.url())
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(2)).build());
    Client::from_conf(config.build())
}

fn wait<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(call)
}

#[allow(clippy::needless_pass_by_value, reason = "fits `map_err`")]
fn refused(error: impl ProvideErrorMetadata) -> (String, String) {
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

fn keys(credentials: Option<&aws_sdk_sts::types::Credentials>) -> Keys {
    let given = credentials.expect("an answer has credentials");
    Keys {
        id: given.access_key_id().to_owned(),
        secret: given.secret_access_key().to_owned(),
        token: Some(given.session_token().to_owned()),
    }
}

fn who(aws: &StandIn, keys: &Keys) -> Answer<String> {
    let answer = wait(client_in(aws, keys, "us-east-1").get_caller_identity().send()).map_err(refused)?;
    Ok(answer.arn().expect("an identity has an ARN").to_owned())
}

fn session(aws: &StandIn, keys: &Keys, ask: impl FnOnce(GetSessionTokenFluentBuilder) -> GetSessionTokenFluentBuilder) -> Answer<Keys> {
    let answer = wait(ask(client_in(aws, keys, "us-east-1").get_session_token()).send()).map_err(refused)?;
    Ok(self::keys(answer.credentials()))
}

fn mfa_session(aws: &StandIn, user: &str) -> Keys {
    let (serial, code) = (aws.user(user).serial(), aws.code(user));
    session(aws, &aws.keys(user), |r| r.serial_number(serial).token_code(code)).expect("the code is good")
}

fn assume(aws: &StandIn, keys: &Keys, role: &str, ask: impl FnOnce(AssumeRoleFluentBuilder) -> AssumeRoleFluentBuilder) -> Answer<Keys> {
    let request = client_in(aws, keys, "us-east-1").assume_role().role_arn(aws.role_arn(role)).role_session_name("some-name");
    let answer = wait(ask(request).send()).map_err(refused)?;
    Ok(self::keys(answer.credentials()))
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(answer: Answer<T>, code: &str, message: &str) {
    let (got_code, got_message) = answer.expect_err("AWS would refuse this");
    assert_eq!((got_code.as_str(), got_message.as_str()), (code, message));
}

/// The body of a plain `GET`, as `curl` sends it.
fn wait_for_text(url: &str) -> String {
    fetch(url).rsplit("\r\n\r\n").next().unwrap_or_default().trim().to_owned()
}

fn fetch(url: &str) -> String {
    use std::io::{Read, Write};
    let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
    let mut stream = std::net::TcpStream::connect(host).expect("the stand-in listens");
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    reply
}
