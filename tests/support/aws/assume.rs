//! Decides whether a role may be assumed: trust policy, limits, role chaining.

use super::clock::Clock;
use super::params::{Checks, Params};
use super::refusal::Refusal;
use super::state::{By, Caller, Role, World};
use super::sts::credentials;
use super::xml::{element, text};

const CHAINED_LIMIT: u64 = 3600;

pub fn assume_role(world: &mut World, clock: &Clock, params: &Params, caller: &Caller) -> Result<String, Refusal> {
    let (arn, duration) = check_params(params)?;
    if caller.user().is_some_and(|user| world.users[user].root) {
        return Err(Refusal::denied("Roles may not be assumed by root accounts."));
    }
    let coded = world.check_code(caller.user(), params.get("SerialNumber"), params.get("TokenCode"), clock)?;
    let mfa_age = if coded { Some(0) } else { caller.mfa_at().map(|at| clock.age(at).as_secs()) };
    let on = format!(" on resource: {arn}");
    world.authorize(caller, "sts:AssumeRole", &on, mfa_age.is_some())?;
    let role = world.roles.iter().find(|role| role.arn == arn);
    // An unknown role is refused in the same words: AWS does not reveal which roles exist.
    let Some(role) = role.filter(|role| trusts(role, caller, mfa_age, params.get("ExternalId"))) else {
        return Err(Refusal::not_authorized(&caller.arn, "sts:AssumeRole", &on));
    };
    let chained = !matches!(caller.by, By::LongTerm { .. });
    if chained && duration > CHAINED_LIMIT {
        return Err(Refusal::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    check_max_duration(role, duration)?;
    let assumed = assumed(role, params.get("RoleSessionName").unwrap_or_default());
    Ok(hand_out(world, clock, (assumed, chained), duration, params))
}

pub fn with_web_identity(world: &mut World, clock: &Clock, params: &Params) -> Result<String, Refusal> {
    let (arn, duration) = check_params(params)?;
    let mut checks = Checks::default();
    checks.required("webIdentityToken", params.get("WebIdentityToken"));
    checks.length("webIdentityToken", params.get("WebIdentityToken"), 4, 20_000);
    checks.finish()?;
    let token = params.get("WebIdentityToken").unwrap_or_default();
    if !world.roles.iter().any(|role| role.web_tokens.iter().any(|known| known == token)) {
        let message = "No OpenIDConnect provider found in your account for this token";
        return Err(Refusal::new(400, "InvalidIdentityToken", message));
    }
    let role = world.roles.iter().find(|role| role.arn == arn && role.web_tokens.iter().any(|known| known == token));
    let Some(role) = role else {
        return Err(Refusal::denied("Not authorized to perform sts:AssumeRoleWithWebIdentity"));
    };
    check_max_duration(role, duration)?;
    let assumed = assumed(role, params.get("RoleSessionName").unwrap_or_default());
    let subject = text("SubjectFromWebIdentityToken", "stand-in-subject");
    Ok(hand_out(world, clock, (assumed, false), duration, params) + &subject)
}

/// The role's ARN and the session's seconds, if all parameters are in bounds.
fn check_params(params: &Params) -> Result<(String, u64), Refusal> {
    let duration = params.duration(3600)?;
    let (arn, name) = (params.get("RoleArn"), params.get("RoleSessionName"));
    let mut checks = Checks::default();
    checks.required("roleArn", arn);
    checks.length("roleArn", arn, 20, 2048);
    checks.required("roleSessionName", name);
    checks.length("roleSessionName", name, 2, 64);
    checks.letters("roleSessionName", name, "+=,.@-", "[\\w+=,.@-]*");
    checks.range("durationSeconds", duration, 900, 43_200);
    checks.length("externalId", params.get("ExternalId"), 2, 1224);
    checks.letters("externalId", params.get("ExternalId"), "+=,.@:/-", "[\\w+=,.@:\\/-]*");
    checks.length("sourceIdentity", params.get("SourceIdentity"), 2, 64);
    checks.letters("sourceIdentity", params.get("SourceIdentity"), "+=,.@-", "[\\w+=,.@-]*");
    checks.length("policy", params.get("Policy"), 1, 2048);
    checks.count("policyArns", params.list("PolicyArns", ".arn").len(), 10);
    checks.count("tags", params.tags().len(), 50);
    checks.mfa(params);
    checks.finish()?;
    if params.get("Policy").is_some_and(|policy| serde_json::from_str::<serde_json::Value>(policy).is_err()) {
        return Err(Refusal::new(400, "MalformedPolicyDocument", "The policy is not in the valid JSON format."));
    }
    let arn = arn.unwrap_or_default().to_owned();
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    match fields[..] {
        ["arn", _, "iam", "", account, role] if account.len() == 12 && role.starts_with("role/") => Ok((arn, duration)),
        _ => Err(Refusal::validation(format!("{arn} is invalid"))),
    }
}

fn check_max_duration(role: &Role, duration: u64) -> Result<(), Refusal> {
    if duration > role.max_duration {
        return Err(Refusal::validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    Ok(())
}

/// Evaluates the role's trust policy. `mfa_age` is `aws:MultiFactorAuthAge`, if MFA is present.
fn trusts(role: &Role, caller: &Caller, mfa_age: Option<u64>, external_id: Option<&str>) -> bool {
    let identity = match &caller.by {
        By::RoleSession { role } => role,
        By::LongTerm { .. } | By::UserSession { .. } => &caller.arn,
    };
    let account = format!("arn:{}:iam::{}:root", role.partition, caller.account);
    let principal = role.trusted.iter().any(|trusted| trusted == identity || *trusted == caller.arn || *trusted == account);
    let mfa = !role.require_mfa || mfa_age.is_some();
    let young = role.max_mfa_age.is_none_or(|limit| mfa_age.is_some_and(|age| age < limit));
    let external = role.external_id.is_none() || role.external_id.as_deref() == external_id;
    principal && mfa && young && external
}

fn assumed(role: &Role, session_name: &str) -> Caller {
    Caller {
        key_id: String::new(),
        arn: format!("arn:{}:sts::{}:assumed-role/{}/{session_name}", role.partition, role.account, role.name),
        user_id: format!("{}:{session_name}", role.id),
        account: role.account.clone(),
        by: By::RoleSession { role: role.arn.clone() },
    }
}

fn hand_out(world: &mut World, clock: &Clock, (assumed, chained): (Caller, bool), duration: u64, params: &Params) -> String {
    let user = text("AssumedRoleId", &assumed.user_id) + &text("Arn", &assumed.arn);
    let (key_id, _) = world.open_session(assumed, duration, clock);
    let session = world.sessions.get_mut(&key_id).expect("it was just opened");
    session.chained = chained;
    let mut result = credentials(&key_id, session) + &element("AssumedRoleUser", &user);
    if let Some(policy) = params.get("Policy") {
        result += &text("PackedPolicySize", &(policy.len() * 100 / 2048).to_string());
    }
    if let Some(identity) = params.get("SourceIdentity") {
        result += &text("SourceIdentity", identity);
    }
    result
}
