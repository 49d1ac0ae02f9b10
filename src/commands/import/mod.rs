//! `vault import`: copies keys from plaintext files and from other tools into the keystore. Writes or deletes nothing there unless
//! `--scrub` asks for it, and never prints a secret.

mod aws_vault;
mod candidates;
mod emptying;
mod gathered;
mod left_over;
mod moving;
mod names;
mod outcome;
mod question;
mod report;
mod scrubbing;
mod sections;
mod sources;
mod still_there;
mod table;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::app::passphrase::TerminalPassphrase;
use crate::app::{Context, Failure, keystores};
use crate::ui;

use aws_vault::AwsVaultArguments;
use candidates::Candidate;
use outcome::Outcome;

/// Import keys from files and from other tools
///
/// Without a source, it looks in all of them. It shows what it finds and asks once.
/// Each key is checked with AWS, stored, and read back. Only --scrub changes the
/// files that the keys come from.
#[derive(Args)]
#[command(after_help = "Examples:
  vault import                             everything that is found
  vault import --dry-run                   only show what is there
  vault import credentials --scrub         move the keys out of
                                           ~/.aws/credentials
  vault import csv accessKeys.csv --as me
  vault import aws-vault --store pass --prefix aws")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Arguments {
    /// Where the keys are [default: everywhere]
    #[arg(value_enum)]
    source: Option<Source>,
    /// The file; for `credentials`, the default is the one that AWS tools read
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Import without asking
    #[arg(short, long)]
    yes: bool,
    /// Do not check the keys with AWS
    #[arg(long)]
    no_verify: bool,
    /// The name for the only key, or a new name for one of several
    #[arg(long = "as", value_name = "NAME|OLD=NEW", value_parser = NonEmptyStringValueParser::new())]
    names: Vec<String>,
    /// Replace stored keys that have the same name and differ
    #[arg(short, long)]
    force: bool,
    /// Remove from plaintext files the keys that are imported and read back
    #[arg(long)]
    scrub: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    aws_vault: AwsVaultArguments,
}

/// Where keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    /// The shared credentials file, or another one like it
    Credentials,
    /// A file that the AWS console gave
    Csv,
    /// The stores of aws-vault
    AwsVault,
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let passphrase = TerminalPassphrase;
    let keystores = keystores::open(context, &passphrase)?;
    let mut gathered = sources::gather(context, arguments)?;
    question::name_the_nameless(&mut gathered.found, arguments)?;
    names::rename(&mut gathered.found, &arguments.names)?;
    let mut candidates = candidates::of(context, &keystores, gathered.found, arguments.force)?;
    if let Some(place) = &gathered.in_pass {
        candidates::spare_items_of(&keystores, place, &mut candidates);
    }

    let table = table::of(&candidates);
    if candidates.is_empty() {
        // Each of aws-vault's stores was told of when it was read.
        if gathered.troubles.is_empty() && arguments.source != Some(Source::AwsVault) {
            ui::note(&format!("found no keys in {}", gathered.looked_in.join(", ")));
        }
    } else if !arguments.json {
        table.print()?;
    }
    if arguments.dry_run {
        candidates.iter_mut().filter(|candidate| candidate.is_open()).for_each(Candidate::only_shown);
    } else {
        if let Some(first) = candidates.iter().find(|candidate| candidate.is_open())
            && !arguments.yes
        {
            question::confirm(&keystores, first, &candidates, arguments.json.then_some(&table))?;
        }
        moving::all(context, &keystores, &mut candidates, arguments);
        if arguments.scrub {
            gathered.troubles.extend(sections::before_scrubbing(context, &candidates));
            gathered.troubles.extend(scrubbing::all(context, &keystores, &gathered.files, &candidates));
            let is_safe = |candidate: &Candidate| matches!(scrubbing::is_stored(&keystores, &candidates, candidate), Some(Ok(true)));
            emptying::tell(context, &candidates, is_safe, &arguments.aws_vault, gathered.in_pass.as_ref());
        } else {
            gathered.troubles.extend(sections::write(context, &candidates));
            still_there::tell(context, &gathered.files, &candidates, arguments);
            let is_stored = |candidate: &Candidate| still_there::is_stored(&candidates, candidate);
            emptying::tell(context, &candidates, is_stored, &arguments.aws_vault, gathered.in_pass.as_ref());
        }
    }
    if matches!(arguments.source, None | Some(Source::AwsVault)) {
        left_over::tell(context)?;
    }
    if arguments.json {
        ui::json(&report::as_json(&candidates))?;
    }
    for trouble in &gathered.troubles {
        ui::report(trouble);
    }
    let failed = candidates.iter().any(|candidate| candidate.outcome() == Some(Outcome::Failed));
    Ok(u8::from(failed || !gathered.troubles.is_empty()))
}
