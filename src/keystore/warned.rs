//! Gives each warning once a run, however often a key is read. Never decides what is said.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Calls `warn`, unless it was called in this run for the same `matter`.
pub(super) fn once(matter: &str, warn: impl FnOnce()) {
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(matter.to_owned()) {
        warn();
    }
}
