//! The stages of an enrolment up to the enabled device. Never writes a profile.

use crate::engine::retries::until;
use crate::model::{Arn, MfaDevice, MfaSerial, is_off, spoken_offset};
use crate::ports::{
    Authenticator, AwsFault, AwsFaultKind, Clock, CodePair, DeviceNote, MfaDevices, NewDevice, Notices, PairRequest, PromptError,
};

use super::left_over;
use super::name::{candidates, serial_of};
use super::pairs::{NoPair, with_pairs};

/// How long to wait until AWS knows its own device, in seconds.
const PATIENCE: i64 = 30;

/// What an enrolment reaches the world through.
pub struct Enroller<'a> {
    /// IAM as the plain key, or through the session of the first device.
    pub iam: &'a dyn MfaDevices,
    pub note: &'a dyn DeviceNote,
    pub notices: &'a dyn Notices,
    pub clock: &'a dyn Clock,
    /// Whose device it is.
    pub user: &'a Arn,
    pub user_name: &'a str,
}

/// What is at AWS before anything is made.
pub struct Found {
    pub devices: Vec<MfaDevice>,
    /// The device of an earlier run, which was interrupted after AWS had enabled it.
    pub enabled_earlier: Option<MfaSerial>,
}

/// Why there is no new device.
pub struct NotEnrolled {
    pub why: Why,
    /// A virtual device that is at AWS now, belongs to nobody, and could not be deleted.
    pub left: Option<MfaSerial>,
}

pub enum Why {
    Aws(AwsFault),
    Prompt(PromptError),
    /// A clock that is this many seconds ahead would compute the codes.
    ClockOff(i64),
    /// AWS took no pair of codes.
    CodesRefused,
    /// There is a device of the name that was asked for.
    NameTaken(String),
}

impl From<AwsFault> for NotEnrolled {
    fn from(fault: AwsFault) -> Self {
        Self { why: Why::Aws(fault), left: None }
    }
}

impl Enroller<'_> {
    /// Looks at what the user has.
    ///
    /// # Errors
    /// When AWS does not tell.
    pub fn look(&self) -> Result<Found, AwsFault> {
        let devices = self.iam.mfa_devices(self.user_name)?;
        let begun = self.note.begun();
        let enabled_earlier = begun.filter(|serial| devices.iter().any(|device| device.has_serial(serial)));
        Ok(Found { devices, enabled_earlier })
    }

    /// Makes the device and enables it.
    ///
    /// # Errors
    /// See [`NotEnrolled`]. What was made and is of no use is deleted, or named.
    pub fn enroll(&self, asked: Option<&str>, authenticator: &dyn Authenticator) -> Result<(MfaSerial, CodePair), NotEnrolled> {
        let ahead = self.iam.clock_ahead().unwrap_or(0);
        if is_off(ahead) {
            if authenticator.uses_our_clock() {
                return Err(NotEnrolled { why: Why::ClockOff(ahead), left: None });
            }
            self.notices.warn(&format!(
                "this machine's clock is {}: take the codes from the device, and not from a program on this machine",
                spoken_offset(ahead)
            ));
        }
        // Nobody has its seed, so nobody can use it.
        left_over::delete(self.iam, self.note, self.notices, "an earlier run made and never enabled");
        let device = self.create(asked)?;
        let codes = self.enable(&device, authenticator, ahead).map_err(|why| NotEnrolled { why, left: self.undo(&device.serial) })?;
        Ok((device.serial, codes))
    }

    fn create(&self, asked: Option<&str>) -> Result<NewDevice, NotEnrolled> {
        // A policy may not let the user see what there is: a name that is taken is then found out by trying.
        let unassigned = self.iam.unassigned_devices().unwrap_or_default();
        for name in candidates(self.user_name, asked, &unassigned) {
            if let Some(serial) = serial_of(self.user, &name) {
                // Before it is made: if this process is killed meanwhile, the next run knows what may be there.
                self.note.begin(&serial);
            }
            match self.iam.create_device(&name) {
                Ok(device) => return Ok(device),
                Err(fault) if fault.kind == AwsFaultKind::AlreadyExists => {
                    self.note.done();
                    if asked.is_some() {
                        return Err(NotEnrolled { why: Why::NameTaken(name), left: None });
                    }
                    self.notices.tell(&format!("the name `{name}` is taken by another device"));
                }
                Err(fault) if fault.may_be_done() => {
                    let left = serial_of(self.user, &name).and_then(|serial| self.undo(&serial));
                    return Err(NotEnrolled { why: Why::Aws(fault), left });
                }
                Err(fault) => {
                    self.note.done();
                    return Err(fault.into());
                }
            }
        }
        Err(NotEnrolled { why: Why::NameTaken(self.user_name.to_owned()), left: None })
    }

    fn enable(&self, device: &NewDevice, authenticator: &dyn Authenticator, clock_ahead: i64) -> Result<CodePair, Why> {
        let ask = |complaint: Option<&str>| authenticator.codes(&PairRequest { device, complaint, clock_ahead });
        with_pairs(ask, |codes| self.enable_with(&device.serial, codes)).map_err(|no| match no {
            NoPair::Aws(fault) => Why::Aws(fault),
            NoPair::Prompt(error) => Why::Prompt(error),
            NoPair::Refused => Why::CodesRefused,
        })
    }

    /// Tries again if AWS does not know its own device yet, or is busy with it.
    fn enable_with(&self, serial: &MfaSerial, codes: &CodePair) -> Result<(), AwsFault> {
        let not_yet = |fault: &AwsFault| matches!(fault.kind, AwsFaultKind::NoSuchEntity | AwsFaultKind::TemporarilyUnmodifiable);
        let enable = || self.iam.enable_device(self.user_name, serial, codes);
        until((self.clock, self.notices), PATIENCE, enable, not_yet).or_else(|fault| {
            // If an answer is lost, the SDK retries by itself, and AWS refuses the retry because the first attempt worked.
            let may_be_ours = matches!(fault.kind, AwsFaultKind::AlreadyExists | AwsFaultKind::MfaFirst) || fault.may_be_done();
            if may_be_ours && self.has(serial) { Ok(()) } else { Err(fault) }
        })
    }

    fn has(&self, serial: &MfaSerial) -> bool {
        let devices = self.iam.mfa_devices(self.user_name).unwrap_or_default();
        devices.iter().any(|device| device.has_serial(serial))
    }

    /// Deletes what was made in vain; what is left where that may not be.
    fn undo(&self, serial: &MfaSerial) -> Option<MfaSerial> {
        match self.iam.delete_device(serial.as_str()) {
            // The note stays: the next run tries again.
            Err(fault) if fault.kind != AwsFaultKind::NoSuchEntity => Some(serial.clone()),
            _ => {
                self.note.done();
                None
            }
        }
    }
}
