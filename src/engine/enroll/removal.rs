//! Removes a device from its user, and deletes it if IAM allows that; finishes an interrupted removal. Never decides which device.

use crate::model::{MfaDevice, MfaKind, MfaSerial};
use crate::ports::{AwsFault, AwsFaultKind, DeviceNote, MfaDevices, Notices};

use super::left_over;

/// What a removal reaches the world through.
pub struct Remover<'a> {
    /// IAM through the user's MFA session.
    pub iam: &'a dyn MfaDevices,
    /// The note of a removal. If this were the note of an enrolment, the next enrolment would mistake the device for its own.
    pub note: &'a dyn DeviceNote,
    pub notices: &'a dyn Notices,
    pub user_name: &'a str,
}

/// What became of a device that is no longer the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is deleted.
    Deleted,
    /// It could not be deleted.
    LeftUnassigned,
    /// There is nothing to delete: it is a hardware device.
    Taken,
}

impl Remover<'_> {
    /// Finishes what an interrupted removal left. `devices`: those that the user has.
    pub fn settle(&self, devices: &[MfaDevice]) {
        match self.note.begun() {
            // That run did not get this far: the device still works.
            Some(serial) if devices.iter().any(|device| device.has_serial(&serial)) => self.note.done(),
            _ => left_over::delete(self.iam, self.note, self.notices, "an interrupted `vault mfa remove` removed from your user"),
        }
    }

    /// Takes the device from the user, and deletes it if it is a virtual one.
    ///
    /// # Errors
    /// If the user still has it, or AWS does not say.
    pub fn remove(&self, device: &MfaDevice) -> Result<Removed, AwsFault> {
        let is_virtual = device.kind() == MfaKind::Virtual;
        if let (true, Ok(serial)) = (is_virtual, MfaSerial::parse(&device.serial)) {
            // If this run is interrupted between the two calls, the next one deletes what is left.
            self.note.begin(&serial);
        }
        self.deactivate(device)?;
        if !is_virtual {
            return Ok(Removed::Taken);
        }
        match self.iam.delete_device(&device.serial) {
            Err(fault) if fault.kind != AwsFaultKind::NoSuchEntity => {
                tracing::info!(kind = ?fault.kind, "the device stays at AWS");
                // After a refusal, the next run would be refused too.
                if !fault.may_be_done() {
                    self.note.done();
                }
                Ok(Removed::LeftUnassigned)
            }
            _ => {
                self.note.done();
                Ok(Removed::Deleted)
            }
        }
    }

    fn deactivate(&self, device: &MfaDevice) -> Result<(), AwsFault> {
        let Err(fault) = self.iam.deactivate_device(self.user_name, &device.serial) else { return Ok(()) };
        // If an answer is lost, the SDK retries by itself, and AWS refuses the retry because the first attempt worked.
        if fault.may_be_done() || fault.kind == AwsFaultKind::NoSuchEntity {
            match self.iam.mfa_devices(self.user_name) {
                Ok(devices) if devices.iter().all(|other| other.serial != device.serial) => return Ok(()),
                Ok(_) => {}
                // It is not known: the next run looks again.
                Err(_) => return Err(fault),
            }
        }
        self.note.done();
        Err(fault)
    }
}
