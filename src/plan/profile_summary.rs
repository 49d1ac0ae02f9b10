//! Reads what a profile says that a key stored under its name must fit. Never resolves a chain.

use crate::config::keys;
use crate::config::{ProfileSet, linked_profile};
use crate::model::{MfaSerial, Origin, ProfileName, Region, RoleArn};

use super::chain::unknown;
use super::connection::Callers;
use super::effective::Effective;
use super::endpoint::configured;
use super::{Connection, PlanError, PlanRequest, Service, Variant};

/// What a profile says, with what it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSummary {
    pub serial: Option<MfaSerial>,
    /// Where `mfa_serial` stands, else the profile itself.
    pub serial_origin: Origin,
    pub region: Option<Region>,
    pub role: Option<RoleArn>,
    pub sts_endpoint: Option<String>,
    pub iam_endpoint: Option<String>,
    /// Whether no endpoint counts, neither the profile's nor the environment's.
    pub ignores_endpoints: bool,
    pub variant: Variant,
    pub connection: Connection,
    /// The other profile that AWS tools get when they ask for this one.
    pub linked_to: Option<ProfileName>,
}

/// What the profile says, where `asked` leaves it open; `None` where it is not defined.
///
/// # Errors
/// When a value is none that its key takes, or an included profile cannot be read.
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
