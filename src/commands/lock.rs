//! `vault lock`: ends what an earlier passphrase or code unlocked. Never removes a stored key.

use clap::Args;

use crate::app::session_cache::with_session_files;
use crate::app::{Context, Failure, keystores};
use crate::keystore::NoPassphrasePrompt;
use crate::ui;

/// Lock the `file` keystore, and optionally drop every session
///
/// The next command that needs a key of the `file` keystore asks for its passphrase.
/// Keychains and GPG keys are locked by their own programs. The credentials of
/// running commands stay valid until they expire.
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
            "the `file` keystore",
            "the kernel keyring still holds it unlocked".to_owned(),
            "drop it with `keyctl purge -p user vault:file:`, which leaves the keys of other programs alone",
        ));
    }
    if let Some(reason) = kept {
        open.push((
            "the key of the cached sessions",
            format!("it is still there: {reason}"),
            "drop the sessions themselves: `vault clear`",
        ));
    }
    let failure = match &open[..] {
        [] => return Ok(0),
        [(what, why, _)] => Failure::new(format!("{what} is not locked: {why}")),
        several => {
            let rows = several.iter().map(|(what, why, _)| [(*what).to_owned(), why.clone()]).collect();
            Failure::new("not everything could be locked").list(["STILL OPEN", "WHY"], rows)
        }
    };
    Err(open.into_iter().map(|(_, _, hint)| hint).fold(failure, Failure::hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_stays_open_is_named_with_its_cure() {
        assert!(outcome(true, None).is_ok());
        for (locked, kept) in [(false, None), (true, Some("it is read-only")), (false, Some("it is read-only"))] {
            let failure = outcome(locked, kept).expect_err("something is open");
            let rows = failure.list.iter().flat_map(|list| list.rows.concat()).collect::<Vec<_>>();
            let said = format!("{} {} {}", failure.message, rows.join(" "), failure.hints.join(" "));
            assert_eq!(failure.list.is_some(), failure.hints.len() > 1, "several things are a table: {said}");
            assert_eq!(said.contains("the kernel keyring still holds"), !locked, "{said}");
            assert_eq!(said.contains("it is read-only"), kept.is_some(), "{said}");
            assert_eq!(failure.hints.len(), usize::from(!locked) + usize::from(kept.is_some()), "{said}");
            assert!(!said.contains("keyctl clear"), "that drops the keys of every program: {said}");
        }
    }
}
