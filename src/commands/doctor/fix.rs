//! Applies the cures that lose nothing: narrower modes, and the removal of files that nobody can use any more. Names each. Never changes a byte
//! of a file that stays.

use crate::app::session_cache::with_session_files;
use crate::app::{Context, Failure, keystores};
use crate::judge::health::Facts;
use crate::keystore::NoPassphrasePrompt;
use crate::os::files;
use crate::ui;

use super::gather;

/// # Errors
/// When the settings cannot be read. A cure that fails is named, and the others are applied.
pub fn apply(context: &Context, facts: &Facts) -> Result<(), Failure> {
    for (path, file, mode) in gather::too_open(context) {
        match files::narrow(&path, mode) {
            Ok(()) => ui::note(&format!("fixed: the mode of {} was {:04o} and is now {mode:04o}", file.path, file.mode)),
            Err(error) => ui::warn(&error.to_string()),
        }
    }
    let mut removed = 0;
    for path in gather::leftovers(context) {
        match files::remove(&path) {
            Ok(gone) => removed += usize::from(gone),
            Err(error) => ui::warn(&error.to_string()),
        }
    }
    if removed > 0 {
        ui::note(&format!("fixed: removed temporary files of killed runs: {removed}"));
    }
    if facts.expired_sessions > 0 {
        let keystores = keystores::open(context, &NoPassphrasePrompt)?;
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the bare method is not general over the files' lifetime")]
        let dropped = with_session_files(context, &keystores, |files| files.remove_expired());
        if dropped.removed > 0 {
            ui::note(&format!("fixed: removed expired session files: {}", dropped.removed));
        }
        for failure in dropped.failures {
            ui::warn(&failure.to_string());
        }
    }
    Ok(())
}
