//! Decides where a call goes: the partition, the region, and an endpoint that is not AWS's own. Never asks whether it answers.

use crate::config::client_settings::{ENDPOINT_URL, SERVICES};
use crate::config::{ProfileSet, Section, Setting};
use crate::model::{Arn, EndpointFrom, EndpointUrl, Malformed, Partition};

use super::connection::Callers;
use super::effective::Effective;
use super::steps::Steps;
use super::{Call, PlanError, StsEndpoint, Variant};

/// An AWS service that this program calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Sts,
    Iam,
    /// Which tells of requests that were refused.
    IamToolbox,
}

impl Service {
    /// Its name in `services` sections.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::IamToolbox => "iam toolbox",
        }
    }
}

impl Steps<'_> {
    /// The run's setting, else that of the step's own profile, so that all roles share one session.
    pub(super) fn endpoint(&self, call: &Call, profile: &Effective) -> Result<StsEndpoint, PlanError> {
        let named: Vec<_> = [self.request.region.clone(), profile.region()?, self.origin.region()?].into_iter().flatten().collect();
        let of_serial = || self.mfa.and_then(|serial| Arn::parse(serial.as_str()).ok()).map(|arn| arn.partition());
        // A role of another partition cannot be assumed.
        let of_roles = || self.roles.first().map(|hop| hop.role.arn.partition());
        let partition = match call.role() {
            Some(role) => role.arn.partition(),
            None => of_serial().or_else(of_roles).unwrap_or_else(|| named.first().map(Partition::of_region).unwrap_or_default()),
        };
        // A region of another partition cannot serve the call.
        let region = named.into_iter().find(|region| Partition::of_region(region) == partition);
        let callers = Callers::of(profile, self.chain);
        let url = match &self.request.endpoint_url {
            // This setting disables all configured endpoints
            // (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
            _ if callers.ignore_configured_endpoints(self.request)? => None,
            Some(url) => Some(url.clone()),
            None => configured(self.profiles, profile, Service::Sts)?,
        };
        // As in the AWS CLI: an explicit endpoint is used unchanged.
        let variant = callers.variant(self.request)?;
        let variant = if url.is_some() { Variant::default() } else { variant };
        Ok(StsEndpoint { region: region.unwrap_or_else(|| partition.default_region()), partition, url, variant })
    }
}

/// `endpoint_url` under the service in the profile's `services` section, else the profile's own `endpoint_url`.
pub(super) fn configured(profiles: &ProfileSet, profile: &Effective, service: Service) -> Result<Option<EndpointUrl>, PlanError> {
    let of_line = |text: String, setting: &Setting| EndpointUrl { text, from: EndpointFrom::Line(setting.origin.clone()) };
    if let Some(section) = services_of(profiles, profile)?
        && let Some(own) = section.get(service.id())
        && let Some(text) = own.nested.get(ENDPOINT_URL)
    {
        let url = endpoint_url(text).map_err(|fault| profile.malformed(ENDPOINT_URL, own, fault.0))?;
        return Ok(Some(of_line(url, own)));
    }
    let url = profile.parsed(ENDPOINT_URL, endpoint_url)?;
    Ok(url.zip(profile.get(ENDPOINT_URL)).map(|(url, setting)| of_line(url, setting)))
}

/// The `services` section that the profile names.
pub(super) fn services_of(profiles: &ProfileSet, profile: &Effective) -> Result<Option<Section>, PlanError> {
    let Some(setting) = profile.get(SERVICES) else { return Ok(None) };
    if let Some(section) = profiles.services(&setting.value)? {
        return Ok(Some(section));
    }
    let reason = format!("section `[services {}]` is not defined", setting.value.escape_debug());
    Err(profile.malformed(SERVICES, setting, reason))
}

/// Checks the text of an endpoint.
///
/// # Errors
/// When it cannot be one.
pub fn endpoint_url(text: &str) -> Result<String, Malformed> {
    let host = ["https://", "http://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
    match host {
        Some(host) if !host.is_empty() && !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(Malformed(format!("`{}` is not a URL such as `https://sts.example.com`", text.escape_debug()))),
    }
}
