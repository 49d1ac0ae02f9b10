//! `vault audit`: who in an account is without MFA, and how old their keys are, from the credential report. Never changes anything.

mod live;
mod saved;
mod written;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::app::{Context, Failure, request};
use crate::cli::arguments::{CredentialArguments, profile_name_argument};
use crate::judge::Severity;
use crate::judge::report::{Glob, Judgement, Limits, Lookups, Report};
use crate::model::{Malformed, ProfileName, Timestamp, ticked};
use crate::os::clock;
use crate::ui;

/// Show who in an account has no MFA, and which keys and passwords are old or unused
///
/// Reads the credential report that AWS makes of an account. Every finding comes
/// with a fix: a command, or a sentence to send to the user. Nothing is changed.
#[derive(Args)]
#[command(after_help = "Examples:
  vault audit auditor                      with the credentials of that profile
  vault audit prod staging                 several accounts
  vault audit --report report.csv          a report that was saved
  vault audit --report report.csv --fail-on high
  vault audit auditor --max-key-age 60d --bots 'ci-*'
  vault audit auditor --format markdown > audit.md")]
pub struct Arguments {
    /// The profiles whose accounts are audited, with their credentials [default: `$AWS_PROFILE`]
    #[arg(value_name = "PROFILE", value_parser = ProfileName::parse, add = profile_name_argument())]
    profiles: Vec<ProfileName>,
    /// A saved credential report, instead of asking AWS
    #[arg(long, value_name = "FILE", conflicts_with = "profiles")]
    report: Option<PathBuf>,
    /// The age at which an access key is too old: 90d, 12w, 36h
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "90d")]
    max_key_age: Age,
    /// For how long a key or a password may be unused
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "45d")]
    max_unused: Age,
    /// The age at which a console password is too old [default: not checked]
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_password_age: Option<Age>,
    /// Users that are programs, as a pattern with `*` and `?`
    #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
    bots: Option<String>,
    /// How to write the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print JSON: short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// End with status 1 at a finding of this severity or worse
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    credentials: CredentialArguments,
}

/// An age in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Age(i64);

/// How the findings are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Table,
    Json,
    /// For spreadsheets
    Csv,
    /// For tickets and wikis
    Markdown,
}

/// The worst severity that is put up with is the one below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
        }
    }
}

/// Reads `90d`, `12w`, `36h`.
fn age(text: &str) -> Result<Age, Malformed> {
    let fault = || Malformed(format!("`{}` is not an age such as `90d`, `12w` or `36h`", text.escape_debug()));
    let unit = match text.as_bytes().last() {
        Some(b'w') => 7 * 86_400,
        Some(b'd') => 86_400,
        Some(b'h') => 3_600,
        Some(b'm') => 60,
        Some(b's') => 1,
        _ => return Err(fault()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| fault())?;
    Ok(Age(i64::from(number) * unit))
}

/// One account, judged.
pub(super) struct Audited {
    pub(super) account: Option<String>,
    pub(super) generated_at: Option<Timestamp>,
    pub(super) now: Timestamp,
    report: Report,
    lookups: Lookups,
    limits: Limits,
}

impl Audited {
    pub(super) fn users(&self) -> usize {
        self.report.users.len()
    }

    /// The findings. Each call makes them again, because all of them at once may not fit into memory.
    pub(super) fn judgement(&self) -> Judgement<'_> {
        Judgement::new(&self.report, &self.lookups, &self.limits, self.now)
    }
}

pub fn run(context: &Context, arguments: &Arguments) -> Result<u8, Failure> {
    let now = clock::now();
    if let Some(path) = &arguments.report {
        let (report, generated_at) = saved::read(path)?;
        return finish(&[audit(report, Lookups::default(), generated_at, arguments, now)], arguments);
    }
    let profiles = match &arguments.profiles[..] {
        [] => vec![request::profile(&context.env, None, "audit")?],
        named => named.to_vec(),
    };
    let audited = profiles.iter().map(|profile| {
        let live::Live { report, generated_at, lookups } = live::ask(context, profile, &arguments.credentials)?;
        Ok::<_, Failure>(audit(report, lookups, generated_at, arguments, now))
    });
    finish(&audited.collect::<Result<Vec<_>, Failure>>()?, arguments)
}

fn audit(report: Report, lookups: Lookups, generated_at: Option<Timestamp>, arguments: &Arguments, now: Timestamp) -> Audited {
    let limits = Limits {
        key_age: arguments.max_key_age.0,
        unused: arguments.max_unused.0,
        password_age: arguments.max_password_age.map(|age| age.0),
        bots: arguments.bots.as_deref().map(Glob::new),
    };
    let account = report.account.as_ref().map(ToString::to_string);
    let of = account.as_ref().map_or_else(String::new, |account| format!(" of account {account}"));
    let age = generated_at.map_or_else(String::new, |at| format!(", made {at} ({} ago)", ago(at, now)));
    ui::note(&format!("credential report{of}: {} users{age}", report.users.len()));
    tell_of_gaps(&report);
    Audited { account, generated_at, now, report, lookups, limits }
}

/// What the report lacks, or what this version cannot read in it.
fn tell_of_gaps(report: &Report) {
    for (column, checks) in &report.missing {
        let message = format!("the report has no column `{column}`");
        if checks.is_empty() {
            ui::note(&message);
        } else {
            ui::warn(&format!("{message}: not everything is checked for {}", ticked(checks)));
        }
    }
    if !report.unknown.is_empty() {
        ui::note(&format!("the report has columns that this version does not know: {}", ticked(&report.unknown)));
    }
    if !report.has_root() {
        ui::warn("the report says nothing about the root user, so root is not checked");
    }
    if !report.with_more.is_empty() {
        ui::warn(&format!("these users have more credentials than the report shows: {}", report.with_more.join(", ")));
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(at).max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Writes what was found, and decides the status.
fn finish(audited: &[Audited], arguments: &Arguments) -> Result<u8, Failure> {
    let format = if arguments.json { Format::Json } else { arguments.format };
    written::write(audited, format)?;
    let worst = audited.iter().filter_map(|audited| audited.judgement().worst()).min();
    if worst.is_none() {
        ui::note("no findings");
    }
    let fails = arguments.fail_on.zip(worst).is_some_and(|(fail_on, worst)| worst <= fail_on.severity());
    Ok(u8::from(fails))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_unit() {
        for (text, seconds) in [("90d", 7_776_000), ("12w", 7_257_600), ("36h", 129_600), ("0d", 0), ("30m", 1_800), ("5s", 5)] {
            assert_eq!(age(text), Ok(Age(seconds)), "{text}");
        }
        for bad in ["", "d", "90", "-1d", "1.5d", "90 d", "99999999999d", "d90", "1h30m", "9ä"] {
            assert!(age(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let now = Timestamp::from_unix(1_000_000_000);
        let told = |seconds: i64| ago(Timestamp::from_unix(now.as_unix() - seconds), now);
        assert_eq!([0, 119, 120, 7_199, 7_200, 172_800].map(told), ["0 s", "119 s", "2 min", "119 min", "2 h", "2 days"]);
        assert_eq!(told(-5), "0 s", "a clock that is off");
    }
}
