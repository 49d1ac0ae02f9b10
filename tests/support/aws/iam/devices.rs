//! IAM calls about MFA devices: create, enable with two codes in a row, resync, deactivate, delete.

use aws_smithy_types::base64;

use crate::support::aws::clock::{Clock, rfc3339};
use crate::support::aws::params::{Checks, Params};
use crate::support::aws::refusal::Refusal;
use crate::support::aws::state::{Caller, Unassigned, User, World};
use crate::support::aws::totp::{Device, Kind, drift};
use crate::support::aws::xml::{element, text};

/// How many devices a user may have.
const MOST: usize = 8;

pub fn list_mfa_devices(user: &User) -> String {
    let device = |device: &Device| {
        let enabled = text("EnableDate", &rfc3339(device.enabled));
        element("member", &(text("UserName", &user.name) + &text("SerialNumber", &device.serial) + &enabled))
    };
    let devices: String = user.devices.iter().map(device).collect();
    element("MFADevices", &devices) + &text("IsTruncated", "false")
}

pub fn list_virtual(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let on = format!(" on resource: {}", device_arn(caller, ""));
    world.authorize(caller, "iam:ListVirtualMFADevices", &on, caller.mfa_at().is_some())?;
    let wanted = params.get("AssignmentStatus").unwrap_or("Any");
    let is_here = |serial: &str| serial.starts_with(&device_arn(caller, ""));
    let mut members = String::new();
    if wanted != "Assigned" {
        let unassigned = world.unassigned.iter().filter(|device| is_here(&device.serial));
        members.extend(unassigned.map(|device| element("member", &text("SerialNumber", &device.serial))));
    }
    if wanted != "Unassigned" {
        for user in &world.users {
            for device in user.devices.iter().filter(|device| is_here(&device.serial)) {
                let whose = element("User", &(text("UserName", &user.name) + &text("Arn", &user.arn())));
                let enabled = text("EnableDate", &rfc3339(device.enabled));
                members += &element("member", &(text("SerialNumber", &device.serial) + &whose + &enabled));
            }
        }
    }
    Ok(element("VirtualMFADevices", &members) + &text("IsTruncated", "false"))
}

pub fn create_virtual(world: &mut World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let name = params.get("VirtualMFADeviceName");
    let mut checks = Checks::default();
    checks.required("virtualMFADeviceName", name);
    checks.length("virtualMFADeviceName", name, 1, 226);
    checks.letters("virtualMFADeviceName", name, "+=,.@-", "[\\w+=,.@-]+");
    checks.finish()?;
    let path = params.get("Path").unwrap_or("/");
    let serial = device_arn(caller, &format!("{}{}", &path[1..], name.unwrap_or_default()));
    world.authorize(caller, "iam:CreateVirtualMFADevice", &format!(" on resource: {serial}"), caller.mfa_at().is_some())?;
    let same = |other: &str| other.eq_ignore_ascii_case(&serial);
    if world.unassigned.iter().any(|device| same(&device.serial)) || owner(world, same).is_some() {
        return Err(exists());
    }
    let seed = world.random.totp_seed();
    world.secrets.push(seed.clone());
    let answer = text("SerialNumber", &serial) + &text("Base32StringSeed", &base64::encode(&seed));
    world.unassigned.push(Unassigned { serial, seed });
    Ok(element("VirtualMFADevice", &(answer + &text("QRCodePNG", &base64::encode("no picture")))))
}

pub fn enable(world: &mut World, clock: &Clock, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let (user, serial) = on_user(world, params, caller, "iam:EnableMFADevice")?;
    refuse_without_mfa(world, user, caller)?;
    let codes = two_codes(params)?;
    if world.users[user].devices.len() >= MOST {
        return Err(Refusal::new(409, "LimitExceeded", format!("Cannot exceed quota for MFADevicesPerUser: {MOST}")));
    }
    if owner(world, |other| other == serial).is_some() {
        return Err(exists());
    }
    let Some(at) = world.unassigned.iter().position(|device| device.serial == serial) else {
        return Err(missing(&format!("VirtualMFADevice with serial number {serial} does not exist.")));
    };
    let seed = &world.unassigned[at].seed;
    let drift = drift(seed, codes, clock.totp_now()).ok_or_else(invalid_codes)?;
    let now = clock.now();
    let visible = now + clock.scaled(world.device_delay);
    let Unassigned { serial, seed } = world.unassigned.remove(at);
    world.users[user].devices.push(Device { drift, ..Device::new(serial, Kind::Totp { seed }, now, visible) });
    Ok(String::new())
}

pub fn resync(world: &mut World, clock: &Clock, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let (user, serial) = on_user(world, params, caller, "iam:ResyncMFADevice")?;
    let codes = two_codes(params)?;
    let device = world.users[user].devices.iter_mut().find(|device| device.serial == serial);
    let device = device.ok_or_else(|| missing("MFA Device invalid for user."))?;
    let Kind::Totp { seed } = &device.kind else { return Err(invalid_codes()) };
    device.drift = drift(seed, codes, clock.totp_now()).ok_or_else(invalid_codes)?;
    Ok(String::new())
}

pub fn deactivate(world: &mut World, clock: &Clock, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let (user, serial) = on_user(world, params, caller, "iam:DeactivateMFADevice")?;
    refuse_without_mfa(world, user, caller)?;
    let until = clock.now() + clock.scaled(world.device_delay);
    let user = &mut world.users[user];
    let at = user.devices.iter().position(|device| device.serial == serial);
    let device = user.devices.remove(at.ok_or_else(|| missing("MFA Device invalid for user."))?);
    if let Kind::Totp { seed } = &device.kind
        && serial.contains(":mfa/")
    {
        world.unassigned.push(Unassigned { serial, seed: seed.clone() });
    }
    user.former_devices.push((device, until));
    Ok(String::new())
}

pub fn delete_virtual(world: &mut World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let serial = params.get("SerialNumber").unwrap_or_default();
    world.authorize(caller, "iam:DeleteVirtualMFADevice", &format!(" on resource: {serial}"), caller.mfa_at().is_some())?;
    if owner(world, |other| other == serial).is_some() {
        return Err(Refusal::new(409, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first."));
    }
    let at = world.unassigned.iter().position(|device| device.serial == serial);
    world.unassigned.remove(at.ok_or_else(|| missing(&format!("VirtualMFADevice with serial number {serial} does not exist.")))?);
    Ok(String::new())
}

/// The user and the device of a call, if the caller may make it.
fn on_user(world: &World, params: &Params, caller: &Caller, action: &str) -> Result<(usize, String), Refusal> {
    let name = params.get("UserName").ok_or_else(|| {
        Refusal::validation("1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null")
    })?;
    world.authorize(caller, action, &format!(" on resource: user {name}"), caller.mfa_at().is_some())?;
    let user = world.users.iter().position(|user| user.name == name && user.account == caller.account);
    let user = user.ok_or_else(|| missing(&format!("The user with name {name} cannot be found.")))?;
    Ok((user, params.get("SerialNumber").unwrap_or_default().to_owned()))
}

/// AWS's own rule, whatever the policies say: a user with a device needs MFA to change devices.
fn refuse_without_mfa(world: &World, user: usize, caller: &Caller) -> Result<(), Refusal> {
    let itself = caller.user() == Some(user);
    if itself && caller.mfa_at().is_none() && !world.users[user].devices.is_empty() {
        return Err(Refusal::denied(
            "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.",
        ));
    }
    Ok(())
}

fn two_codes(params: &Params) -> Result<[&str; 2], Refusal> {
    let mut checks = Checks::default();
    let codes = ["AuthenticationCode1", "AuthenticationCode2"].map(|name| params.get(name));
    for (at, code) in ["authenticationCode1", "authenticationCode2"].into_iter().zip(codes) {
        checks.required(at, code);
        checks.length(at, code, 6, 6);
        checks.digits(at, code);
    }
    checks.finish()?;
    Ok(codes.map(Option::unwrap_or_default))
}

fn owner(world: &World, is_it: impl Fn(&str) -> bool) -> Option<&User> {
    world.users.iter().find(|user| user.devices.iter().any(|device| is_it(&device.serial)))
}

/// The ARN of a virtual device in the caller's account.
fn device_arn(caller: &Caller, name: &str) -> String {
    let partition = caller.arn.split(':').nth(1).unwrap_or("aws");
    format!("arn:{partition}:iam::{}:mfa/{name}", caller.account)
}

fn exists() -> Refusal {
    Refusal::new(409, "EntityAlreadyExists", "MFADevice entity at the same path and name already exists.")
}

fn missing(message: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", message)
}

fn invalid_codes() -> Refusal {
    Refusal::new(403, "InvalidAuthenticationCode", "Authentication code for device is not valid.")
}
