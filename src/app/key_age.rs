//! Reminds of keys that are on their way to be replaced, or are older than the settings allow. Never asks AWS or a keystore.

use crate::keystore::Entry;
use crate::model::{RotationKind, Timestamp};
use crate::os::clock;

use super::{Context, Failure};

const DAY: i64 = 86_400;

/// Tells of each stored key that something is to be done about.
///
/// # Errors
/// When the settings cannot be read.
pub fn remind(context: &Context, entries: &[Entry], now: Timestamp) -> Result<(), Failure> {
    let settings = context.settings()?;
    for entry in entries {
        if let Some(reminder) = unfinished(entry, now) {
            context.notices.tell(&reminder);
        } else if let (Some(most), Some(days)) = (settings.for_profile(&entry.name).key_max_age, age_in_days(entry, now))
            && days * DAY > i64::from(most.as_secs())
        {
            let (name, most) = (&entry.name, i64::from(most.as_secs()) / DAY);
            context.notices.tell(&format!(
                "key `{name}` is {days} days old, more than the {most} of `key_max_age`: replace it with `vault rotate {}`",
                name.in_shell()
            ));
        }
    }
    Ok(())
}

/// How many days ago the key was stored: it is at least as old.
#[must_use]
pub fn age_in_days(entry: &Entry, now: Timestamp) -> Option<i64> {
    entry.stored_at.map(|at| now.seconds_since(at).max(0) / DAY)
}

fn unfinished(entry: &Entry, now: Timestamp) -> Option<String> {
    let rotation = entry.rotation.as_ref()?;
    let (name, command) = (&entry.name, format!("vault rotate {}", entry.name.in_shell()));
    let old = rotation.other.as_ref().map_or_else(|| "the old key".to_owned(), |id| format!("the old key {id}"));
    Some(match (rotation.kind, rotation.deletable_from()) {
        (RotationKind::Grace, Some(until)) if until > now => format!(
            "the rotation of key `{name}` is in its grace period: {old} can be deleted from {} {} on; `{command} --undo` brings it back",
            until.date(),
            clock::in_words(until)
        ),
        (RotationKind::Grace, _) => format!("the rotation of key `{name}` is not finished: delete {old} with `{command}`"),
        (RotationKind::Undoing, _) => format!("the rotation of key `{name}` is not taken back yet: go on with `{command} --undo`"),
        _ => format!("the rotation of key `{name}` is not finished: go on with `{command}`"),
    })
}
