//! One at a time: the locks between the processes of one user, and the ledger of sent codes. Never waits for a lock itself.

use crate::model::{MfaSerial, Timestamp, TokenCode};
use crate::plan::{SessionKey, Source};

use super::{Holder, Place};

/// One at a time: every process of the user takes these locks before it asks or calls.
///
/// Dropping a guard lets the next one in, and so does the death of the process. On a file system without locks, a guard guards nothing.
pub trait SingleFlight {
    /// The right to ask for a code of the device in a place, held for as long as a person needs. Nobody waits here for a prompt in another
    /// place, except a process that cannot prompt: it waits until nobody asks for the device any more, and then it gets the turn without
    /// a prompt. Nobody waits for an invisible prompt of a background process, or for a stopped one, either.
    ///
    /// `wait` is called repeatedly while another process asks, and its error ends the wait.
    ///
    /// # Errors
    /// The error of `wait`.
    fn turn(&self, serial: &MfaSerial, place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited>;
    /// Held across the second cache check, the ledger check and the STS call together, and never during a prompt.
    fn device(&self, serial: &MfaSerial) -> Box<dyn DeviceGuard>;
    /// Held across the second cache check and an STS call that needs no code. With a place, the keystore may ask there for a passphrase
    /// meanwhile: then only processes that would ask in the same place wait. Nobody waits for a stopped process.
    fn session(&self, key: &SessionKey, place: Option<Place>) -> Box<dyn SessionGuard>;
    /// The same for a call that a profile's own source signs: held while the source runs, too.
    fn source(&self, source: &Source) -> Box<dyn SessionGuard>;
}

/// Decides repeatedly whether to keep waiting for another process that asks. An error ends the wait.
pub type Waiting<'a> = dyn FnMut(&Holder) -> Result<(), NotWaited> + 'a;

/// Why the wait for another process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWaited {
    /// The user chose not to wait.
    NoWait(Holder),
    /// It took too long.
    TooLong(Holder),
    /// Nobody waits for the credentials any more.
    ClientGone,
}

/// The turn to ask in one place.
pub trait TurnGuard {}

/// The lock of one session, or of one source.
pub trait SessionGuard {}

/// The lock of an MFA device, with the ledger of the codes that were sent to AWS.
pub trait DeviceGuard {
    /// The last TOTP step (Unix time divided by 30) in which AWS accepted a code of this device, or may have.
    fn last_spent_step(&self) -> Option<u64>;
    /// Whether this code was sent in the steps around `step`, and how that ended.
    fn sent_before(&self, code: &TokenCode, step: u64) -> Option<Sent>;
    /// Whether AWS ever accepted a code of this device, or refused one as wrong: then it knows the device.
    fn has_worked(&self) -> bool;
    /// Until when AWS accepts no code of this device, if there were too many.
    fn closed_until(&self) -> Option<Timestamp>;
    /// Records that.
    fn close_until(&mut self, until: Timestamp);
    /// Records the state of a code that is sent in `step`, before and after the call.
    fn record(&mut self, code: &TokenCode, step: u64, what: Sent);
}

/// The state of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was sent, and its result is unknown: AWS may have used it.
    Pending,
    /// AWS accepted it: the step is used up.
    Taken,
    /// AWS refused it.
    Refused,
    /// It never reached AWS, or AWS did not check it: nothing is used up.
    Unanswered,
}
