//! What is wrong with this machine and this config, from facts that somebody else gathered. Never looks at the machine, and never holds a
//! secret: what it says can be pasted into a bug report.

mod config;
mod environment;
mod facts;
mod files;
mod items;
mod keys;
mod kinds;
mod locks;
mod machine;
mod profile;

pub use config::judge_plan;
pub use facts::{
    ConfigFault, Facts, FileFact, ItemFact, ItemFault, KeyFact, KeystoreFact, KeystoreState, LockFact, PathFact, PlainKey, Process,
    ProtectedLinked, ProtectedOpen, Unfinished, UnknownKey, Variable,
};
pub use keys::judge_key;
pub use kinds::{PROFILE_PLAN, kinds};
pub use profile::{DeviceFact, ProfileFact, judge_profile};

use super::{Finding, sort};

/// All that is wrong, the worst first.
#[must_use]
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    machine::judge(facts, &mut findings);
    environment::judge(&facts.variables, facts.now, &mut findings);
    config::judge(facts, &mut findings);
    files::judge(facts, &mut findings);
    findings.extend(facts.items.iter().map(items::judge));
    findings.extend(facts.locks.iter().map(locks::judge));
    findings.extend(facts.keys.iter().filter_map(judge_key));
    sort(&mut findings);
    findings
}
