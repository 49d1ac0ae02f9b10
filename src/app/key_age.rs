//! What the index says about stored keys: how old they are, and how far their rotations are. Never asks AWS or a keystore, never judges.

use crate::config::Settings;
use crate::judge::health::{KeyFact, Unfinished, judge_key};
use crate::keystore::Entry;
use crate::model::{RotationNote, Timestamp};
use crate::os::clock;

use super::{Context, Failure};

/// Tells of each stored key that something is to be done about.
///
/// # Errors
/// When the settings cannot be read.
pub fn remind(context: &Context, entries: &[Entry], now: Timestamp) -> Result<(), Failure> {
    let settings = context.settings()?;
    for finding in entries.iter().filter_map(|entry| judge_key(&fact(entry, Some(settings), now))) {
        let fix = finding.fix.map_or_else(String::new, |fix| format!("; {fix}"));
        context.notices.tell(&format!("{}{fix}", finding.message));
    }
    Ok(())
}

/// The facts that `judge` needs. Without settings, no key is too old.
#[must_use]
pub fn fact(entry: &Entry, settings: Option<&Settings>, now: Timestamp) -> KeyFact {
    let kept_until = |note: &RotationNote| {
        let until = note.deletable_from().filter(|until| *until > now)?;
        Some(format!("{} {}", until.date(), clock::in_words(until)))
    };
    KeyFact {
        name: entry.name.clone(),
        age_in_days: age_in_days(entry, now),
        most: settings.and_then(|settings| settings.for_profile(&entry.name).key_max_age),
        rotation: entry.rotation.as_ref().map(|note| Unfinished {
            kind: note.kind,
            other: note.other.clone(),
            kept_until: kept_until(note),
        }),
    }
}

/// How many days ago the key was stored: it is at least as old.
#[must_use]
pub fn age_in_days(entry: &Entry, now: Timestamp) -> Option<i64> {
    entry.stored_at.map(|at| now.seconds_since(at).max(0) / Timestamp::DAY)
}
