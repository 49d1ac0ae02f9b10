//! The credential report of the stand-in's users in AWS's format, and the lists of what it leaves out.

use aws_smithy_types::base64;

use super::super::clock::{Clock, Moment, rfc3339};
use super::super::params::Params;
use super::super::refusal::Refusal;
use super::super::state::{AccessKey, Caller, User, World};
use super::super::xml::{element, text};

/// A test's settings for the report.
#[derive(Default)]
pub struct Reports {
    /// How many requests get `STARTED` or `INPROGRESS` first.
    pub pending: usize,
    asked: bool,
    /// Service-specific credentials: user, id, service, end.
    pub service_credentials: Vec<(String, String, String, Option<Moment>)>,
}

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

pub fn generate(world: &mut World, caller: &Caller) -> Result<String, Refusal> {
    allowed(world, caller, "iam:GenerateCredentialReport")?;
    let state = match (world.reports.pending, world.reports.asked) {
        (0, _) => "COMPLETE",
        (_, false) => "STARTED",
        (_, true) => "INPROGRESS",
    };
    world.reports.asked = true;
    world.reports.pending = world.reports.pending.saturating_sub(1);
    let description =
        if state == "STARTED" { text("Description", "No report exists. Starting a new report generation task") } else { String::new() };
    Ok(text("State", state) + &description)
}

pub fn get(world: &World, clock: &Clock, caller: &Caller) -> Result<String, Refusal> {
    allowed(world, caller, "iam:GetCredentialReport")?;
    if !world.reports.asked {
        return Err(Refusal::new(410, "ReportNotPresent", "No report is present. Use GenerateCredentialReport to generate a report."));
    }
    if world.reports.pending > 0 {
        return Err(Refusal::new(404, "ReportInProgress", "The report is still being generated."));
    }
    let account = &caller.account;
    let mut lines = vec![COLUMNS.to_owned()];
    let users = || world.users.iter().filter(|user| user.account == *account);
    if !users().any(|user| user.root) {
        lines.push(format!("<root_account>,arn:aws:iam::{account}:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"));
    }
    lines.extend(users().map(line));
    let content = base64::encode(lines.join("\n"));
    Ok(text("Content", &content) + &text("ReportFormat", "text/csv") + &text("GeneratedTime", &rfc3339(clock.now())))
}

fn line(user: &User) -> String {
    let key = |key: Option<&AccessKey>| match key {
        None => "false,N/A,N/A,N/A,N/A".to_owned(),
        Some(key) => {
            let last_use = key.last_used.map_or_else(|| "N/A,N/A,N/A".to_owned(), |at| format!("{},us-east-1,sts", rfc3339(at)));
            format!("{},{},{last_use}", key.active, rfc3339(key.created))
        }
    };
    let name = if user.root { "<root_account>" } else { &user.name };
    let keys = format!("{},{}", key(user.keys.first()), key(user.keys.get(1)));
    let mfa = !user.devices.is_empty();
    format!("{name},{},{},false,N/A,N/A,N/A,{mfa},{keys},false,N/A,false,N/A", user.arn(), rfc3339(user.created))
}

pub fn list_service_credentials(world: &World, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    allowed(world, caller, "iam:ListServiceSpecificCredentials")?;
    if params.get("AllUsers") != Some("true") {
        return Err(Refusal::validation("the stand-in lists the credentials of all users"));
    }
    let member = |(user, id, service, end): &(String, String, String, Option<Moment>)| {
        let fields = [
            text("UserName", user),
            text("Status", "Active"),
            text("ServiceUserName", user),
            text("CreateDate", "2026-01-01T00:00:00Z"),
            end.map_or_else(String::new, |end| text("ExpirationDate", &rfc3339(end))),
            text("ServiceSpecificCredentialId", id),
            text("ServiceName", service),
        ];
        element("member", &fields.concat())
    };
    let members: String = world.reports.service_credentials.iter().map(member).collect();
    Ok(element("ServiceSpecificCredentials", &members) + &text("IsTruncated", "false"))
}

fn allowed(world: &World, caller: &Caller, action: &str) -> Result<(), Refusal> {
    world.authorize(caller, action, " on resource: *", caller.mfa_at().is_some())
}
