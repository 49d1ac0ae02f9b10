//! `vault` alone on a terminal: what is here, and what is worth doing next. Never unlocks, calls or asks anything.

use crate::app::aws_files::AwsFile;
use crate::app::listing::{self, Listed};
use crate::app::{Context, Failure, keystores, unfinished_setup};
use crate::foreign::aws_vault;
use crate::judge::next_step::{Facts, KeyPlace, KeyPlaceKind, NextStep, next_steps};
use crate::keystore::{Entry, NoPassphrasePrompt};
use crate::model::{ProfileName, in_shell, shown};
use crate::os::{clock, dirs};
use crate::ui;

/// The most profiles that are shown: `vault list` shows the rest.
const MOST: usize = 20;

pub fn run(context: &Context) -> Result<u8, Failure> {
    greet(context).map_err(|failure| failure.hint("`vault doctor` looks for everything that is wrong"))?;
    Ok(0)
}

fn greet(context: &Context) -> Result<(), Failure> {
    let keystores = keystores::open(context, &NoPassphrasePrompt)?;
    let entries = keystores.entries()?;
    let rows = listing::all(context, &keystores, &entries)?;
    let facts = facts(context, &rows, &entries)?;
    let steps = next_steps(&facts);
    if facts.has_key || facts.usable.is_some() {
        let mut chosen: Vec<&Listed> = rows.iter().collect();
        if rows.len() > MOST {
            chosen.retain(|row| !row.keys.is_empty() || !row.sessions.is_empty() || row.fault.is_some());
            chosen.truncate(MOST);
        }
        ui::listing(chosen.iter().copied(), clock::now()).print()?;
        if chosen.len() < rows.len() {
            ui::lines(&[format!("and {} more: {} list", rows.len() - chosen.len(), program())])?;
        }
    } else {
        let mut lines = vec!["No access key is stored yet.".to_owned()];
        lines.extend(facts.importable.iter().map(in_words));
        ui::lines(&lines)?;
    }
    ui::lines(&[String::new()])?;
    let mut said: Vec<_> = steps.iter().flat_map(commands).collect();
    said.push((format!("{} help", program()), "all commands, and pages to read".to_owned()));
    ui::steps(&said)?;
    listing::warn(context, &keystores, entries, clock::now())
}

fn facts(context: &Context, rows: &[Listed], entries: &[Entry]) -> Result<Facts, Failure> {
    let profiles = context.profiles()?;
    let is_ignored = !profiles.broken_headers().is_empty() || !profiles.all_ignored_sections().is_empty();
    let last_session = |row: &&Listed| row.sessions.iter().map(|session| session.expires).max();
    let usable = || rows.iter().filter(|row| row.is_usable);
    // Otherwise, the last of several equally good ones would be chosen.
    let best = usable().rev().max_by_key(|row| (last_session(row), !row.keys.is_empty()));
    Ok(Facts {
        is_something_wrong: is_ignored || rows.iter().any(|row| row.fault.is_some()),
        has_key: !entries.is_empty(),
        unfinished_setup: unfinished_setup::pending(&context.directories, entries),
        usable: best.map(|row| row.name.clone()),
        // A section with only a region is not a sign of a key.
        lacks_key: rows.iter().filter(|row| row.mfa.is_some() || row.role.is_some()).find_map(|row| row.lacks_key_of.clone()),
        importable: if entries.is_empty() { importable(context, rows) } else { Vec::new() },
    })
}

/// The facts that can be gathered without unlocking anything or starting a program.
fn importable(context: &Context, rows: &[Listed]) -> Vec<KeyPlace> {
    let plaintext = |file: AwsFile| file.place(&context.env).map(|path| dirs::with_tilde(&path));
    let has_key = |path: &std::path::PathBuf| rows.iter().filter_map(|row| row.plaintext.as_ref()).any(|origin| *origin.file == *path);
    let plaintext = [AwsFile::Credentials, AwsFile::Config].into_iter().filter_map(plaintext).filter(has_key);
    let plaintext = plaintext.map(|path| KeyPlace { kind: KeyPlaceKind::Plaintext, path: shown(&path) });
    let of_aws_vault = aws_vault::seen(&context.env).into_iter();
    let of_aws_vault = of_aws_vault.map(|path| KeyPlace { kind: KeyPlaceKind::AwsVault, path: shown(&dirs::with_tilde(&path)) });
    plaintext.chain(of_aws_vault).collect()
}

fn in_words(place: &KeyPlace) -> String {
    match place.kind {
        KeyPlaceKind::Plaintext => format!("`{}` holds unencrypted keys.", place.path),
        KeyPlaceKind::AwsVault => format!("`{}` holds keys of aws-vault.", place.path),
    }
}

/// The commands of a step, each with what it does.
fn commands(step: &NextStep) -> Vec<(String, String)> {
    let line = |words: &str, about: &str| (format!("{} {words}", program()), about.to_owned());
    match step {
        NextStep::Doctor => vec![line("doctor", "something is wrong: this says what, and how to fix it")],
        NextStep::ContinueSetup(command) => vec![line(command, "go on where the setup was interrupted")],
        NextStep::Exec(profile) => {
            let name = profile.in_shell();
            vec![
                line(&format!("exec {name} -- aws s3 ls"), "run a command with its credentials"),
                line(&format!("exec {name}"), "a shell; `exit` leaves it"),
            ]
        }
        NextStep::Import => vec![line("import", "copy those keys: shown first, checked, and read back")],
        NextStep::Add(profile) => {
            let name = profile.as_ref().map_or("NAME".into(), ProfileName::in_shell);
            vec![line(&format!("add {name}"), "store a key of a user who has an MFA device")]
        }
        NextStep::Setup => vec![line("setup NAME", "start with a key alone: makes the MFA device and signs you in")],
    }
}

fn program() -> String {
    in_shell(ui::program()).to_string()
}
