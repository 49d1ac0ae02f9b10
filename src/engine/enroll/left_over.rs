//! Deletes the unassigned virtual device that an interrupted run left. Never deletes one that a user has.

use crate::ports::{AwsFaultKind, DeviceNote, MfaDevices, Notices};

/// Deletes the device that the note names, and clears the note. `what` happened to the device, as in "which …". The caller knows that no
/// user has it.
pub(super) fn delete(iam: &dyn MfaDevices, note: &dyn DeviceNote, notices: &dyn Notices, what: &str) {
    let Some(serial) = note.begun() else { return };
    match iam.delete_device(serial.as_str()) {
        Ok(()) => notices.tell(&format!("deleted the device {serial}, which {what}")),
        Err(fault) if fault.kind == AwsFaultKind::NoSuchEntity => {}
        Err(_) => {
            let left = left_unassigned(serial.as_str());
            notices.tell(&format!("an earlier run did not finish: {left}"));
        }
    }
    note.done();
}

/// What to do about an unassigned virtual device that this user may not delete.
#[must_use]
pub fn left_unassigned(serial: &str) -> String {
    format!("{serial} is left unassigned; an administrator can delete it with `aws iam delete-virtual-mfa-device --serial-number {serial}`")
}
