//! Asks IAM which MFA devices a user has. Never changes anything.

use crate::model::Credentials;
use crate::ports::AwsFault;

use super::fault::{secrets_of, sort, without};
use super::reply::Reply;
use super::{AwsClients, Route};

impl AwsClients<'_> {
    /// The serials of the devices of the user whose key signs; a block-unless-MFA policy leaves this call open. A serial may be one
    /// that STS cannot use.
    ///
    /// # Errors
    /// See [`AwsFault`].
    pub fn mfa_devices(&self, signer: &Credentials, route: &Route<'_>, user_name: &str) -> Result<Vec<String>, AwsFault> {
        const CALL: &str = "ListMFADevices";
        self.block_on(CALL, async {
            let config = self.config(route, Some(signer)).await.map_err(|fault| fault.of(CALL))?;
            let mut own = aws_sdk_iam::config::Builder::from(&config).interceptor(Reply::new());
            own.set_endpoint_url(route.url.map(str::to_owned));
            let client = aws_sdk_iam::Client::from_conf(own.build());
            let mut devices = Vec::new();
            let mut marker = None;
            loop {
                let request = client.list_mfa_devices().user_name(user_name).set_marker(marker);
                let answer = request.send().await.map_err(|error| without(secrets_of(signer), sort(CALL, &error)))?;
                devices.extend(answer.mfa_devices().iter().map(|device| device.serial_number().to_owned()));
                marker = answer.marker().map(str::to_owned);
                if !answer.is_truncated() || marker.is_none() {
                    return Ok(devices);
                }
            }
        })
    }
}
