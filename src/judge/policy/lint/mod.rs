//! Finds what is wrong with a policy: one file for each family of traps. Never reads a file, and never changes a policy.

mod age;
mod cases;
mod correction;
mod devices;
pub mod exceptions;
mod finding;
mod keys;
mod mfa_keys;
mod names;
mod operators;
mod partition;
mod rewrite;
pub mod size;
mod source_ip;
mod subject;
mod syntax;
mod trust;
mod version;
mod words;

pub(super) use cases::cases_of;
pub use cases::{Cases, mfa_cases};
pub use finding::{Finding, Id, KINDS};
pub(super) use source_ip::is_private;
pub use subject::{Attached, Facts, Subject};

use super::document::{Kind, Reading};
use super::tree::Node;

/// Everything that is wrong with the policy, in the order of the text.
#[must_use]
pub fn lint(document: &Node, reading: &Reading, facts: &Facts) -> Vec<Finding> {
    let subject = Subject::new(document, reading, facts);
    let mut found = find(&subject, reading);
    correction::complete(&subject, &mut found);
    found
}

/// The same, where each correction cures one thing.
fn find(subject: &Subject<'_>, reading: &Reading) -> Vec<Finding> {
    let mut found = Vec::new();
    syntax::find(reading, &mut found);
    for find in [
        operators::find,
        age::find,
        words::find,
        devices::find,
        exceptions::find,
        names::find,
        partition::find,
        trust::find,
        keys::find,
        version::find,
        source_ip::find,
        size::find,
    ] {
        find(subject, &mut found);
    }
    found.sort_by_key(|finding| (finding.span.start, finding.id));
    found
}
