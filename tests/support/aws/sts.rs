//! STS calls about the caller: `GetSessionToken`, `GetCallerIdentity`; and the dispatch to `AssumeRole`.

use super::assume;
use super::clock::{Clock, rfc3339};
use super::params::{Checks, Params};
use super::refusal::Refusal;
use super::state::{By, Caller, Session, World};
use super::xml::{element, text};

pub fn call(world: &mut World, clock: &Clock, action: &str, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    match action {
        "GetCallerIdentity" => Ok(text("Arn", &caller.arn) + &text("UserId", &caller.user_id) + &text("Account", &caller.account)),
        "GetSessionToken" => get_session_token(world, clock, params, caller),
        "DecodeAuthorizationMessage" => decode(world, params, caller),
        "AssumeRole" => assume::assume_role(world, clock, params, caller),
        _ => Err(Refusal::new(400, "InvalidAction", format!("Could not find operation {action} for version 2011-06-15"))),
    }
}

fn get_session_token(world: &mut World, clock: &Clock, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let By::LongTerm { user } = caller.by else {
        return Err(Refusal::denied("Cannot call GetSessionToken with session credentials"));
    };
    let root = world.users[user].root;
    let duration = params.duration(if root { 3600 } else { 43_200 })?;
    let mut checks = Checks::default();
    checks.range("durationSeconds", duration, 900, if root { 3600 } else { 129_600 });
    checks.mfa(params);
    checks.finish()?;
    world.authorize(caller, "sts:GetSessionToken", "", false)?;
    let coded = world.check_code(Some(user), params.get("SerialNumber"), params.get("TokenCode"), clock)?;
    let by = By::UserSession { user, mfa_at: coded.then(|| clock.now()) };
    let (key_id, session) = world.open_session(Caller { by, ..caller.clone() }, duration, clock);
    Ok(credentials(&key_id, session))
}

fn decode(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    // A session from `GetSessionToken` may call only two STS operations.
    if matches!(caller.by, By::UserSession { .. }) {
        return Err(Refusal::denied("Cannot call DecodeAuthorizationMessage with session credentials"));
    }
    let message = params.get("EncodedMessage");
    let mut checks = Checks::default();
    checks.required("encodedMessage", message);
    checks.length("encodedMessage", message, 1, 10_240);
    checks.finish()?;
    world.authorize(caller, "sts:DecodeAuthorizationMessage", "", false)?;
    let invalid = || Refusal::new(400, "InvalidAuthorizationMessageException", "Message is not valid");
    world.decode(message.unwrap_or_default()).map(|decoded| text("DecodedMessage", decoded)).ok_or_else(invalid)
}

/// The `<Credentials>` element.
pub fn credentials(key_id: &str, session: &Session) -> String {
    let all = [
        text("AccessKeyId", key_id),
        text("SecretAccessKey", &session.secret),
        text("SessionToken", &session.token),
        text("Expiration", &rfc3339(session.expires)),
    ];
    element("Credentials", &all.concat())
}
