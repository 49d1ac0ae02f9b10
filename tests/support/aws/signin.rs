//! The console's federation endpoint and its sign-in page: accepted credentials, durations, and tokens.
//!
//! - `GET` and `POST /federation?Action=getSigninToken&Session=JSON&SessionDuration=N`
//! - `GET /federation?Action=login&SigninToken=TOKEN&Destination=URL&Issuer=NAME` shows a page that says who is signed in
//! - `GET /oauth?Action=logout&redirect_uri=URL` sends the browser on

use std::time::Duration;

use serde_json::Value;

use super::http::{End, Reply, Wire};
use super::params::Params;
use super::service::Shared;
use super::state::{By, Outcome, Request, World};

/// How long a sign-in token is valid.
const GOOD_FOR: Duration = Duration::from_secs(900);

/// An issued sign-in token.
pub struct SignIn {
    pub token: String,
    pub arn: String,
    pub expires: Duration,
}

pub fn is_for(wire: &Wire) -> bool {
    wire.path == "/federation" || wire.path == "/oauth"
}

pub fn serve(shared: &Shared, wire: &Wire) -> Reply {
    let in_body = wire.method == "POST";
    let params = Params::parse(if in_body { wire.text() } else { &wire.query });
    let action = params.get("Action").unwrap_or_default().to_owned();
    let mut world = shared.world();
    let request = Request {
        action: action.clone(),
        service: "signin".to_owned(),
        duration: params.get("SessionDuration").and_then(|text| text.parse().ok()),
        // The method is logged: a GET has the secrets in its URL.
        user_name: Some(wire.method.clone()),
        role_arn: params.get("Destination").map(str::to_owned),
        ..Request::default()
    };
    let ticket = world.log.add(request);
    let (status, content_type, body) = match (wire.path.as_str(), action.as_str()) {
        ("/federation", "getSigninToken") if in_body && world.signin_refuses_post => (405, "text/html", "Method Not Allowed".to_owned()),
        ("/federation", "getSigninToken") => match token(&mut world, &params, shared.clock.now()) {
            Ok(token) => (200, "application/json", format!("{{\"SigninToken\":\"{token}\"}}")),
            Err(()) => (400, "text/html", "<html>Bad Request</html>".to_owned()),
        },
        ("/federation", "login") => page(&world, &params, shared.clock.now()),
        ("/oauth", "logout") => {
            (200, "text/html", format!("<html><title>signed out</title>{}</html>", params.get("redirect_uri").unwrap_or_default()))
        }
        _ => (404, "text/html", "<html>Not Found</html>".to_owned()),
    };
    let outcome = if status == 200 { Outcome::Answered } else { Outcome::Refused(status.to_string()) };
    world.log.settle(ticket, outcome);
    Reply { status, content_type, body, request_id: None, s3: false, end: End::AsSaid }
}

/// Accepts only role credentials, and a duration only if a long-term key assumed the role.
fn token(world: &mut World, params: &Params, now: Duration) -> Result<String, ()> {
    let session: Value = serde_json::from_str(params.get("Session").ok_or(())?).map_err(drop)?;
    let text = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
    let known = world.sessions.get(&text("sessionId")).ok_or(())?;
    if known.secret != text("sessionKey") || known.token != text("sessionToken") || known.expires <= now {
        return Err(());
    }
    let By::RoleSession { .. } = known.caller.by else { return Err(()) };
    if let Some(duration) = params.get("SessionDuration") {
        let seconds: u64 = duration.parse().map_err(drop)?;
        if known.chained || !(900..=43_200).contains(&seconds) {
            return Err(());
        }
    }
    let arn = known.caller.arn.clone();
    let token = world.random.token();
    world.secrets.push(token.clone());
    world.sign_ins.push(SignIn { token: token.clone(), arn, expires: now + GOOD_FOR });
    Ok(token)
}

fn page(world: &World, params: &Params, now: Duration) -> (u16, &'static str, String) {
    let token = params.get("SigninToken").unwrap_or_default();
    match world.sign_ins.iter().find(|sign_in| sign_in.token == token && sign_in.expires > now) {
        Some(sign_in) => {
            let destination = params.get("Destination").unwrap_or_default().replace('&', "&amp;");
            (200, "text/html", format!("<html><title>AWS Console</title><p id=who>{}</p><p id=where>{destination}</p></html>", sign_in.arn))
        }
        None => (400, "text/html", "<html>the sign-in token is not valid</html>".to_owned()),
    }
}
