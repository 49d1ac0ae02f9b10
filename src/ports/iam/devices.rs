//! The MFA devices of a user. Never decides which calls are made.

use crate::ports::AwsFault;

/// MFA devices, as IAM knows them.
///
/// A call that is added here is added in `aws/iam/devices.rs`, and in the fake of each test that uses it (`commands/add/devices.rs`).
pub trait MfaDevices {
    /// The serials of the devices of the user (`ListMFADevices`): a block-unless-MFA policy leaves this call open. A serial may be one
    /// that STS cannot use.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn mfa_devices(&self, user_name: &str) -> Result<Vec<String>, AwsFault>;
}
