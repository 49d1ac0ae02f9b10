//! The MFA devices of a user, through the SDK. Never decides which calls are made.

use crate::aws::fault::sort;
use crate::ports::{AwsFault, MfaDevices};

use super::IamClient;

impl MfaDevices for IamClient<'_> {
    fn mfa_devices(&self, user_name: &str) -> Result<Vec<String>, AwsFault> {
        const CALL: &str = "ListMFADevices";
        self.call(CALL, async |client| {
            let mut devices = Vec::new();
            let mut marker = None;
            loop {
                let request = client.list_mfa_devices().user_name(user_name).set_marker(marker);
                let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
                devices.extend(answer.mfa_devices().iter().map(|device| device.serial_number().to_owned()));
                marker = answer.marker().map(str::to_owned);
                if !answer.is_truncated() || marker.is_none() {
                    return Ok(devices);
                }
            }
        })
    }
}
