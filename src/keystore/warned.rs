//! Shows each warning once per run, even if a key is read often. Never decides the text.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Calls `warn`, unless this run already called it for the same `matter`.
pub(super) fn once(matter: &str, warn: impl FnOnce()) {
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert(matter.to_owned()) {
        warn();
    }
}
