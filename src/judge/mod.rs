//! Facts become findings: what is wrong, how bad that is, and what cures it; and what is worth doing next. Touches nothing: no files, no clock, no environment, no network.

pub mod denial;
mod finding;
pub mod health;
pub mod next_step;
pub mod policy;
pub mod report;

pub use finding::{Finding, Kind, Severity, sort};

/// Every kind of finding, under the command that reports it.
#[must_use]
pub fn catalogue() -> Vec<(&'static str, Vec<&'static Kind>)> {
    vec![
        ("audit", report::kinds()),
        ("doctor", health::kinds()),
        ("policy check", policy::lint::KINDS.iter().collect()),
        ("why", denial::kinds()),
    ]
}
