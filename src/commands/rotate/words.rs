//! What became of a rotation, in words, with the exact command for what is left to do. Never decides anything.

use crate::app::Failure;
use crate::engine::rotate::{Elsewhere, RotateError, Rotated, SeenKey, Service};
use crate::model::{AccessKeyId, ProfileName, RotationStage, Timestamp, in_shell};
use crate::os::clock;
use crate::ports::{KeyStatus, LastUse};

/// Whose key it is.
pub(super) struct Subject<'a> {
    /// The name that it is stored under.
    pub profile: &'a ProfileName,
    pub user: Option<&'a str>,
}

/// How coarse AWS's figures of the last use are.
pub(super) const COARSE: &str = "AWS updates that figure late, and only every 15 minutes";

pub(super) fn told(rotated: &Rotated, name: &ProfileName) -> String {
    let command = format!("vault rotate {}", name.in_shell());
    match rotated {
        Rotated::Nothing => format!("no rotation of key `{name}` is under way: `{command}` begins one"),
        Rotated::InGrace { current, old, until } => format!(
            "key `{name}` is {current} now; the old key {old} is inactive, and `{command}` deletes it after {} {}; `{command} --undo` brings it back",
            until.date(),
            clock::in_words(*until)
        ),
        Rotated::Done { current, old } => format!("key `{name}` is {current} now; the old key {old} is deleted"),
        Rotated::Undone { current, deleted: Some(deleted) } => {
            format!("the rotation of key `{name}` is taken back: it is {current} again, and {deleted} is deleted")
        }
        Rotated::Undone { current, deleted: None } => format!("the rotation of key `{name}` is taken back: it is {current}"),
    }
}

/// What to do if AWS no longer knows the current key; `None` if no key of the rotation helps.
pub(super) fn way_out(name: &ProfileName, stage: &RotationStage, takes_back: bool) -> Option<String> {
    let command = format!("vault rotate {}", name.in_shell());
    match stage {
        RotationStage::Switched { old } | RotationStage::Grace { old } if takes_back => Some(format!(
            "key {} is stored too: once an administrator has made it active, `{command} --undo` makes it the current one again",
            old.key_id
        )),
        RotationStage::Switched { old } | RotationStage::Grace { old } => {
            Some(format!("key {} is stored too: `{command} --undo` makes it the current one again", old.key_id))
        }
        RotationStage::Pending { new } if takes_back => {
            Some(format!("key {} is stored too: `{command}` makes it the current one", new.key_id))
        }
        RotationStage::Pending { .. } | RotationStage::Creating { .. } | RotationStage::Undoing { .. } => None,
    }
}

pub(super) fn failure_of(error: RotateError, subject: &Subject<'_>) -> Failure {
    let name = subject.profile;
    let (command, user) = (format!("vault rotate {}", name.in_shell()), subject.user.unwrap_or_default());
    match error {
        RotateError::Aws(fault) => Failure::of_fault(&fault, None, Some(name))
            .hint(format!("your stored key works; to continue where this run stopped, run `{command}` again")),
        RotateError::KeyStore(error) => Failure::from(error),
        RotateError::NotStored { error, key_id, deleted } => {
            let failure = Failure::from(error);
            let gone = if deleted { "it is deleted again" } else { "it is still there" };
            let message = format!("the new key {key_id} could not be stored, and {gone}: {}", failure.message);
            let failure = Failure { message, ..failure };
            if deleted { failure } else { failure.hint(format!("delete it with `{command} --undo`")) }
        }
        RotateError::NotListed { key_id } => Failure::new(format!("IAM does not list key {key_id} among those of user `{user}`"))
            .hint(format!("store the user's own key again with `vault add --force {}`", name.in_shell())),
        RotateError::NotActive { key_id } => Failure::new(format!("the stored key {key_id} is not active"))
            .hint(aws(name, &format!("update-access-key --user-name {} --access-key-id {key_id} --status Active", in_shell(user)))),
        RotateError::TwoKeys { ours, other, elsewhere, quarantined } => {
            two_keys(&ours, &other, elsewhere.as_ref(), quarantined, name, user)
        }
        RotateError::UnderWay { elsewhere } => {
            let how = as_stored(&elsewhere);
            Failure::new(format!("this key is already being replaced, as `{}` in the {} keystore", elsewhere.name, elsewhere.backend))
                .hint(format!("continue with `vault {how}rotate {}`, which replaces it here too", elsewhere.name.in_shell()))
        }
        RotateError::Quarantined { fault } => Failure::new(format!(
            "AWS found a key of user `{user}` leaked and has quarantined the user (policy `AWSCompromisedKeyQuarantine`): {}",
            fault.message
        ))
        .hint("ask an administrator to look for misuse, replace the keys, and detach that policy"),
        RotateError::HalfMade { key } => {
            let created = key.created_at.map_or_else(String::new, |at| format!(" at {at}"));
            Failure::new(format!(
                "a run that was cut off has created key {}{created}, whose secret is lost; the old key is still the stored one, and works",
                key.key_id
            ))
            .hint(format!("delete it with `{command} --undo`, then run `{command}` again"))
        }
        RotateError::NotVisible { key_id, at, fault } => {
            let place = match at {
                Service::Sts => "STS",
                Service::Iam => "IAM",
            };
            Failure::new(format!("{place} does not accept key {key_id} yet: {}", fault.message))
                .hint(format!("the stored key works; continue in a few minutes with `{command}`, or take it back with `{command} --undo`"))
        }
        RotateError::OtherUser { key_id, arn } => Failure::new(format!("key {key_id} belongs to {arn}, and not to user `{user}`"))
            .hint(format!("take it back with `{command} --undo`")),
        RotateError::NewKeyGone { key_id } => Failure::new(format!("somebody has deactivated the new key {key_id}"))
            .hint(format!("take the rotation back with `{command} --undo`, then start again")),
        RotateError::StillUsed { key_id, last_use } => {
            Failure::new(format!("the old key {key_id} was used since it was deactivated, {}", used(&last_use)))
                .hint(format!("find who uses it; to delete it anyway, run `{command} --finish`"))
        }
        RotateError::ActiveAgain { key_id } => Failure::new(format!("somebody has made the old key {key_id} active again"))
            .hint(format!("find who uses it; to delete it anyway, run `{command} --finish`")),
        RotateError::NothingToUndo => Failure::new(format!("no rotation of key `{name}` is under way, so there is nothing to take back"))
            .hint(format!("see the state of the key with `{command} --status`")),
        RotateError::OldKeyGone { key_id } => Failure::new(format!("the old key {key_id} does not exist any more"))
            .hint(format!("finish the rotation with `{command} --finish`")),
    }
}

/// When and for what a key was used.
pub(super) fn used(last_use: &LastUse) -> String {
    let LastUse { at, service, region } = last_use;
    if service == "N/A" { format!("last at {at}") } else { format!("last at {at} for {service} in {region}") }
}

/// Both keys, and a command for each way out.
fn two_keys(ours: &SeenKey, other: &SeenKey, elsewhere: Option<&Elsewhere>, quarantined: bool, name: &ProfileName, user: &str) -> Failure {
    let other_id = &other.key.key_id;
    let quarantine = if quarantined { "; AWS found a key of this user leaked, and denies changes" } else { "" };
    let whose = match elsewhere {
        Some(Elsewhere { name, in_rotation: true, .. }) => format!("of the rotation of `{name}`"),
        Some(Elsewhere { name, .. }) => format!("stored as `{name}`"),
        None => "not made by `vault rotate`".to_owned(),
    };
    let message = format!(
        "user `{user}` has two keys, which is the most that AWS allows: {} (stored as `{name}`), and {} ({whose}){quarantine}",
        seen(ours),
        seen(other)
    );
    if let Some(elsewhere) = elsewhere.filter(|elsewhere| elsewhere.in_rotation) {
        return Failure::new(message).hint(format!(
            "finish that rotation: `vault {}rotate {} --finish`",
            as_stored(elsewhere),
            elsewhere.name.in_shell()
        ));
    }
    let for_user = |rest: &str| format!("--user-name {} --access-key-id {other_id}{rest}", in_shell(user));
    let failure = Failure::new(message);
    let failure =
        if quarantined { failure.hint("ask an administrator to replace the keys and to detach the quarantine policy") } else { failure };
    failure
        .hint(format!("if nobody uses {other_id}, delete it: {}", aws(name, &format!("delete-access-key {}", for_user("")))))
        .hint(format!(
            "to find out whether anybody uses it, deactivate it first: {}",
            aws(name, &format!("update-access-key {}", for_user(" --status Inactive")))
        ))
        .hint(match elsewhere {
            Some(elsewhere) => {
                format!("then `vault {}remove {}` removes it from this machine", as_stored(elsewhere), elsewhere.name.in_shell())
            }
            None => format!("to use {other_id} in place of the stored key: `vault add --force {}`", name.in_shell()),
        })
}

fn seen(seen: &SeenKey) -> String {
    let status = match seen.key.status {
        KeyStatus::Active => "active",
        KeyStatus::Inactive => "inactive",
        KeyStatus::Expired => "expired",
    };
    let age = seen.key.created_at.map_or_else(String::new, |at| {
        let days = clock::now().seconds_since(at).max(0) / Timestamp::DAY;
        format!(", {days} {} old", if days == 1 { "day" } else { "days" })
    });
    let last_use = match &seen.last_use {
        Ok(Some(last_use)) => format!(", used {}", used(last_use)),
        Ok(None) => ", never used".to_owned(),
        Err(_) => String::new(),
    };
    format!("{} {status}{age}{last_use}", key_id(&seen.key.key_id))
}

fn key_id(id: &AccessKeyId) -> &str {
    id.as_str()
}

/// The options with which a command reads that very entry.
fn as_stored(elsewhere: &Elsewhere) -> String {
    format!("--backend {} ", elsewhere.backend)
}

/// A command of the AWS CLI, as the user.
fn aws(name: &ProfileName, call: &str) -> String {
    format!("`vault exec {} -- aws iam {call}`", name.in_shell())
}
