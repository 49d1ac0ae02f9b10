//! What an enrolment needs of the person and of this machine: an authenticator to give the seed to, and a note of what was begun. Never talks
//! to AWS.

use crate::model::MfaSerial;

use super::{CodePair, NewDevice, PromptError};

/// Takes the seed of a new device, and gives codes computed from it.
pub trait Authenticator {
    /// Whether the codes are computed by this machine's clock.
    fn uses_our_clock(&self) -> bool;
    /// Hands over the seed where that was not done yet, and gives two codes in a row.
    ///
    /// # Errors
    /// See [`PromptError`].
    fn codes(&self, request: &PairRequest<'_>) -> Result<CodePair, PromptError>;
}

/// What an authenticator needs to know.
pub struct PairRequest<'a> {
    pub device: &'a NewDevice,
    /// What was wrong with the codes before, where this is not the first time.
    pub complaint: Option<&'a str>,
    /// How far this machine's clock is ahead of AWS's, in seconds.
    pub clock_ahead: i64,
}

/// The note of a device that a run has begun to make, or to remove, so that the next run can finish what an interrupted one left at AWS. Each of
/// the two has its own note. It holds no secret.
pub trait DeviceNote {
    /// The device that was begun last and is not known to be done.
    fn begun(&self) -> Option<MfaSerial>;
    /// Writes down that the device is about to be made or removed.
    fn begin(&self, serial: &MfaSerial);
    /// Clears the note: the device is in a profile, or deleted, or untouched.
    fn done(&self);
}
