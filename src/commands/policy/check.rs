//! `vault policy check`: finds the traps in policies. Never changes a file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::app::Failure;
use crate::judge::Severity;
use crate::judge::policy::check::{Options, Report};
use crate::judge::policy::document::Kind;
use crate::judge::policy::json;
use crate::judge::policy::lint::{Facts, Id};
use crate::judge::policy::sarif::sarif;
use crate::model::{AccountId, Malformed, Partition, shown};
use crate::os::{files, stdin};
use crate::ui;

use super::shown::lines;

/// Find what is wrong with policies, and show what that allows
///
/// Reads policies as IAM takes them, stack templates in JSON or YAML, and
/// the output of `terraform show -json` and `aws iam
/// get-account-authorization-details`. Each finding shows the corrected statement,
/// and what a long-term key, a session without MFA and a session with MFA can do.
/// What the file does not hold is reported as unchecked.
#[derive(Args)]
#[command(after_help = "Examples:
  vault policy check policy.json
  vault policy check --as trust --account 123456789012 trust.json
  vault policy check --format sarif template.yaml > findings.sarif
  vault policy check --allow first-password --strict policies/*.json")]
pub(super) struct Arguments {
    /// Files to check; `-` is stdin
    #[arg(required = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// What the policies are, if `Principal` does not tell
    #[arg(long = "as", value_name = "KIND", value_enum)]
    kind: Option<As>,
    /// The partition of the account, such as aws-cn
    #[arg(long, value_parser = Partition::parse)]
    partition: Option<Partition>,
    /// The account that the policies are for
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    account: Option<AccountId>,
    /// Fail at warnings too
    #[arg(long)]
    strict: bool,
    /// Leave out findings of this id
    #[arg(long, value_name = "ID", value_parser = id)]
    allow: Vec<Id>,
    /// Print the truth table of each flagged statement
    #[arg(long)]
    prove: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum As {
    Identity,
    Trust,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Sarif,
}

fn id(text: &str) -> Result<Id, Malformed> {
    Id::parse(text).ok_or_else(|| {
        let near = Id::ALL.into_iter().min_by_key(|id| strsim::damerau_levenshtein(id.as_str(), text));
        let near = near.map_or_else(String::new, |id| format!(": did you mean `{}`?", id.as_str()));
        Malformed(format!("there is no finding `{}`{near}", text.escape_debug()))
    })
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let texts: Vec<_> = arguments.files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let options = Options {
        kind: arguments.kind.map(|kind| match kind {
            As::Identity => Kind::Identity,
            As::Trust => Kind::Trust,
        }),
        facts: Facts {
            partition: arguments.partition.map(|partition| partition.as_str().to_owned()),
            account: arguments.account.as_ref().map(ToString::to_string),
            ..Facts::default()
        },
        allowed: arguments.allow.clone(),
    };
    let reports: Vec<_> = texts.iter().map(|(name, text)| Report::of(name, text, &options)).collect();
    match if arguments.json { Format::Json } else { arguments.format } {
        Format::Json => json_document(&reports)?,
        Format::Sarif => ui::data(format!("{}\n", json::pretty(&sarif(&reports, env!("CARGO_PKG_VERSION")))).as_bytes())?,
        Format::Text => ui::lines(&lines(&reports, arguments.prove))?,
    }
    let fails = |severity| severity == Severity::Error || arguments.strict && severity == Severity::Warning;
    let failed = reports.iter().flat_map(Report::findings).any(|(_, finding)| fails(finding.severity));
    Ok(u8::from(failed))
}

fn json_document(reports: &[Report<'_>]) -> Result<(), Failure> {
    let nodes: Vec<_> = reports.iter().flat_map(Report::nodes).collect();
    ui::data(format!("{}\n", json::pretty(&nodes.into())).as_bytes())
}

/// The name to show and the text. A byte order mark does not belong to it.
fn read(path: &Path) -> Result<(String, String), Failure> {
    let (name, bytes) = if path == Path::new("-") { ("-".to_owned(), stdin::read_all(MOST)?) } else { (shown(path), files::read(path)?) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = memchr::memchr_iter(b'\n', &error.as_bytes()[..error.utf8_error().valid_up_to()]).count() + 1;
        Failure::new(format!("`{name}` is not UTF-8 text: line {line} has other bytes")).hint("save it as UTF-8")
    })?;
    Ok((name, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
}

/// The limit for stdin, in mebibytes: the same as for a file.
const MOST: u64 = 64;
