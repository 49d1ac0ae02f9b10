//! AWS Identity and Access Management: a trait for each family of calls. Never says with which credentials, or by which route: the
//! implementor knows.

mod devices;
mod keys;
mod report;

pub use devices::{CodePair, MfaDevices, NewDevice};
pub use keys::{AccessKey, AccessKeys, KeyStatus, LastUse, QUARANTINE_POLICY};
pub use report::{CredentialReports, ReportAnswer, ReportState};
