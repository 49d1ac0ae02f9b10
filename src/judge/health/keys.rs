//! Judges the stored keys: which are too old, and whose rotation is not done. Never looks at a keystore.

use crate::judge::{Finding, Severity};
use crate::model::{RotationKind, Timestamp};

use super::facts::{KeyFact, Unfinished};
use super::kinds as k;

/// What is to be done about a stored key; `None`: nothing. An old key that is already being replaced is not a separate finding.
#[must_use]
pub fn judge_key(key: &KeyFact) -> Option<Finding> {
    match (&key.rotation, key.most, key.age_in_days) {
        (Some(rotation), _, _) => Some(unfinished(key, rotation)),
        (None, Some(most), Some(days)) if days * Timestamp::DAY > i64::from(most.as_secs()) => {
            let most = i64::from(most.as_secs()) / Timestamp::DAY;
            let message = format!("key `{}` is {days} days old, more than the {most} of `key_max_age`", key.name);
            let fix = format!("replace it with `vault rotate {}`", key.name.in_shell());
            Some(Finding::new(&k::KEY_OLD, key.name.as_str(), message).fix(fix))
        }
        (None, _, _) => None,
    }
}

fn unfinished(key: &KeyFact, rotation: &Unfinished) -> Finding {
    let (name, command) = (&key.name, format!("vault rotate {}", key.name.in_shell()));
    let old = rotation.other.as_ref().map_or_else(|| "the old key".to_owned(), |id| format!("the old key {id}"));
    let finding = |message: String| Finding::new(&k::ROTATION_UNFINISHED, name.as_str(), message);
    match (rotation.kind, &rotation.kept_until) {
        (RotationKind::Grace, Some(until)) => {
            finding(format!("the rotation of key `{name}` is in its grace period: {old} can be deleted from {until} on"))
                .severity(Severity::Note)
                .fix(format!("to go back to the old key, run `{command} --undo`"))
        }
        (RotationKind::Grace, None) => {
            finding(format!("the rotation of key `{name}` is not finished")).fix(format!("delete {old} with `{command}`"))
        }
        (RotationKind::Undoing, _) => {
            finding(format!("the undo of the rotation of key `{name}` is not finished")).fix(format!("continue with `{command} --undo`"))
        }
        (RotationKind::Creating | RotationKind::Pending | RotationKind::Switched, _) => {
            finding(format!("the rotation of key `{name}` is not finished")).fix(format!("continue with `{command}`"))
        }
    }
}
