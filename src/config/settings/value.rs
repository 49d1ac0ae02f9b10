//! Decides what a setting's value may be. Never knows where it is: the reader adds the line.

use toml::de::DeValue;

use super::{BackendChoice, PromptMethod, SessionPolicy};
use crate::model::SessionDuration;

/// Why a value is not valid for its key: a clause that follows "`key` ".
pub(super) type Complaint = String;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

fn text<'a>(value: &'a DeValue<'_>, example: &str) -> Result<&'a str, Complaint> {
    value.as_str().ok_or_else(|| format!("must be text in quotes, such as `\"{example}\"`, not {}", a_type(value)))
}

fn a_type(value: &DeValue<'_>) -> String {
    let name = value.type_str();
    format!("{} {name}", if name.starts_with(['a', 'i']) { "an" } else { "a" })
}

fn malformed(fault: impl std::fmt::Display) -> Complaint {
    format!("cannot be used: {fault}")
}

pub(super) fn backend(value: &DeValue<'_>) -> Result<BackendChoice, Complaint> {
    BackendChoice::parse(text(value, "auto")?).map_err(malformed)
}

pub(super) fn prompt(value: &DeValue<'_>) -> Result<PromptMethod, Complaint> {
    PromptMethod::parse(text(value, "terminal")?).map_err(malformed)
}

/// An account that `ykman` does not take for an option.
pub(super) fn ykman_account(value: &DeValue<'_>) -> Result<String, Complaint> {
    let text = text(value, "aws")?;
    if text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control) {
        return Err(malformed("a YubiKey account needs a name that does not start with a dash"));
    }
    Ok(text.to_owned())
}

/// Any duration, including zero.
pub(super) fn duration(value: &DeValue<'_>) -> Result<SessionDuration, Complaint> {
    // A bare number is a duration without a unit; the duration's error suggests one.
    let number = value.as_integer().map(ToString::to_string);
    SessionDuration::parse(match &number {
        Some(digits) => digits,
        None => text(value, "8h")?,
    })
    .map_err(malformed)
}

fn within(value: &DeValue<'_>, least: u32, most: u32) -> Result<SessionDuration, Complaint> {
    let duration = duration(value)?;
    let (least, most) = (SessionDuration::from_secs(least), SessionDuration::from_secs(most));
    if (least..=most).contains(&duration) { Ok(duration) } else { Err(format!("must be from `{least}` to `{most}`, not `{duration}`")) }
}

/// What `GetSessionToken` accepts (<https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>).
pub(super) fn session_duration(value: &DeValue<'_>) -> Result<SessionDuration, Complaint> {
    within(value, 15 * MINUTE, 36 * HOUR)
}

/// What `AssumeRole` accepts for the most generous role (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
pub(super) fn role_duration(value: &DeValue<'_>) -> Result<SessionDuration, Complaint> {
    within(value, 15 * MINUTE, 12 * HOUR)
}

/// A device shows a new code every 30 seconds, so a shorter age is impossible; no session lives longer than the maximum.
pub(super) fn max_mfa_age(value: &DeValue<'_>) -> Result<SessionDuration, Complaint> {
    within(value, MINUTE, 36 * HOUR)
}

/// Days too; `0` is off, with or without quotes.
pub(super) fn key_max_age(value: &DeValue<'_>) -> Result<SessionDuration, Complaint> {
    let number = value.as_integer().map(ToString::to_string);
    let text = match &number {
        Some(digits) => digits,
        None => text(value, "90d")?,
    };
    SessionDuration::parse_days(text).map_err(malformed)
}

/// A command line, with or without `{url}`.
pub(super) fn browser(value: &DeValue<'_>) -> Result<String, Complaint> {
    let command = text(value, "firefox {url}")?.trim();
    if command.is_empty() { Err("must name a command such as `firefox {url}`".to_owned()) } else { Ok(command.to_owned()) }
}

pub(super) fn protect(value: &DeValue<'_>) -> Result<bool, Complaint> {
    value.as_bool().ok_or_else(|| format!("must be `true` or `false`, not {}", a_type(value)))
}

/// A folder inside the password-store: nothing that leads out of it.
pub(super) fn pass_prefix(value: &DeValue<'_>) -> Result<String, Complaint> {
    let prefix = text(value, "vault")?;
    let part_is_plain = |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.chars().any(char::is_control);
    if prefix.split('/').all(part_is_plain) {
        Ok(prefix.to_owned())
    } else {
        Err("must be a folder of the password-store such as `vault` or `work/aws`".to_owned())
    }
}

/// The limits are those of `AssumeRole`'s `Policy` and `PolicyArns`.
pub(super) fn session_policy(value: &DeValue<'_>) -> Result<SessionPolicy, Complaint> {
    if let Some(document) = value.as_str() {
        let count = document.chars().count();
        if count > 2_048 {
            return Err(format!("has {count} characters, but AWS takes at most 2048"));
        }
        return match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(document) {
            Ok(_) => Ok(SessionPolicy::Document(document.to_owned())),
            Err(fault) => Err(format!("is not a policy document in JSON: {fault}")),
        };
    }
    let items = value.as_array().ok_or_else(|| format!("must be a policy document or an array of ARNs, not {}", a_type(value)))?;
    if items.is_empty() || items.len() > 10 {
        return Err(format!("has {} ARNs, but AWS takes from 1 to 10", items.len()));
    }
    let arns = items.iter().map(|item| {
        let arn = text(item.get_ref(), "arn:aws:iam::aws:policy/ReadOnlyAccess")?;
        // AWS's own policies have `aws` as the account, so the parts are checked separately.
        let parts = arn.splitn(6, ':').collect::<Vec<_>>();
        match parts[..] {
            ["arn", partition, "iam", "", account, resource]
                if !partition.is_empty() && !account.is_empty() && resource.starts_with("policy/") =>
            {
                Ok(arn.to_owned())
            }
            _ => Err(format!("cannot be used: `{}` is not the ARN of a managed policy", arn.escape_debug())),
        }
    });
    arns.collect::<Result<_, _>>().map(SessionPolicy::Arns)
}
