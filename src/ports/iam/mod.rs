//! AWS Identity and Access Management: a trait for each family of calls. The credentials and the route of the calls are the implementor's.

mod devices;
mod keys;
mod report;

pub use devices::{CodePair, MfaDevices, NewDevice};
pub use keys::{AccessKey, AccessKeys, KeyStatus, LastUse, QUARANTINE_POLICY};
pub use report::{CredentialReports, ReportAnswer, ReportState};
