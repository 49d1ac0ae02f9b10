//! Takes the keys that are safe by now out of the plaintext files they came from. Never takes out one that was not read back, and never
//! touches another tool's store.

use zeroize::Zeroizing;

use crate::app::aws_files::AwsFile;
use crate::app::{Context, Failure, config_file};
use crate::config::scrub::{MovedKey, Scrubbing, holds, scrub};
use crate::config::{ProfileSet, SourceFile};
use crate::foreign::{Tool, csv};
use crate::keystore::Keystores;
use crate::model::{in_shell, shown};
use crate::os::{dirs, files};
use crate::ports::KeyStoreError;
use crate::ui;

use super::candidates::{Candidate, Stored};
use super::gathered::PlainFile;
use super::moving::is_same;
use super::outcome::Outcome;

pub(super) fn all(context: &Context, keystores: &Keystores<'_>, plain: &[PlainFile], candidates: &[Candidate]) -> Vec<Failure> {
    let mut troubles = Vec::new();
    // Read it again: an earlier step may have reported a section that is not in the file.
    let config = match AwsFile::Config.read(&context.env) {
        Ok(file) => ProfileSet::index(file, None),
        Err(error) => return vec![error],
    };
    for file in plain {
        let mut safe = Vec::new();
        for candidate in candidates.iter().filter(|candidate| candidate.tool == file.tool) {
            match is_safe(&config, keystores, candidates, candidate) {
                // It is not stored, and the person knows why.
                None => {}
                Some(Ok(())) => safe.push(candidate),
                Some(Err(kept)) => troubles.push(kept.said(file, candidate)),
            }
        }
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

/// Why a key stays in its file.
enum Kept {
    /// The keystore has another secret for it.
    OtherSecret,
    /// The stored key could not be read.
    NotRead(KeyStoreError),
    /// Without its section, no command would know the profile.
    NoProfile,
}

/// Whether the keystore returns this very key; `None` if no key with its id was imported or already stored.
pub(super) fn is_stored(keystores: &Keystores<'_>, all: &[Candidate], candidate: &Candidate) -> Option<Result<bool, KeyStoreError>> {
    let of = candidate.same_as.map_or(candidate, |index| &all[index]);
    let (profile, key) = (of.profile.as_ref()?, candidate.key.as_ref()?);
    match (of.outcome(), &of.stored) {
        // It was read back when it was stored. The secret of a second copy may be another one.
        (Some(Outcome::Imported), _) => Some(Ok(of.key.as_ref().is_some_and(|stored| is_same(stored, key)))),
        (Some(Outcome::Already), Stored::Same(backend)) => Some(keystores.stored_in(profile, *backend).map(|stored| is_same(&stored, key))),
        _ => None,
    }
}

/// The same, and under a profile that the config file has.
fn is_safe(config: &ProfileSet, keystores: &Keystores<'_>, all: &[Candidate], candidate: &Candidate) -> Option<Result<(), Kept>> {
    let profile = candidate.same_as.map_or(candidate, |index| &all[index]).profile.as_ref()?;
    // AWS tools ignore a section with a broken header. The import reports that separately, and shows the right header.
    let is_there = config.is_defined(profile) || config.profile(profile).is_err() || !config.ignored_sections(profile.as_str()).is_empty();
    Some(match is_stored(keystores, all, candidate)? {
        Err(error) => Err(Kept::NotRead(error)),
        Ok(false) => Err(Kept::OtherSecret),
        Ok(true) if !is_there => Err(Kept::NoProfile),
        Ok(true) => Ok(()),
    })
}

impl Kept {
    fn said(&self, file: &PlainFile, candidate: &Candidate) -> Failure {
        let (place, name) = (shown(&dirs::with_tilde(&file.path)), candidate.shown_name());
        let because = match self {
            Self::OtherSecret => "the stored key of the same id has another secret".to_owned(),
            Self::NotRead(error) => format!("it could not be compared with the stored one: {error}"),
            Self::NoProfile => "the config file has no profile for it".to_owned(),
        };
        let failure = Failure::new(format!("the key of `{}` is left in {place}: {because}", candidate.place));
        let command = in_shell(name);
        match self {
            Self::OtherSecret => failure.hint(format!(
                "try the stored key with `vault exec {command} -- aws sts get-caller-identity`, then remove the wrong one of the two by hand"
            )),
            Self::NoProfile => failure.hint(format!("make the config file writable, or add the profile `{name}` to it yourself; then import again")),
            Self::NotRead(_) => failure.hint("fix that, then import again with `--scrub`"),
        }
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
    let Some(before) = files::read_optional(&file.path)? else {
        tracing::info!("the file is gone: another run has removed it");
        return Ok(Vec::new());
    };
    let before = Zeroizing::new(SourceFile::new(dirs::with_tilde(&file.path), before)?.bytes);
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
            Scrubbing::Gone => tracing::info!(section, "the key is gone: another run has removed it"),
            Scrubbing::Changed => troubles.push(
                Failure::new(format!("the key of section `{section}` is left in {place}: the section does not hold just the imported key"))
                    .hint("look at the section, and remove by hand what is not needed"),
            ),
            Scrubbing::Entangled => troubles.push(
                Failure::new(format!(
                    "the key of section `{section}` is left in {place}: removing its lines would change the meaning of other lines"
                ))
                .hint("put each section header on a separate line, without indentation"),
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

/// A file of keys that no longer holds one is useless.
fn csv_file(file: &PlainFile, before: &[u8], moved: &[MovedKey<'_>], place: &str, had_other_names: bool) -> Result<Vec<Failure>, Failure> {
    let keys: Vec<_> = moved.iter().map(|key| (key.key_id, key.secret)).collect();
    match csv::without(before, &keys) {
        Some(left) if left == before => return Ok(Vec::new()),
        Some(left) => {
            files::rewrite(&file.path, &Zeroizing::new(left))?;
            ui::note(&format!("removed from {place}: the rows of these keys"));
        }
        None => {
            // For a symbolic link, remove the file itself, then the link.
            if let Some(target) = files::resolved(&file.path) {
                files::remove(&target)?;
            }
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
    ui::warn(&format!("{place} had a hard link, which still contains the keys"));
}
