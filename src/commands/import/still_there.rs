//! Says which plaintext files still hold keys that are stored by now, and how to remove them there. Never changes such a file.

use std::path::Path;

use crate::app::Context;
use crate::app::aws_files::AwsFile;
use crate::foreign::Tool;
use crate::model::{ProfileName, in_shell, path_in_shell, shown};
use crate::os::dirs;
use crate::ui;

use super::Arguments;
use super::candidates::Candidate;
use super::gathered::PlainFile;
use super::outcome::Outcome;

/// How many names to list.
const MOST: usize = 10;

/// For each file, after an import without `--scrub`.
pub(super) fn tell(context: &Context, files: &[PlainFile], candidates: &[Candidate], arguments: &Arguments) {
    for file in files {
        let stored: Vec<_> =
            candidates.iter().filter(|candidate| candidate.tool == file.tool && is_stored(candidates, candidate)).collect();
        if stored.is_empty() {
            continue;
        }
        let (listed, more) = stored.split_at(stored.len().min(MOST));
        let mut names: Vec<_> = listed.iter().map(|candidate| format!("`{}`", candidate.shown_name())).collect();
        names.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
        let place = shown(&dirs::with_tilde(&file.path));
        ui::note(&format!("`{place}` still holds the unencrypted {}: {}", keys(stored.len()), names.join(", ")));
        ui::hint(&format!("delete the stored keys from that file with `{}`", command(context, file, &stored, arguments)));
    }
}

fn keys(count: usize) -> &'static str {
    if count == 1 { "key" } else { "keys" }
}

/// Whether a key of this id is stored, as far as that is known without unlocking anything: `--scrub` compares the two.
pub(super) fn is_stored(all: &[Candidate], candidate: &Candidate) -> bool {
    let of = candidate.same_as.map_or(candidate, |index| &all[index]);
    matches!(of.outcome(), Some(Outcome::Imported | Outcome::Already))
}

fn command(context: &Context, file: &PlainFile, stored: &[&Candidate], arguments: &Arguments) -> String {
    let is_default = |path: &Path| AwsFile::Credentials.path(&context.env).is_ok_and(|default| default == path);
    let source = match file.tool {
        Tool::Csv => format!("csv {}", path_in_shell(&file.path)),
        _ if is_default(&file.path) => "credentials".to_owned(),
        _ => format!("credentials {}", path_in_shell(&file.path)),
    };
    let names = names(file, stored, arguments);
    let names: Vec<_> = names.iter().map(|name| format!(" --as {}", in_shell(name))).collect();
    format!("vault import {source} --scrub{}", names.concat())
}

/// The names that the command must give again, so that it finds the keys stored.
fn names(file: &PlainFile, stored: &[&Candidate], arguments: &Arguments) -> Vec<String> {
    let is_for = |said: &str, name: &ProfileName| said == name.as_str() || said.ends_with(&format!("={name}"));
    let is_given = |said: &&String| stored.iter().filter_map(|candidate| candidate.profile.as_ref()).any(|name| is_for(said, name));
    match stored {
        // Its name was typed.
        [only] if file.tool == Tool::Csv && arguments.names.is_empty() && only.place != only.shown_name() => {
            vec![only.shown_name().to_owned()]
        }
        _ => arguments.names.iter().filter(is_given).cloned().collect(),
    }
}
