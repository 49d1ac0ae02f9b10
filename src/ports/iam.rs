//! AWS Identity and Access Management, as one user. Never decides which calls are made.

use super::AwsFault;

/// IAM, with the credentials and over the route that it was made with: what each call shares.
///
/// A call that is added here is added in `aws/iam.rs`, and in the fake of each test that uses it (`commands/add/devices.rs`).
pub trait Iam {
    /// The serials of the devices of the user (`ListMFADevices`): a block-unless-MFA policy leaves this call open. A serial may be one
    /// that STS cannot use.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn mfa_devices(&self, user_name: &str) -> Result<Vec<String>, AwsFault>;
}
