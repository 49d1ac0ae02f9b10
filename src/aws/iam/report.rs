//! The credential report and what it leaves out, through the SDK. Never decides which calls are made.

use aws_sdk_iam::error::ProvideErrorMetadata as _;
use aws_sdk_iam::types::{AssignmentStatusType, ReportStateType, StatusType};

use crate::aws::fault::sort;
use crate::judge::report::BearerKey;
use crate::model::Timestamp;
use crate::ports::{AwsFault, CredentialReports, MfaDevices as _, ReportAnswer, ReportState};

use super::IamClient;

impl CredentialReports for IamClient<'_> {
    fn generate_report(&self) -> Result<ReportState, AwsFault> {
        const CALL: &str = "GenerateCredentialReport";
        self.call(CALL, async |client| {
            let answer = client.generate_credential_report().send().await.map_err(|error| sort(CALL, &error))?;
            Ok(if answer.state() == Some(&ReportStateType::Complete) { ReportState::Complete } else { ReportState::UnderWay })
        })
    }

    fn report(&self) -> Result<ReportAnswer, AwsFault> {
        const CALL: &str = "GetCredentialReport";
        self.call(CALL, async |client| {
            let answer = match client.get_credential_report().send().await {
                Ok(answer) => answer,
                Err(error) => {
                    return match error.as_service_error().and_then(|error| error.code()) {
                        Some("ReportInProgress") => Ok(ReportAnswer::UnderWay),
                        Some("ReportNotPresent" | "ReportExpired") => Ok(ReportAnswer::Absent),
                        _ => Err(sort(CALL, &error)),
                    };
                }
            };
            let generated_at = answer.generated_time().map(|at| Timestamp::from_unix(at.secs()));
            let content = answer.content().map(|content| content.as_ref().to_vec()).unwrap_or_default();
            Ok(ReportAnswer::Ready { content, generated_at })
        })
    }

    fn owners_of_virtual_devices(&self) -> Result<Vec<String>, AwsFault> {
        let devices = self.virtual_devices(AssignmentStatusType::Assigned)?;
        Ok(devices.iter().filter_map(|device| Some(device.user()?.arn().to_owned())).collect())
    }

    fn serials_of(&self, user_name: &str) -> Result<Vec<String>, AwsFault> {
        Ok(self.mfa_devices(user_name)?.into_iter().map(|device| device.serial).collect())
    }

    fn service_credentials(&self) -> Result<Vec<BearerKey>, AwsFault> {
        const CALL: &str = "ListServiceSpecificCredentials";
        self.call(CALL, async |client| {
            let (mut all, mut marker) = (Vec::new(), None);
            loop {
                let request = client.list_service_specific_credentials().all_users(true).set_marker(marker);
                let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
                all.extend(answer.service_specific_credentials().iter().map(|credential| BearerKey {
                    user: credential.user_name().to_owned(),
                    id: credential.service_specific_credential_id().to_owned(),
                    service: credential.service_name().to_owned(),
                    active: *credential.status() == StatusType::Active,
                    expires: credential.expiration_date().map(|at| Timestamp::from_unix(at.secs())),
                }));
                marker = answer.marker().map(str::to_owned);
                if !answer.is_truncated() || marker.is_none() {
                    return Ok(all);
                }
            }
        })
    }
}
