//! The credential report of the account, and what it leaves out. Never decides which calls are made.

use crate::judge::report::BearerKey;
use crate::model::Timestamp;
use crate::ports::AwsFault;

/// The credential report, as IAM makes it.
pub trait CredentialReports {
    /// Asks for a new report (`GenerateCredentialReport`): within four hours, AWS goes on serving the one that there is.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn generate_report(&self) -> Result<ReportState, AwsFault>;

    /// The report (`GetCredentialReport`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn report(&self) -> Result<ReportAnswer, AwsFault>;

    /// Who has the virtual MFA devices of the account (`ListVirtualMFADevices`): the ARNs of their users.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn owners_of_virtual_devices(&self) -> Result<Vec<String>, AwsFault>;

    /// The serials of the devices of one user (`ListMFADevices`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn serials_of(&self, user_name: &str) -> Result<Vec<String>, AwsFault>;

    /// The service-specific credentials of all users (`ListServiceSpecificCredentials`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn service_credentials(&self) -> Result<Vec<BearerKey>, AwsFault>;
}

/// How far AWS is with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    Complete,
    UnderWay,
}

/// What AWS answers to the question for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportAnswer {
    Ready {
        content: Vec<u8>,
        generated_at: Option<Timestamp>,
    },
    /// It is being made.
    UnderWay,
    /// There is none, or only one that is too old: a new one must be asked for.
    Absent,
}
