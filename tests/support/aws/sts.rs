//! STS calls on the caller itself: `GetSessionToken`, `GetCallerIdentity`; and the way to `AssumeRole`.

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
