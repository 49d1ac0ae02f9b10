//! The credential report of an account becomes findings. Never fetches one, and never takes a report that cannot be read for an empty one.

mod check;
mod cure;
mod glob;
mod judge;
mod lookups;
mod parse;
mod user;

pub use check::{ALL, Check, kinds};
pub use glob::Glob;
pub use judge::{Found, Judgement, Limits, judge};
pub use lookups::{BearerKey, Devices, Lookups};
pub use parse::{Report, ReportFault};
pub use user::{AccessKey, Certificate, Last, ROOT, User};
