//! `vault remove`: removes a stored key and the sessions made from it. Never touches the config file.

use clap::Args;

use crate::app::passphrase::TerminalPassphrase;
use crate::app::session_cache::{is_unclaimed, with_session_files};
use crate::app::{Context, Failure, keystores, unfinished_setup};
use crate::cli::arguments::profile_name_argument;
use crate::keystore::{Entry, Keystores};
use crate::model::ProfileName;
use crate::ports::KeyStoreError;
use crate::prompt::Terminal;
use crate::sessions::{CachedSession, Scope};
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
    let agreed = if arguments.force { None } else { Some(ask(context, &keystores, name)?) };
    let (removal, outcome) = keystores.remove_agreed(name, agreed.as_deref());
    let left = keystores.indexed().unwrap_or_default();
    // Also if another keystore still has its key. A key whose id was unknown may have made any session that belongs to no other key.
    let gone = &removal.removed;
    let of_any = outcome.is_ok() && gone.iter().any(|entry| entry.key_id.is_none());
    let bases: Vec<_> = gone.iter().flat_map(Entry::signers).map(ToString::to_string).collect();
    let scope = if of_any { Scope::All } else { Scope::Bases(&bases) };
    drop_sessions(context, &keystores, scope, |session| {
        gone.iter().any(|entry| is_of(session, entry)) || of_any && is_unclaimed(session, &left)
    });
    if !gone.is_empty() {
        unfinished_setup::over(&context.directories, name);
    }
    outcome.map_err(|error| match error {
        KeyStoreError::NotFound { .. } => {
            Failure::new(format!("no key is stored as `{name}`")).hint("`vault list` shows which keys are stored, and where")
        }
        KeyStoreError::Changed { backend, .. } => {
            Failure::new(format!("the key `{name}` in the {backend} keystore changed while you were asked, so vault keeps it"))
                .hint(format!("to remove the key that is there now, run `{}`", again(context, name, false)))
        }
        error => error.into(),
    })?;
    ui::note(&format!("removed {}, stored as `{name}`", listed(gone)));
    if !removal.still_in.is_empty() {
        let still: Vec<_> = removal.still_in.iter().map(ToString::to_string).collect();
        ui::note(&format!("a key of that name is still in the {} keystore", still.join(" and the ")));
    }
    Ok(0)
}

/// The keys that the person agrees to remove.
fn ask(context: &Context, keystores: &Keystores<'_>, name: &ProfileName) -> Result<Vec<Entry>, Failure> {
    let entries = keystores.removable(name)?;
    let terminal = Terminal::open_to_ask(false)
        .map_err(|error| Failure::new(error.to_string()).hint(format!("remove it without a prompt: `{}`", again(context, name, true))))?;
    let question = if let [_] = &entries[..] {
        format!("Remove {}, stored as `{name}`? AWS will not show its secret again. [y/N] ", listed(&entries))
    } else {
        for line in table(&entries).lines() {
            terminal.tell(line);
        }
        format!("Remove these {} keys, stored as `{name}`? AWS will not show their secrets again. [y/N] ", entries.len())
    };
    if terminal.agrees(&question)? { Ok(entries) } else { Err(Failure::new(format!("nothing was removed: key `{name}` stays"))) }
}

/// The command as it was given, by force if so wanted: without the keystore, the key would be removed from every one.
fn again(context: &Context, name: &ProfileName, by_force: bool) -> String {
    let force = if by_force { " --force" } else { "" };
    format!("vault remove{force} {}{}", name.in_shell(), context.choices.backend_flag(&context.env))
}

fn is_of(session: &CachedSession, entry: &Entry) -> bool {
    entry.has_signed(&session.label.base)
}

/// Drops the sessions made from the key. Any that remain expire by themselves.
fn drop_sessions(context: &Context, keystores: &Keystores<'_>, scope: Scope<'_>, of_key: impl Fn(&CachedSession) -> bool) {
    with_session_files(context, keystores, |files| {
        let dropped = files.remove(scope, &[], of_key);
        for error in dropped.failures {
            ui::warn(&format!("a session of the key could not be dropped: {error}"));
        }
        if let Some(reason) = dropped.key_kept {
            ui::warn(&format!("the cache key was not replaced, so a copied session file could still be decrypted: {reason}"));
        }
    });
}

/// The keys, for the terminal.
fn table(keys: &[Entry]) -> String {
    let mut table = ui::Table::new(["KEY", "KEYSTORE", "USER"]);
    for key in keys {
        let ids: Vec<_> = key.key_ids().map(ToString::to_string).collect();
        table.row([ids.join(" "), key.backend.to_string(), key.user.clone().unwrap_or_default()], None);
    }
    table.for_stderr()
}

fn listed(entries: &[Entry]) -> String {
    let each = |entry: &Entry| format!("{} in the {} keystore", entry.in_words_or("the key"), entry.backend);
    entries.iter().map(each).collect::<Vec<_>>().join(" and ")
}
