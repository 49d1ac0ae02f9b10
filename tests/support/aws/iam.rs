//! IAM calls. Each is one function from parameters and caller to the reply's inner XML; a new one is a new arm in `call`.

use super::clock::{Clock, rfc3339};
use super::params::Params;
use super::refusal::Refusal;
use super::state::{By, Caller, User, World};
use super::totp::Device;
use super::xml::{element, text};

pub fn call(world: &mut World, _clock: &Clock, action: &str, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    if matches!(caller.by, By::UserSession { mfa_at: None, .. }) {
        return Err(Refusal::invalid_token());
    }
    let asked: fn(&User) -> String = match action {
        "GetUser" => get_user,
        "ListAccessKeys" => list_access_keys,
        "ListMFADevices" => list_mfa_devices,
        _ => {
            let message = format!("Could not find operation {action} for version 2010-05-08");
            return Err(Refusal::new(400, "InvalidAction", message));
        }
    };
    let name = subject(world, params, caller)?;
    let on = format!(" on resource: user {name}");
    world.authorize(caller, &format!("iam:{action}"), &on, caller.mfa_at().is_some())?;
    let user = world.users.iter().find(|user| user.name == name && user.account == caller.account);
    let missing = || Refusal::new(404, "NoSuchEntity", format!("The user with name {name} cannot be found."));
    user.map(asked).ok_or_else(missing)
}

/// The user a call is about: the one named, else the caller.
fn subject(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    match (params.get("UserName"), caller.user()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, Some(user)) => Ok(world.users[user].name.clone()),
        (None, None) => Err(Refusal::validation("Must specify userName when calling with non-User credentials")),
    }
}

fn get_user(user: &User) -> String {
    let fields = [
        text("Path", &user.path),
        text("UserName", &user.name),
        text("UserId", &user.id),
        text("Arn", &user.arn()),
        text("CreateDate", &rfc3339(user.created)),
    ];
    element("User", &fields.concat())
}

fn list_mfa_devices(user: &User) -> String {
    let device = |device: &Device| {
        let enabled = text("EnableDate", &rfc3339(device.enabled));
        element("member", &(text("UserName", &user.name) + &text("SerialNumber", &device.serial) + &enabled))
    };
    let devices: String = user.devices.iter().map(device).collect();
    element("MFADevices", &devices) + &text("IsTruncated", "false")
}

fn list_access_keys(user: &User) -> String {
    let keys = user.keys.iter().map(|key| {
        let status = if key.active { "Active" } else { "Inactive" };
        let about = text("AccessKeyId", &key.id) + &text("Status", status) + &text("CreateDate", &rfc3339(key.created));
        element("member", &(text("UserName", &user.name) + &about))
    });
    element("AccessKeyMetadata", &keys.collect::<String>()) + &text("IsTruncated", "false")
}
