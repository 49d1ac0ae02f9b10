//! IAM calls, one file per family. Each is a function from parameters and caller to the reply's inner XML, with an arm in `call`.

mod devices;
mod keys;
pub mod report;

use super::clock::{Clock, rfc3339};
use super::params::Params;
use super::refusal::Refusal;
use super::state::{By, Caller, User, World};
use super::xml::{element, text};

pub fn call(world: &mut World, clock: &Clock, action: &str, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    if matches!(caller.by, By::UserSession { mfa_at: None, .. }) {
        return Err(Refusal::invalid_token());
    }
    if let Some(answer) = keys::call(world, clock, action, params, caller) {
        return answer;
    }
    let asked: fn(&User) -> String = match action {
        "GetUser" => get_user,
        "ListAccessKeys" => keys::list_access_keys,
        "ListMFADevices" => devices::list_mfa_devices,
        "GenerateCredentialReport" => return report::generate(world, caller),
        "GetCredentialReport" => return report::get(world, clock, caller),
        "ListServiceSpecificCredentials" => return report::list_service_credentials(world, params, caller),
        "ListVirtualMFADevices" => return devices::list_virtual(world, params, caller),
        "CreateVirtualMFADevice" => return devices::create_virtual(world, params, caller),
        "EnableMFADevice" => return devices::enable(world, clock, params, caller),
        "ResyncMFADevice" => return devices::resync(world, clock, params, caller),
        "DeactivateMFADevice" => return devices::deactivate(world, clock, params, caller),
        "DeleteVirtualMFADevice" => return devices::delete_virtual(world, params, caller),
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

/// The user of a call: the named one, else the caller.
fn subject(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    match (params.get("UserName"), &caller.by) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, By::LongTerm { user }) => Ok(world.users[*user].name.clone()),
        (None, By::UserSession { .. } | By::RoleSession { .. }) => {
            Err(Refusal::validation("Must specify userName when calling with non-User credentials"))
        }
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
