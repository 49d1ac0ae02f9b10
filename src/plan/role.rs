//! Reads a profile's settings for its role, and checks them against STS's limits. Never decides who signs the call.

use std::collections::BTreeMap;

use crate::config::keys;
use crate::config::settings::SessionPolicy;
use crate::model::{Arn, Malformed, MfaSerial, Partition, RoleArn, SessionDuration};

use super::effective::Effective;
use super::limits::{LONGEST_ROLE, SHORTEST};
use super::{AssumeRole, NamedAfter, PlanError, SessionName};

/// The policies that limit the last role of a run: the session may do only what both allow. At most one of the two, since AWS
/// allows what any of a session's policies allows: a second one would extend the first.
pub(super) struct Narrowing {
    pub read_only: bool,
    pub by_setting: Option<SessionPolicy>,
}

impl Narrowing {
    pub(super) fn is_none(&self) -> bool {
        !self.read_only && self.by_setting.is_none()
    }

    /// An inline policy, and the ARNs of managed ones.
    fn policies(&self, partition: Partition) -> (Option<String>, Vec<String>) {
        match &self.by_setting {
            None if self.read_only => (None, vec![format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess")]),
            None => (None, Vec::new()),
            Some(SessionPolicy::Document(document)) => (Some(document.clone()), Vec::new()),
            Some(SessionPolicy::Arns(arns)) => (None, arns.clone()),
        }
    }
}

/// The role that the profile assumes, if it assumes one. `person` names its session where the profile does not.
pub(super) fn read(
    profile: &Effective,
    narrowed_by: Option<&Narrowing>,
    person: Option<&SessionName>,
) -> Result<Option<AssumeRole>, PlanError> {
    let Some(arn) = profile.parsed(keys::ROLE_ARN, RoleArn::parse)? else {
        // Security: somebody who meant a role must not continue as the user.
        return match profile.left_empty(keys::ROLE_ARN) {
            Some(setting) => Err(profile.malformed(keys::ROLE_ARN, setting, "it is empty: name the role, or remove the line".to_owned())),
            None => Ok(None),
        };
    };
    let session_name = match profile.parsed(keys::ROLE_SESSION_NAME, session_name)? {
        Some(text) => SessionName { text, from: NamedAfter::Setting },
        None => person.cloned().unwrap_or_else(|| after_profile(profile)),
    };
    let external_id = profile.parsed(keys::EXTERNAL_ID, |text| within(text, 2, 1224, "+=,.@:/-_", "an external id"))?;
    let source_identity = profile.parsed(keys::SOURCE_IDENTITY, |text| within(text, 2, 64, "+=,.@-_", "a source identity"))?;
    let tags = profile.parsed(keys::SESSION_TAGS, tags)?.unwrap_or_default();
    let transitive_tags = profile.parsed(keys::TRANSITIVE_SESSION_TAGS, |text| Ok(list(text)))?.unwrap_or_default();
    let (policy, policy_arns) = narrowed_by.map(|by| by.policies(arn.partition())).unwrap_or_default();
    Ok(Some(AssumeRole { arn, session_name, external_id, tags, transitive_tags, source_identity, policy, policy_arns }))
}

/// The profile's own `duration_seconds`, in the range that `AssumeRole` accepts.
pub(super) fn own_duration(profile: &Effective) -> Result<Option<SessionDuration>, PlanError> {
    profile.parsed(keys::DURATION_SECONDS, |text| {
        let seconds: u32 = text.parse().map_err(|_| Malformed(format!("`{}` is not a number of seconds", text.escape_debug())))?;
        let duration = SessionDuration::from_secs(seconds);
        if (SHORTEST..=LONGEST_ROLE).contains(&duration) {
            Ok(duration)
        } else {
            Err(Malformed(format!("a role session lasts from 900 to 43200 seconds, not {seconds}")))
        }
    })
}

/// A session name that identifies the user: the IAM user, else the last part of the MFA device's ARN. `None` if neither works.
///
/// Trust policies may require that `sts:RoleSessionName` is `${aws:username}`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname>).
pub(super) fn after_person(user: Option<&str>, serial: Option<&MfaSerial>) -> Option<SessionName> {
    let of_device = || Arn::parse(serial?.as_str()).ok()?.resource().rsplit('/').next().map(str::to_owned);
    let user = user.map(|user| (user.to_owned(), NamedAfter::User));
    let (text, from) = user.or_else(|| Some((of_device()?, NamedAfter::Device)))?;
    session_name(&text).ok().map(|text| SessionName { text, from })
}

/// The same for every run, since it is part of the session key.
fn after_profile(profile: &Effective) -> SessionName {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' };
    let mut name = String::from("vault-");
    name.extend(profile.name.as_str().chars().map(allowed).take(64 - name.len()));
    SessionName { text: name, from: NamedAfter::Profile }
}

fn session_name(text: &str) -> Result<String, Malformed> {
    within(text, 2, 64, "+=,.@-_", "a role session name")
}

/// Text of letters, digits and `also`, with a length that STS accepts
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
fn within(text: &str, least: usize, most: usize, also: &str, what: &str) -> Result<String, Malformed> {
    let fits = (least..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Malformed(format!("{what} has {least} to {most} letters, digits and characters of `{also}`")))
    }
}

/// `KEY=VALUE,KEY=VALUE`, as aws-vault writes them; at most fifty.
fn tags(text: &str) -> Result<BTreeMap<String, String>, Malformed> {
    let mut tags = BTreeMap::new();
    for pair in list(text) {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Malformed(format!("`{}` is not a tag such as `team=ops`", pair.escape_debug())))?;
        let (key, value) = (key.trim(), value.trim());
        if key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(Malformed(format!(
                "tag `{}` is longer than AWS takes: a key of 128 characters, a value of 256",
                key.escape_debug()
            )));
        }
        if key.is_empty() || tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Malformed(format!("tag key `{}` is empty or given twice", key.escape_debug())));
        }
    }
    if tags.len() > 50 {
        return Err(Malformed(format!("a session has at most 50 tags, not {}", tags.len())));
    }
    Ok(tags)
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
