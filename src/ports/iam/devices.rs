//! The MFA devices of a user. Never decides which calls are made.

use secrecy::SecretString;

use crate::model::{MfaDevice, MfaSerial, TokenCode};
use crate::ports::AwsFault;

/// MFA devices, as IAM knows them. Each call names the user: with temporary credentials IAM cannot infer it.
///
/// A call that is added here is added in `aws/iam/devices.rs`, and in the fake of each test that uses it.
pub trait MfaDevices {
    /// The devices of the user (`ListMFADevices`): a block-unless-MFA policy leaves this call open.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn mfa_devices(&self, user_name: &str) -> Result<Vec<MfaDevice>, AwsFault>;

    /// The serials of the virtual devices of the account that are nobody's (`ListVirtualMFADevices`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn unassigned_devices(&self) -> Result<Vec<String>, AwsFault>;

    /// Makes a virtual device that is nobody's yet (`CreateVirtualMFADevice`). It is asked once: after an answer that was lost, nobody has
    /// the seed of the device that may be there.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn create_device(&self, name: &str) -> Result<NewDevice, AwsFault>;

    /// Gives the device to the user (`EnableMFADevice`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn enable_device(&self, user_name: &str, serial: &MfaSerial, codes: &CodePair) -> Result<(), AwsFault>;

    /// Has AWS find out how far the clock of the device is off (`ResyncMFADevice`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn resync_device(&self, user_name: &str, serial: &MfaSerial, codes: &CodePair) -> Result<(), AwsFault>;

    /// Takes the device from the user (`DeactivateMFADevice`). A virtual one is nobody's from then on.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn deactivate_device(&self, user_name: &str, serial: &str) -> Result<(), AwsFault>;

    /// Deletes a virtual device that is nobody's (`DeleteVirtualMFADevice`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn delete_device(&self, serial: &str) -> Result<(), AwsFault>;

    /// How far this machine's clock is ahead of the `Date` of the last answer, in seconds; `None` where there was none.
    fn clock_ahead(&self) -> Option<i64>;
}

/// A virtual device as AWS makes it: it tells the seed this once.
pub struct NewDevice {
    pub serial: MfaSerial,
    /// What codes are computed from, as base32 text.
    pub seed: SecretString,
}

/// Two codes of a device, one right after the other.
pub struct CodePair {
    pub first: TokenCode,
    pub second: TokenCode,
}
