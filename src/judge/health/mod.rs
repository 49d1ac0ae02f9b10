//! What is wrong with this machine and this config, from facts that somebody else gathered. Never looks at the machine, and never holds a
//! secret: what it says can be pasted into a bug report.

mod config;
mod environment;
mod facts;
mod files;
mod kinds;
mod machine;

pub use facts::{ConfigFault, Facts, FileFact, KeystoreFact, KeystoreState, PathFact, PlainKey, Process, UnknownKey, Variable};
pub use kinds::{ALL, kinds};

use super::{Finding, sort};

/// All that is wrong, the worst first.
#[must_use]
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    machine::judge(facts, &mut findings);
    environment::judge(&facts.variables, facts.now, &mut findings);
    config::judge(facts, &mut findings);
    files::judge(facts, &mut findings);
    sort(&mut findings);
    findings
}
