//! What the person is asked: once, whether to go on. Never asks where `--yes` or a script says that nobody is there.

use crate::app::Failure;
use crate::foreign::Found;
use crate::keystore::Keystores;
use crate::prompt::Terminal;
use crate::ui::{self, Table};

use super::Arguments;
use super::candidates::Candidate;

/// Asks before anything is stored, with the table where it is not on stdout.
pub(super) fn confirm(
    keystores: &Keystores<'_>,
    first: &Candidate,
    candidates: &[Candidate],
    table: Option<&Table<6>>,
) -> Result<(), Failure> {
    let terminal = Terminal::open_to_ask(false)
        .map_err(|error| Failure::new(format!("nothing is imported: {error}")).hint("import without a prompt: add `--yes`"))?;
    if let Some(table) = table {
        // A terminal that has gone away has nobody to show it to.
        let _ = terminal.say(&table.text());
    }
    let open = candidates.iter().filter(|candidate| candidate.is_open()).count();
    let what = if open == 1 { format!("`{}`", first.shown_name()) } else { format!("these {open} keys") };
    let where_to = first.profile.as_ref().map_or_else(String::new, |name| format!(" into the {} keystore", keystores.choice(name).backend));
    if terminal.agrees(&format!("Import {what}{where_to}? [y/N] "))? { Ok(()) } else { Err(Failure::new("nothing is imported")) }
}

/// Asks for a name where a file does not say whose key it holds.
pub(super) fn name_the_nameless(found: &mut [Found], arguments: &Arguments) -> Result<(), Failure> {
    if !arguments.names.is_empty() {
        return Ok(());
    }
    for found in found.iter_mut().filter(|found| found.name.is_empty()) {
        let Some(key) = found.held.key() else { continue };
        let nameless =
            || Failure::usage(format!("the file does not say whose key {} is", key.key_id)).hint("give it a name: add `--as NAME`");
        if arguments.yes {
            return Err(nameless());
        }
        if arguments.dry_run {
            ui::note(&format!("the file does not say whose key {} is: `--as NAME` gives it a name", key.key_id));
            continue;
        }
        let terminal = Terminal::open_to_ask(false).map_err(|_| nameless())?;
        let name = terminal.line(&format!("Name for key {}: ", key.key_id))?.trim().to_owned();
        if name.is_empty() {
            return Err(nameless());
        }
        found.name = name;
    }
    Ok(())
}
