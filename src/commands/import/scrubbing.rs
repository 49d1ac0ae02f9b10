//! Takes the keys that are safe by now out of the plaintext files they came from. Never takes out one that was not read back, and never
//! touches another tool's store.

use zeroize::Zeroizing;

use crate::app::{Context, Failure, config_file};
use crate::config::SourceFile;
use crate::config::scrub::{MovedKey, Scrubbing, holds, scrub};
use crate::foreign::{Tool, csv};
use crate::keystore::Keystores;
use crate::model::shown;
use crate::os::{dirs, files};
use crate::ui;

use super::candidates::{Candidate, Stored};
use super::gathered::PlainFile;
use super::moving::is_same;
use super::outcome::Outcome;

pub(super) fn all(context: &Context, keystores: &Keystores<'_>, plain: &[PlainFile], candidates: &[Candidate]) -> Vec<Failure> {
    let mut troubles = Vec::new();
    for file in plain {
        let safe: Vec<&Candidate> =
            candidates.iter().filter(|candidate| candidate.tool == file.tool && is_safe(keystores, candidates, candidate)).collect();
        if safe.is_empty() {
            continue;
        }
        match one(context, file, &safe) {
            Ok(told) => troubles.extend(told),
            Err(failure) => troubles.push(failure),
        }
    }
    troubles
}

/// Whether the keystore was seen to give this very key.
fn is_safe(keystores: &Keystores<'_>, all: &[Candidate], candidate: &Candidate) -> bool {
    let of = candidate.same_as.map_or(candidate, |index| &all[index]);
    let (Some(profile), Some(key)) = (&of.profile, &candidate.key) else { return false };
    match (of.outcome(), &of.stored) {
        // It was read back when it was stored. The secret of a second copy may be another one.
        (Some(Outcome::Imported), _) => of.key.as_ref().is_some_and(|stored| is_same(stored, key)),
        (Some(Outcome::Already), Stored::Same(backend)) => keystores.stored_in(profile, *backend).is_ok_and(|stored| is_same(&stored, key)),
        _ => false,
    }
}

fn one(context: &Context, file: &PlainFile, safe: &[&Candidate]) -> Result<Vec<Failure>, Failure> {
    let place = shown(&dirs::with_tilde(&file.path));
    let moved: Vec<MovedKey<'_>> = safe
        .iter()
        .filter_map(|candidate| {
            let key = candidate.key.as_ref()?;
            Some(MovedKey { section: &candidate.place, key_id: &key.key_id, secret: &key.secret })
        })
        .collect();
    // As `config_file` does: two runs must not each put back what the other took out.
    let _lock = config_file::lock(context);
    let before = Zeroizing::new(SourceFile::new(dirs::with_tilde(&file.path), files::read(&file.path)?)?.bytes);
    let had_other_names = files::has_other_names(&file.path);
    if file.tool == Tool::Csv {
        return csv_file(file, &before, &moved, &place, had_other_names);
    }
    let scrubbed = scrub(file.kind, &before, &moved);
    if *scrubbed.text != *before {
        files::rewrite(&file.path, &scrubbed.text)?;
    }
    let mut troubles = Vec::new();
    let mut removed = Vec::new();
    for (key, outcome) in moved.iter().zip(&scrubbed.outcomes) {
        let section = key.section;
        match outcome {
            Scrubbing::Removed => removed.push(format!("`{section}`")),
            Scrubbing::Changed => troubles.push(
                Failure::new(format!("the key of section `{section}` is left in {place}: the section does not hold just the imported key"))
                    .hint("look at the section, and remove by hand what is not needed"),
            ),
            Scrubbing::Entangled => troubles.push(
                Failure::new(format!(
                    "the key of section `{section}` is left in {place}: without its lines, the file would say something else"
                ))
                .hint("give each section header a line of its own, without indentation"),
            ),
        }
        if *outcome == Scrubbing::Removed && holds(&scrubbed.text, key.secret) {
            troubles.push(
                Failure::new(format!("the secret of section `{section}` is in another place of {place} too, such as a comment"))
                    .hint(format!("look for key {} there, and remove it by hand", key.key_id)),
            );
        }
    }
    if !removed.is_empty() {
        ui::note(&format!("removed from {place}: the keys of {}", removed.join(", ")));
        if had_other_names {
            warn_of_other_names(&place);
        }
    }
    Ok(troubles)
}

/// A file of keys that holds none any more is of no use.
fn csv_file(file: &PlainFile, before: &[u8], moved: &[MovedKey<'_>], place: &str, had_other_names: bool) -> Result<Vec<Failure>, Failure> {
    let keys: Vec<_> = moved.iter().map(|key| (key.key_id, key.secret)).collect();
    match csv::without(before, &keys) {
        Some(left) if left == before => return Ok(Vec::new()),
        Some(left) => {
            files::rewrite(&file.path, &Zeroizing::new(left))?;
            ui::note(&format!("removed from {place}: the rows of these keys"));
        }
        None => {
            files::remove(&file.path)?;
            ui::note(&format!("removed {place}, which held nothing else"));
        }
    }
    if had_other_names {
        warn_of_other_names(place);
    }
    Ok(Vec::new())
}

fn warn_of_other_names(place: &str) {
    ui::warn(&format!("{place} had another name, a hard link, under which the keys are still there"));
}
