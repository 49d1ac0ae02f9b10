//! What a `credential_process` prints becomes credentials only if they are whole and still good, and reads the same when it is printed again.

use secrecy::ExposeSecret as _;
use vault::aws::fuzzing::{process_credentials, signin_token};
use vault::model::{Credentials, SessionDuration, Timestamp};
use vault::outlet::process_json::process_json;
use vault::outlet::server::fuzzing::container_json;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

/// The first and the last moment that RFC 3339 can write. A text with another zone can be of one before or after.
const WRITABLE: [Timestamp; 2] = [Timestamp::from_unix(-62_135_596_800), Timestamp::from_unix(253_402_300_799)];

pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        check_time(text);
    }
    if let Some(token) = signin_token(data) {
        assert!(!token.expose_secret().trim().is_empty());
    }
    let credentials = match process_credentials(data, NOW) {
        Ok(credentials) => credentials,
        Err(reason) => return assert!(!reason.chars().any(char::is_control), "{reason:?}"),
    };
    assert!(!credentials.secret().expose_secret().trim().is_empty());
    assert!(credentials.token().is_none_or(|token| !token.expose_secret().trim().is_empty()));
    assert!(credentials.token().is_some() || !credentials.key_id().is_temporary());
    assert!(credentials.expiration().is_none_or(|end| end > NOW), "it is over");
    let printed = process_json(&credentials);
    let again = process_credentials(&printed, NOW).expect("what is printed can be read");
    assert_eq!(parts(&again), parts(&credentials));
    if let Credentials::Session(session) = &credentials {
        let body = container_json(session, session.expiration.unwrap_or(NOW), None);
        let body: serde_json::Value = serde_json::from_slice(&body).expect("it is JSON");
        assert_eq!(body["AccessKeyId"], session.key_id.as_str());
        assert_eq!(body["SecretAccessKey"], session.secret.expose_secret());
        assert_eq!(body["Token"], session.token.expose_secret());
        let end = Timestamp::parse_rfc3339(body["Expiration"].as_str().expect("it is a text"));
        assert_eq!(end, Ok(written(session.expiration.unwrap_or(NOW))));
    }
}

/// The moment as it is read after it was written.
fn written(moment: Timestamp) -> Timestamp {
    let [first, last] = WRITABLE;
    moment.clamp(first, last)
}

type Parts = (String, String, Option<String>, Option<Timestamp>, Option<String>);

fn parts(credentials: &Credentials) -> Parts {
    (
        credentials.key_id().as_str().to_owned(),
        credentials.secret().expose_secret().to_owned(),
        credentials.token().map(|token| token.expose_secret().to_owned()),
        credentials.expiration().map(written),
        credentials.account().map(|account| account.to_string()),
    )
}

fn check_time(text: &str) {
    let Ok(read) = Timestamp::parse_any(text) else { return };
    assert_eq!(Timestamp::parse_any(&format!(" {text}\n")), Ok(read), "white space around it means nothing");
    assert_eq!(Timestamp::parse_any(&read.to_string()), Ok(written(read)));
    assert!(read.plus(SessionDuration::HOUR).seconds_since(read) == 3_600);
    if let Ok(strict) = Timestamp::parse_rfc3339(text) {
        assert_eq!(strict, read, "a time has one meaning");
    }
}
