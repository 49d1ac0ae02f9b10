//! Reads aws-vault's variables for durations, the device and the role: uses those whose meaning is clear here, and mentions
//! each of the others once. Never takes a role or an identity from one.
//!
//! As in aws-vault, each counts only where the config file says nothing (`populateFromEnv` in its `vault/config.go`).

use crate::config::settings::Fallbacks;
use crate::model::{Malformed, MfaSerial, SessionDuration};
use crate::os::dirs::Directories;
use crate::os::env::Environment;
use crate::ports::Notices;

use super::variable::from_variable;
use super::{Failure, said_once};

const SESSION: &str = "AWS_SESSION_TOKEN_TTL";
const CHAINED: &str = "AWS_CHAINED_SESSION_TOKEN_TTL";
const ROLE: &str = "AWS_ASSUME_ROLE_TTL";
const LEFT: &str = "AWS_MIN_TTL";
const SERIAL: &str = "AWS_MFA_SERIAL";

const MINUTES: u32 = 60;
const HOURS: u32 = 60 * MINUTES;

/// The ignored variables, and what to use instead.
const UNHEEDED: [(&str, &str); 6] = [
    ("AWS_ROLE_ARN", "name the role in a profile, with `role_arn` and `source_profile`"),
    ("AWS_ROLE_SESSION_NAME", "use `role_session_name` in the profile"),
    ("AWS_SESSION_TAGS", "use `session_tags` in the profile"),
    ("AWS_TRANSITIVE_TAGS", "use `transitive_session_tags` in the profile"),
    ("AWS_SOURCE_IDENTITY", "use `source_identity` in the profile"),
    ("AWS_FEDERATION_TOKEN_TTL", "vault never calls `GetFederationToken`"),
];

/// With these, the two variables of a role are the SDKs', for a web identity.
const OF_WEB_IDENTITY: [&str; 2] = ["AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"];
const WEB_IDENTITY: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

/// The values that apply where neither the profile nor the settings say anything.
///
/// # Errors
/// When one of them has an impossible value.
pub fn fallbacks(env: &Environment) -> Result<Fallbacks, Failure> {
    let duration = |name: &str, least: u32, most: u32| {
        from_variable(env, name, |text| {
            let duration = SessionDuration::parse(text)?;
            let (least, most) = (SessionDuration::from_secs(least), SessionDuration::from_secs(most));
            if (least..=most).contains(&duration) {
                Ok(duration)
            } else {
                Err(Malformed(format!("it is from {least} to {most}, not {duration}")))
            }
        })
    };
    // One session serves the profile and the roles on top of it, so that one code does.
    let session_duration = match duration(SESSION, 15 * MINUTES, 36 * HOURS)? {
        Some(duration) => Some(duration),
        None => duration(CHAINED, 15 * MINUTES, 36 * HOURS)?,
    };
    Ok(Fallbacks {
        session_duration,
        role_duration: duration(ROLE, 15 * MINUTES, 12 * HOURS)?,
        expiry_window: duration(LEFT, 0, 12 * HOURS)?,
        mfa_serial: from_variable(env, SERIAL, MfaSerial::parse)?,
    })
}

/// Mentions each variable that is set but ignored, once.
pub fn tell_of_unheeded(env: &Environment, directories: &Directories, notices: &dyn Notices) {
    let mut unheeded: Vec<_> = UNHEEDED.into_iter().filter(|(name, _)| env.os(name).is_some()).collect();
    if env.os(WEB_IDENTITY).is_some() {
        unheeded.retain(|(name, _)| !OF_WEB_IDENTITY.contains(name));
    }
    if let (Some(session), Some(chained)) = (env.text(SESSION), env.text(CHAINED))
        && session != chained
    {
        unheeded.push((CHAINED, "one session serves the profile and its roles, and lasts as `AWS_SESSION_TOKEN_TTL` says"));
    }
    said_once::say(
        directories,
        "told-variables",
        &unheeded,
        |(name, _)| name,
        |(name, instead)| {
            notices.tell(&format!("`{name}` is ignored: {instead} (shown once)"));
        },
    );
}
