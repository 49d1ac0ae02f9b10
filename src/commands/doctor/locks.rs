//! The locks of vault that other processes hold as `doctor` runs. Never waits for one.

use std::path::Path;

use crate::app::Context;
use crate::judge::health::LockFact;
use crate::model::{path_in_shell, shown};
use crate::os::dirs;
use crate::os::files::{self, HeldLock};

/// The locks that the same process held before and still holds.
pub fn held(context: &Context, before: &[HeldLock]) -> Vec<LockFact> {
    let now = if before.is_empty() { Vec::new() } else { files::held_locks(&context.directories.locks()) };
    let holder = |lock: &HeldLock| (lock.path.clone(), lock.holder.as_ref().map(|holder| holder.pid));
    now.into_iter().filter(|lock| before.iter().any(|known| holder(known) == holder(lock))).map(fact).collect()
}

fn fact(HeldLock { path, holder }: HeldLock) -> LockFact {
    let (pid, program, seconds) = holder.map_or((None, None, None), |holder| (Some(holder.pid), holder.program, holder.seconds));
    let (shown, in_shell) = (shown(&dirs::with_tilde(&path)), path_in_shell(&path).into_owned());
    LockFact {
        path: shown,
        in_shell,
        guards: guarded_by(&path),
        pid,
        program: program.map(|name| crate::model::fit(&name).into_owned()),
        seconds,
    }
}

/// The purpose of a lock file, from its name.
fn guarded_by(path: &Path) -> &'static str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name.split(['-', '.']).next().unwrap_or_default() {
        "device" => "a code of the same MFA device",
        "turn" | "asking" | "question" => "a code of the same MFA device, or the same terminal,",
        "session" => "the same session",
        "source" => "credentials of the same source",
        "keys" => "to change the same keystore",
        "index" => "to change the index of stored keys",
        "identity" => "to set up the file keystore",
        "aws" => "to change the config file",
        "enrolment" | "removal" => "the same user's MFA devices",
        "cache" => "the session cache",
        "rotate" => "to replace a stored key",
        "settings" => "to change the settings",
        _ => "the same",
    }
}
