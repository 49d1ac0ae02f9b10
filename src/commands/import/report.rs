//! Tells people and programs what became of each key. Never decides it.

use serde_json::json;

use crate::ui;

use super::candidates::Candidate;
use super::outcome::{Outcome, Verdict};

/// One line of what became of a key.
pub(super) fn tell(candidate: &Candidate, verdict: &Verdict, whose: &str) {
    let id = candidate.key_id().map_or_else(|| "its key".to_owned(), |id| format!("key {id}"));
    let reason = verdict.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let shown = candidate.shown_name();
    match verdict.outcome {
        Outcome::Imported => ui::note(&format!("`{shown}`: imported: {id}{whose}")),
        Outcome::Already => ui::note(&format!("`{shown}`: already stored: {id}")),
        Outcome::Skipped => ui::note(&format!("`{shown}` in {}: skipped{reason}", candidate.tool)),
        Outcome::Failed => ui::warn(&format!("`{shown}` in {}: not imported{reason}", candidate.tool)),
    }
    if let Some(hint) = &verdict.hint {
        ui::hint(hint);
    }
}

pub(super) fn as_json(candidates: &[Candidate]) -> serde_json::Value {
    let rows = candidates.iter().map(|candidate| {
        let verdict = candidate.verdict.as_ref();
        json!({
            "source": candidate.tool.to_string(),
            "name": candidate.shown_name(),
            "key_id": candidate.key_id().map(ToString::to_string),
            "outcome": verdict.map(|verdict| verdict.outcome.as_str()),
            "reason": verdict.and_then(|verdict| verdict.reason.as_deref()),
        })
    });
    rows.collect::<Vec<_>>().into()
}
