//! Facts become findings: what is wrong, how bad that is, and what cures it. Touches nothing: no files, no clock, no environment, no network.

mod finding;

pub use finding::{Finding, Kind, Severity, sort};

/// Every kind of finding, under the command that reports it.
#[must_use]
pub fn catalogue() -> Vec<(&'static str, &'static [Kind])> {
    Vec::new()
}
