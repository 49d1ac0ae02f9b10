//! IAM calls about MFA devices.

use crate::support::aws::clock::rfc3339;
use crate::support::aws::state::User;
use crate::support::aws::totp::Device;
use crate::support::aws::xml::{element, text};

pub fn list_mfa_devices(user: &User) -> String {
    let device = |device: &Device| {
        let enabled = text("EnableDate", &rfc3339(device.enabled));
        element("member", &(text("UserName", &user.name) + &text("SerialNumber", &device.serial) + &enabled))
    };
    let devices: String = user.devices.iter().map(device).collect();
    element("MFADevices", &devices) + &text("IsTruncated", "false")
}
