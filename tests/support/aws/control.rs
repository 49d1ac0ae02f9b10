//! Requests that a test's child processes may send to the stand-in: for a one-time code, or for the number of calls.
//!
//! - `GET /__code?user=NAME`: the current code; `&fresh=1` waits for an unspent one; `&wrong=1` gives a wrong one
//! - `GET /__code?serial=ARN`: the current code of this device, assigned or not
//! - `GET /__calls?action=NAME`: the number of such calls

use std::time::Duration;

use super::http::{End, Reply, Wire};
use super::params::Params;
use super::service::Shared;
use super::totp::{code_for, step_at};

pub async fn serve(shared: &Shared, wire: &Wire) -> Reply {
    let query = Params::parse(&wire.query);
    let found = match wire.path.as_str() {
        "/__code" => code(shared, &query).await,
        "/__calls" => {
            let action = query.get("action").unwrap_or_default();
            Some(shared.world().log.count(|request| request.action == action).to_string())
        }
        _ => None,
    };
    let status = if found.is_some() { 200 } else { 404 };
    let body = found.map_or_else(|| "no such user or path\n".to_owned(), |line| line + "\n");
    Reply { status, content_type: "text/plain", body, request_id: None, s3: false, end: End::AsSaid }
}

async fn code(shared: &Shared, query: &Params) -> Option<String> {
    if let Some(serial) = query.get("serial") {
        let world = shared.world();
        return world.seed_of(serial).map(|seed| code_for(&seed, step_at(shared.clock.totp_now())));
    }
    let name = {
        let mut world = shared.world();
        let name = query.get("user").or_else(|| world.users.first().map(|user| user.name.as_str()))?.to_owned();
        *world.code_fetches.entry(name.clone()).or_default() += 1;
        name
    };
    loop {
        {
            let world = shared.world();
            let device = world.users.iter().find(|user| user.name == name)?.totp_device()?;
            let now = shared.clock.totp_now();
            if query.get("wrong").is_some() {
                return device.wrong_code(now);
            }
            if query.get("fresh").is_none() {
                return device.code(now, 0);
            }
            if let Some(code) = device.unspent_code(now) {
                return Some(code);
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
