//! The MFA devices of a user, through the SDK. Never decides which calls are made.

use aws_sdk_iam::types::{AssignmentStatusType, MfaDevice as SdkDevice, VirtualMfaDevice};
use aws_smithy_types::retry::RetryConfig;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::aws::fault::{not_whole, sort};
use crate::model::{MfaDevice, MfaSerial, Timestamp};
use crate::ports::{AwsFault, CodePair, MfaDevices, NewDevice};

use super::IamClient;

impl IamClient<'_> {
    /// The virtual devices of the account that have this status: assigned or unassigned.
    pub(super) fn virtual_devices(&self, status: AssignmentStatusType) -> Result<Vec<VirtualMfaDevice>, AwsFault> {
        const CALL: &str = "ListVirtualMFADevices";
        self.call(CALL, async |client| {
            let pages = client.list_virtual_mfa_devices().assignment_status(status).into_paginator();
            pages.items().send().try_collect().await.map_err(|error| sort(CALL, &error))
        })
    }
}

impl MfaDevices for IamClient<'_> {
    fn mfa_devices(&self, user_name: &str) -> Result<Vec<MfaDevice>, AwsFault> {
        const CALL: &str = "ListMFADevices";
        self.call(CALL, async |client| {
            let pages = client.list_mfa_devices().user_name(user_name).into_paginator();
            let devices = pages.items().send().try_collect().await.map_err(|error| sort(CALL, &error))?;
            let device = |device: SdkDevice| MfaDevice {
                enabled_at: Some(Timestamp::from_unix(device.enable_date.secs())),
                serial: device.serial_number,
            };
            Ok(devices.into_iter().map(device).collect())
        })
    }

    fn unassigned_devices(&self) -> Result<Vec<String>, AwsFault> {
        let devices = self.virtual_devices(AssignmentStatusType::Unassigned)?;
        Ok(devices.into_iter().map(|device| device.serial_number).collect())
    }

    fn create_device(&self, name: &str) -> Result<NewDevice, AwsFault> {
        const CALL: &str = "CreateVirtualMFADevice";
        self.call(CALL, async |client| {
            let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
            let request = client.create_virtual_mfa_device().virtual_mfa_device_name(name).customize().config_override(once);
            let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
            let lacks = |what: &str| not_whole(CALL, what, None);
            let device = answer.virtual_mfa_device.ok_or_else(|| lacks("it holds no device"))?;
            let serial = MfaSerial::parse(&device.serial_number).map_err(|fault| lacks(&fault.0))?;
            // Security: what AWS sends is a secret from here on; it is base32 text already.
            let seed = device.base32_string_seed.map(|blob| Zeroizing::new(blob.into_inner())).ok_or_else(|| lacks("it holds no seed"))?;
            let text = std::str::from_utf8(&seed).map(str::trim).unwrap_or_default();
            if text.is_empty() || !text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7' | b'=')) {
                return Err(lacks("its seed is not base32"));
            }
            Ok(NewDevice { serial, seed: SecretString::from(text) })
        })
    }

    fn enable_device(&self, user_name: &str, serial: &MfaSerial, codes: &CodePair) -> Result<(), AwsFault> {
        const CALL: &str = "EnableMFADevice";
        self.call(CALL, async |client| {
            let request = client.enable_mfa_device().user_name(user_name).serial_number(serial.as_str());
            let request = request.authentication_code1(codes.first.expose()).authentication_code2(codes.second.expose());
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn resync_device(&self, user_name: &str, serial: &MfaSerial, codes: &CodePair) -> Result<(), AwsFault> {
        const CALL: &str = "ResyncMFADevice";
        self.call(CALL, async |client| {
            let request = client.resync_mfa_device().user_name(user_name).serial_number(serial.as_str());
            let request = request.authentication_code1(codes.first.expose()).authentication_code2(codes.second.expose());
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn deactivate_device(&self, user_name: &str, serial: &str) -> Result<(), AwsFault> {
        const CALL: &str = "DeactivateMFADevice";
        self.call(CALL, async |client| {
            let request = client.deactivate_mfa_device().user_name(user_name).serial_number(serial);
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn delete_device(&self, serial: &str) -> Result<(), AwsFault> {
        const CALL: &str = "DeleteVirtualMFADevice";
        self.call(CALL, async |client| {
            let request = client.delete_virtual_mfa_device().serial_number(serial);
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn clock_ahead(&self) -> Option<i64> {
        self.reply.clock_ahead()
    }
}
