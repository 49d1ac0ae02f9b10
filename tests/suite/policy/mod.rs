//! Policies: findings, evaluation, and printed policies. Most tests call the library: `judge::policy` does no I/O.

mod blogs;
mod corpus;
mod corrections;
mod evaluation;
mod hcl;
mod inputs;
mod printed;
mod readme;
mod speed;
mod traps;
mod unchecked;

use std::path::{Path, PathBuf};

use vault::judge::policy::check::{Options, Report};
use vault::judge::policy::document::Kind;
use vault::judge::policy::evaluate::Mfa;
use vault::judge::policy::lint::{Facts, Id};

/// A folder with data of these tests.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/policy").join(name)
}

/// The ids of the findings in a text.
fn ids(text: &str, options: &Options) -> Vec<&'static str> {
    let report = Report::of("policy.json", text, options);
    let mut ids: Vec<_> = report.findings().map(|(_, finding)| finding.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
