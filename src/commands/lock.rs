//! `vault lock`: ends what an earlier passphrase and an earlier code opened. Never removes a stored key.

use clap::Args;

use crate::keystore::NoPassphrasePrompt;
use crate::ui::{self, Failure};

use super::context::Context;
use super::session_cache::with_session_files;

/// Forget the passphrase that was given, and the sessions too if asked to
///
/// The next command that needs a key of the `file` keystore asks for its
/// passphrase. Keychains and GPG keys are locked by their own programs. Credentials
/// that a running command has already got stay good until they expire.
#[derive(Args)]
#[command(after_help = "Examples:
  vault lock
  vault lock --sessions                    also ask for a code before the next call")]
pub struct Arguments {
    /// Drop the cached sessions of every profile too, and the key that opens them
    #[arg(long)]
    sessions: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let keystores = context.keystores(&NoPassphrasePrompt)?;
    let locked = keystores.lock();
    let mut kept = None;
    if arguments.sessions {
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the bare method is not general over the files' lifetime")]
        let dropped = with_session_files(context, &keystores, |files| files.remove_all());
        kept = dropped.key_kept;
        // Without their key, files that stay are of no use to anybody.
        if kept.is_none() {
            ui::note("the cached sessions are dropped");
        }
    }
    if !locked {
        return Err(Failure::new("the kernel goes on keeping the unlocked `file` keystore")
            .hint("see what it keeps with `keyctl show @u`, and drop it with `keyctl clear @u`"));
    }
    ui::note("the `file` keystore is locked");
    match kept {
        None => Ok(0),
        Some(reason) => Err(Failure::new(format!("the key of the cached sessions is still there: {reason}"))
            .hint("drop the sessions themselves: `vault clear`")),
    }
}
