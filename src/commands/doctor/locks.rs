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
        "device" | "turn" | "asking" => "a code of the same MFA device",
        "question" => "the same terminal",
        "session" => "the same session",
        "source" => "credentials of the same source",
        "keys" => "to change the same keystore",
        "index" => "to change the index of stored keys",
        "identity" => "to set up the file keystore",
        "rotate" => "to replace a stored key",
        "aws" => "to change the config file",
        "settings" => "to change the settings",
        "enrolment" | "removal" => "the same user's MFA devices",
        "cache" => "the session cache",
        _ => "what it guards",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_of_vault_guards_something_that_has_a_name() {
        for name in [
            "device-0a1b",
            "turn-0a1b-terminal",
            "asking-0a1b",
            "question-terminal-8800",
            "session-0a",
            "source-0a1b",
            "keys-file.lock",
            "index.lock",
            "identity.lock",
            "rotate.lock",
            "aws-config",
            "settings",
            "enrolment-0a1b",
            "removal-0a1b",
            "cache-key",
        ] {
            assert_ne!(guarded_by(Path::new(name)), guarded_by(Path::new("other")), "{name}");
        }
    }
}
