//! Reads the settings of a profile that must fit a key stored under its name. Never resolves a chain.

use crate::config::keys;
use crate::config::{ProfileSet, linked_profile};
use crate::model::{EndpointUrl, MfaSerial, Origin, ProfileName, Region, RoleArn};

use super::chain::unknown;
use super::connection::Callers;
use super::effective::Effective;
use super::endpoint::configured;
use super::{Connection, PlanError, PlanRequest, Service, Variant};

/// A profile's settings, including those it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSummary {
    pub serial: Option<MfaSerial>,
    /// The place of `mfa_serial`, else of the profile itself.
    pub serial_origin: Origin,
    pub region: Option<Region>,
    pub role: Option<RoleArn>,
    pub sts_endpoint: Option<EndpointUrl>,
    pub iam_endpoint: Option<EndpointUrl>,
    /// Whether all endpoints are ignored, the profile's and the environment's.
    pub ignores_endpoints: bool,
    pub variant: Variant,
    pub connection: Connection,
    /// The other profile that AWS tools get for this name.
    pub linked_to: Option<ProfileName>,
}

/// The profile's settings where `asked` leaves them open; `None` if it is not defined.
///
/// # Errors
/// When a value is not valid for its key, or an included profile cannot be read.
pub fn profile_summary(profiles: &ProfileSet, asked: &PlanRequest) -> Result<Option<ProfileSummary>, PlanError> {
    let name = &asked.profile;
    if profiles.profile(name)?.is_none() {
        return Ok(None);
    }
    let profile = Effective::read(profiles, name, || unknown(profiles, name))?;
    let callers = Callers::of(&profile, &[]);
    let ignored = callers.ignore_configured_endpoints(asked)?;
    let endpoint = |service| if ignored { Ok(None) } else { configured(profiles, &profile, service) };
    Ok(Some(ProfileSummary {
        serial: profile.parsed(keys::MFA_SERIAL, MfaSerial::parse)?,
        serial_origin: profile.origin(keys::MFA_SERIAL),
        region: profile.region()?,
        role: profile.parsed(keys::ROLE_ARN, RoleArn::parse)?,
        sts_endpoint: endpoint(Service::Sts)?,
        iam_endpoint: endpoint(Service::Iam)?,
        ignores_endpoints: ignored,
        variant: callers.variant(asked)?,
        connection: callers.connection()?,
        linked_to: profile.text(keys::CREDENTIAL_PROCESS).and_then(linked_profile).filter(|other| other != name),
    }))
}
