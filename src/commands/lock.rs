//! `vault lock`: ends what an earlier passphrase or code unlocked. Never removes a stored key.

use clap::Args;

use crate::app::session_cache::with_session_files;
use crate::app::{Context, Failure, keystores};
use crate::keystore::NoPassphrasePrompt;
use crate::ui;

/// Lock the `file` keystore, and optionally drop every session
///
/// The next command that needs a key of the `file` keystore asks for its
/// passphrase. Keychains and GPG keys are locked by their own programs. Credentials
/// that a running command already has stay valid until they expire.
#[derive(Args)]
#[command(after_help = "Examples:
  vault lock
  vault lock --sessions                    the next call needs a code")]
pub struct Arguments {
    /// Also drop the cached sessions of every profile, and the key that opens them
    #[arg(long)]
    sessions: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let keystores = keystores::open(context, &NoPassphrasePrompt)?;
    let locked = keystores.lock();
    let mut kept = None;
    if arguments.sessions {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the bare method is not general over the files' lifetime")]
        let dropped = with_session_files(context, &keystores, |files| files.remove_all());
        kept = dropped.key_kept;
        // Without their key, remaining files are useless.
        if kept.is_none() {
            ui::note("the cached sessions are dropped");
        }
    }
    if locked {
        ui::note("the `file` keystore is locked");
    }
    outcome(locked, kept.as_deref())
}

/// Fails with everything that is still unlocked, not only the first.
fn outcome(locked: bool, kept: Option<&str>) -> Result<u8, Failure> {
    let mut open = Vec::new();
    if !locked {
        open.push((
            "the kernel keyring still holds the unlocked `file` keystore".to_owned(),
            "drop it with `keyctl purge -p user vault:file:`, which leaves the keys of other programs alone",
        ));
    }
    if let Some(reason) = kept {
        open.push((format!("the key of the cached sessions is still there: {reason}"), "drop the sessions themselves: `vault clear`"));
    }
    if open.is_empty() {
        return Ok(0);
    }
    let (messages, hints): (Vec<_>, Vec<_>) = open.into_iter().unzip();
    Err(hints.into_iter().fold(Failure::new(messages.join(", and ")), Failure::hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_stays_open_is_named_with_its_cure() {
        assert!(outcome(true, None).is_ok());
        for (locked, kept) in [(false, None), (true, Some("it is read-only")), (false, Some("it is read-only"))] {
            let failure = outcome(locked, kept).expect_err("something is open");
            let said = format!("{} {}", failure.message, failure.hints.join(" "));
            assert_eq!(said.contains("the kernel keyring still holds"), !locked, "{said}");
            assert_eq!(said.contains("it is read-only"), kept.is_some(), "{said}");
            assert_eq!(failure.hints.len(), usize::from(!locked) + usize::from(kept.is_some()), "{said}");
            assert!(!said.contains("keyctl clear"), "that drops the keys of every program: {said}");
        }
    }
}
