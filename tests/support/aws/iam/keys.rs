//! IAM calls about access keys: two at most, each with a status, and each service learns of them separately.

use super::subject;
use crate::support::aws::clock::{Clock, Moment, rfc3339};
use crate::support::aws::params::Params;
use crate::support::aws::refusal::Refusal;
use crate::support::aws::state::{AccessKey, Caller, KnownAt, User, World};
use crate::support::aws::xml::{element, text};

/// The precision of last-used times.
const GRAIN: u64 = 15 * 60;

pub fn list_access_keys(user: &User) -> String {
    let keys = user.keys.iter().map(|key| {
        let about = text("AccessKeyId", &key.id) + &text("Status", status(key)) + &text("CreateDate", &rfc3339(key.created));
        element("member", &(text("UserName", &user.name) + &about))
    });
    element("AccessKeyMetadata", &keys.collect::<String>()) + &text("IsTruncated", "false")
}

fn status(key: &AccessKey) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}

/// The calls that change a key or are about one key; `None` for any other.
pub fn call(world: &mut World, clock: &Clock, action: &str, params: &Params, caller: &Caller) -> Option<Result<String, Refusal>> {
    Some(match action {
        "CreateAccessKey" => own(world, action, params, caller).and_then(|user| create(world, clock.now(), user)),
        "UpdateAccessKey" => own(world, action, params, caller).and_then(|user| update(world, clock.now(), user, params)),
        "DeleteAccessKey" => own(world, action, params, caller).and_then(|user| delete(world, user, params)),
        "GetAccessKeyLastUsed" => last_used(world, params, caller),
        "ListAttachedUserPolicies" => own(world, action, params, caller).map(|user| attached_policies(&world.users[user])),
        _ => return None,
    })
}

/// The user of a call, if the caller may make it.
fn own(world: &World, action: &str, params: &Params, caller: &Caller) -> Result<usize, Refusal> {
    let name = subject(world, params, caller)?;
    world.authorize(caller, &format!("iam:{action}"), &format!(" on resource: user {name}"), caller.mfa_at().is_some())?;
    let found = world.users.iter().position(|user| user.name == name && user.account == caller.account);
    found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", format!("The user with name {name} cannot be found.")))
}

fn create(world: &mut World, now: Moment, user: usize) -> Result<String, Refusal> {
    if world.users[user].keys.len() >= 2 {
        return Err(Refusal::new(409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"));
    }
    let id = world.new_key(user, now).id.clone();
    let (name, known_at) = (world.users[user].name.clone(), known_from(world, now));
    let key = world.key_mut(&id);
    key.known_at = known_at;
    let about = text("AccessKeyId", &key.id) + &text("Status", status(key)) + &text("SecretAccessKey", &key.secret);
    Ok(element("AccessKey", &(text("UserName", &name) + &about + &text("CreateDate", &rfc3339(now)))))
}

fn known_from(world: &World, now: Moment) -> KnownAt {
    KnownAt { sts: now + world.key_delay.sts, iam: now + world.key_delay.iam }
}

fn missing(id: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("The Access Key with id {id} cannot be found"))
}

fn update(world: &mut World, now: Moment, user: usize, params: &Params) -> Result<String, Refusal> {
    let (id, wanted) = (params.get("AccessKeyId").unwrap_or_default(), params.get("Status").unwrap_or_default());
    let active = match wanted {
        "Active" => true,
        "Inactive" => false,
        other => return Err(Refusal::validation(format!("Value '{other}' at 'status' failed to satisfy constraint"))),
    };
    let known_at = known_from(world, now);
    let key = world.users[user].keys.iter_mut().find(|key| key.id == id).ok_or_else(|| missing(id))?;
    if active && !key.active {
        key.known_at = known_at;
    }
    key.active = active;
    Ok(String::new())
}

fn delete(world: &mut World, user: usize, params: &Params) -> Result<String, Refusal> {
    let id = params.get("AccessKeyId").unwrap_or_default();
    let keys = &mut world.users[user].keys;
    let at = keys.iter().position(|key| key.id == id).ok_or_else(|| missing(id))?;
    keys.remove(at);
    Ok(String::new())
}

fn last_used(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let id = params.get("AccessKeyId").unwrap_or_default();
    world.authorize(caller, "iam:GetAccessKeyLastUsed", &format!(" on resource: access key {id}"), caller.mfa_at().is_some())?;
    let owned = world.users.iter().flat_map(|user| user.keys.iter().map(move |key| (user, key)));
    let (user, key) = owned.into_iter().find(|(_, key)| key.id == id).ok_or_else(|| missing(id))?;
    let (service, region) = match &key.last_use {
        (service, region) if key.last_used.is_some() => (service.as_str(), region.as_str()),
        _ => ("N/A", "N/A"),
    };
    let date = key.last_used.map(|at| Moment::from_secs(at.as_secs() / GRAIN * GRAIN));
    let date = date.map_or_else(String::new, |at| text("LastUsedDate", &rfc3339(at)));
    let about = date + &text("ServiceName", service) + &text("Region", region);
    Ok(text("UserName", &user.name) + &element("AccessKeyLastUsed", &about))
}

fn attached_policies(user: &User) -> String {
    let name = "AWSCompromisedKeyQuarantineV3";
    let about = text("PolicyName", name) + &text("PolicyArn", &format!("arn:aws:iam::aws:policy/{name}"));
    let policies = if user.quarantined { element("member", &about) } else { String::new() };
    element("AttachedPolicies", &policies) + &text("IsTruncated", "false")
}
