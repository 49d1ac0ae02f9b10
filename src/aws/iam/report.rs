//! The credential report and what it leaves out, through the SDK. Never decides which calls are made.

use aws_sdk_iam::error::ProvideErrorMetadata as _;
use aws_sdk_iam::types::{AssignmentStatusType, ReportStateType, StatusType};

use crate::aws::fault::{not_whole, sort};
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
            let (mut all, mut marker) = (Vec::new(), None::<String>);
            loop {
                let request = client.list_service_specific_credentials().all_users(true).set_marker(marker.clone());
                let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
                all.extend(answer.service_specific_credentials().iter().map(|credential| BearerKey {
                    user: credential.user_name().to_owned(),
                    id: credential.service_specific_credential_id().to_owned(),
                    service: credential.service_name().to_owned(),
                    active: *credential.status() == StatusType::Active,
                    expires: credential.expiration_date().map(|at| Timestamp::from_unix(at.secs())),
                }));
                let next = answer.marker().filter(|marker| !marker.is_empty());
                if !answer.is_truncated() || next.is_none() {
                    return Ok(all);
                }
                // The same page would come again, for ever.
                if next == marker.as_deref() {
                    return Err(not_whole(CALL, "it repeats a page of its list", None));
                }
                marker = next.map(str::to_owned);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::aws::fuzzing::{Answer, StandIn};
    use crate::model::{AccessKeyId, Credentials, LongTermCredentials, Region};
    use crate::plan::{Connection, Variant};
    use crate::ports::{AwsFaultKind, Route};

    #[test]
    fn a_list_that_repeats_a_page_comes_to_an_end() {
        let aws = StandIn::new();
        let (clients, region, connection) = (aws.clients(), Region::parse("us-east-1").unwrap(), Connection::default());
        let key_id = AccessKeyId::parse_long_term("AKIAIOSFODNN7EXAMPLE").unwrap();
        let signer = Credentials::LongTerm(LongTermCredentials { key_id, secret: SecretString::from("s") });
        let route = Route { region: &region, url: None, variant: Variant::default(), connection: &connection };
        let iam = IamClient::new(&clients, signer, route);
        let page = |marker: &str| {
            let member = "<member><UserName>a</UserName><Status>Active</Status><ServiceUserName>a</ServiceUserName>\
                <CreateDate>2020-01-01T00:00:00Z</CreateDate><ServiceSpecificCredentialId>A</ServiceSpecificCredentialId>\
                <ServiceName>bedrock.amazonaws.com</ServiceName></member>";
            let body = format!(
                "<ListServiceSpecificCredentialsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
                <ListServiceSpecificCredentialsResult><ServiceSpecificCredentials>{member}</ServiceSpecificCredentials>\
                <IsTruncated>true</IsTruncated>{marker}</ListServiceSpecificCredentialsResult></ListServiceSpecificCredentialsResponse>"
            );
            aws.answers(Answer { status: 200, headers: Vec::new(), body: body.into_bytes() });
            iam.service_credentials().map(|all| all.len()).map_err(|fault| fault.kind)
        };
        assert_eq!(page("<Marker>m</Marker>"), Err(AwsFaultKind::NotWhole));
        assert_eq!(page("<Marker></Marker>"), Ok(1), "as the SDK ends its own lists");
        assert_eq!(page(""), Ok(1));
    }
}
