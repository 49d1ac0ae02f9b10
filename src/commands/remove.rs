//! `vault remove`: removes a stored key and the sessions made from it. Never touches the config file.

use clap::Args;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::session_cache::{is_unclaimed, with_session_files};
use crate::app::{Context, Failure, keystores};
use crate::cli::arguments::profile_name_argument;
use crate::keystore::{Entry, Keystores};
use crate::model::ProfileName;
use crate::ports::KeyStoreError;
use crate::prompt::Terminal;
use crate::sessions::CachedSession;
use crate::ui;

/// Remove a stored key
///
/// Removes the key from this machine, with the sessions made from it. The key still
/// exists in AWS: deactivate it there if nobody uses it any more. The profile's
/// section in ~/.aws/config stays.
#[derive(Args)]
#[command(after_help = "Example:
  vault remove old-user")]
pub struct Arguments {
    /// The profile whose key to remove
    #[arg(value_name = "NAME", value_parser = ProfileName::parse, add = profile_name_argument())]
    name: ProfileName,
    /// Remove without asking
    #[arg(short, long)]
    force: bool,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let name = &arguments.name;
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    if !arguments.force {
        let keys = keystores.removable(name)?;
        let terminal = Terminal::open_to_ask(false).map_err(|error| {
            Failure::new(error.to_string()).hint(format!("remove it without a prompt: `vault remove --force {}`", name.in_shell()))
        })?;
        let question = match &keys[..] {
            [key] => format!("Remove {}, stored as `{name}`? AWS will not show its secret again. [y/N] ", described(key)),
            several => {
                for line in table(several).lines() {
                    terminal.tell(line);
                }
                format!("Remove these {} keys, stored as `{name}`? AWS will not show their secrets again. [y/N] ", several.len())
            }
        };
        let answer = terminal.line(&question)?;
        if !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::new(format!("nothing was removed: key `{name}` stays")));
        }
    }
    let before = keystores.removable(name)?;
    let outcome = keystores.remove(name);
    let left = keystores.indexed().unwrap_or_default();
    // Also if another keystore still has its key. A key whose id was unknown may have made any session that belongs to no other key.
    let gone: Vec<_> = before.iter().filter(|entry| !left.contains(entry)).collect();
    let of_any = outcome.is_ok() && gone.iter().any(|entry| entry.key_id.is_none());
    drop_sessions(context, &keystores, |session| gone.iter().any(|entry| is_of(session, entry)) || of_any && is_unclaimed(session, &left));
    let removal = outcome.map_err(|error| match error {
        KeyStoreError::NotFound { .. } => {
            Failure::new(format!("no key is stored as `{name}`")).hint("`vault list` shows which keys are stored, and where")
        }
        error => error.into(),
    })?;
    let from: Vec<_> = removal.removed.iter().map(|entry| entry.backend.to_string()).collect();
    ui::note(&format!("key `{name}` is removed from the {} keystore", from.join(" and the ")));
    if !removal.still_in.is_empty() {
        let still: Vec<_> = removal.still_in.iter().map(ToString::to_string).collect();
        ui::note(&format!("a key of that name is still in the {} keystore", still.join(" and the ")));
    }
    Ok(0)
}

fn is_of(session: &CachedSession, entry: &Entry) -> bool {
    entry.key_id.as_ref().is_some_and(|id| session.label.base == id.as_str())
}

/// Drops the sessions made from the key. Any that remain expire by themselves.
fn drop_sessions(context: &Context, keystores: &Keystores<'_>, of_key: impl Fn(&CachedSession) -> bool) {
    with_session_files(context, keystores, |files| {
        let sessions: Vec<_> = files.all().into_iter().filter(&of_key).map(|cached| cached.key).collect();
        let dropped = files.remove(&sessions);
        for error in dropped.failures {
            ui::warn(&format!("a session of the key could not be dropped: {error}"));
        }
        if let Some(reason) = dropped.key_kept {
            ui::warn(&format!("a copied session file could still be opened: the cache key was not replaced: {reason}"));
        }
    });
}

/// The keys, for the terminal.
fn table(keys: &[Entry]) -> String {
    let mut table = ui::Table::new(["KEY", "KEYSTORE", "USER"]);
    for key in keys {
        let id = key.key_id.as_ref().map_or_else(String::new, ToString::to_string);
        table.row([id, key.backend.to_string(), key.user.clone().unwrap_or_default()], None);
    }
    table.for_stderr()
}

fn described(entry: &Entry) -> String {
    let id = entry.key_id.as_ref().map_or_else(|| "the key".to_owned(), |id| format!("key {id}"));
    format!("{id} in the {} keystore", entry.backend)
}
