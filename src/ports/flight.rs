//! One at a time: the locks between the processes of one user, and the ledger of the codes that were sent. Never waits for a lock itself.

use crate::model::{MfaSerial, Timestamp, TokenCode};
use crate::plan::{SessionKey, Source};

use super::{Holder, Place};

/// One at a time: every process of the user goes through these locks before it asks or calls.
///
/// Dropping a guard lets the next one in, and so does the death of the process. Where the file system has no locks, a guard guards nothing.
pub trait SingleFlight {
    /// The turn to ask for a code of the device in a place, held for as long as a person takes. Nobody waits here for a question in another
    /// place, except who has nobody to ask: that one waits until nobody asks for the device any more, and then it gets the turn without
    /// being asked. A question that nobody sees, since its process is in the background of the terminal, is not waited for either.
    ///
    /// `wait` is called again and again while another process asks, and ends the waiting with what is wrong.
    ///
    /// # Errors
    /// What `wait` answered.
    fn turn(&self, serial: &MfaSerial, place: Place, wait: &mut Waiting<'_>) -> Result<Box<dyn TurnGuard>, NotWaited>;
    /// Held across re-check of the cache, a look into the ledger and the STS call together, and never while anybody is asked.
    fn device(&self, serial: &MfaSerial) -> Box<dyn DeviceGuard>;
    /// Held across re-check of the cache and an STS call that needs no code. With a place, the keystore may ask there for a passphrase
    /// meanwhile: then only those wait that would ask in the same place.
    fn session(&self, key: &SessionKey, place: Option<Place>) -> Box<dyn SessionGuard>;
    /// In place of that, where the call is signed by a source of the profile's own: held while the source is asked, too.
    fn source(&self, source: &Source) -> Box<dyn SessionGuard>;
}

/// Decides whether another process that asks is waited for, again and again while it does. Its end is not waited for after an error.
pub type Waiting<'a> = dyn FnMut(&Holder) -> Result<(), NotWaited> + 'a;

/// Why another process that asks was not waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWaited {
    /// The person did not want to.
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
    /// The last TOTP step (Unix time divided by 30) in which AWS took a code of this device, or may have.
    fn last_spent_step(&self) -> Option<u64>;
    /// Whether this very code was sent in the steps around `step`, and how that ended.
    fn sent_before(&self, code: &TokenCode, step: u64) -> Option<Sent>;
    /// Whether AWS ever took a code of this device, or refused one as wrong: it knows the device then.
    fn has_worked(&self) -> bool;
    /// Until when AWS takes no code of this device, where it is over its budget.
    fn closed_until(&self) -> Option<Timestamp>;
    /// Writes that down.
    fn close_until(&mut self, until: Timestamp);
    /// Writes down what becomes of a code that is sent in `step`, before and after.
    fn record(&mut self, code: &TokenCode, step: u64, what: Sent);
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way, or its answer does not say what became of it: AWS may have taken it.
    Pending,
    /// AWS took it: the step is spent.
    Taken,
    /// AWS refused it.
    Refused,
    /// It never reached AWS, or AWS did not look at it: nothing is spent.
    Unanswered,
}
