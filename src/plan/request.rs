//! What one run asks of the planner: the profile, and what the flags and the environment say about it. Never reads either itself.

use crate::model::{EndpointUrl, ProfileName, Region, SessionDuration};

/// A request for credentials. The profile and the settings decide what it leaves open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRequest {
    pub profile: ProfileName,
    /// `--duration` for the last step; `None`: the profile and the settings decide.
    pub duration: Option<SessionDuration>,
    /// `--region`, or the environment's: it wins over every profile's own.
    pub region: Option<Region>,
    /// `--no-session`: no `GetSessionToken`.
    pub no_session: bool,
    /// `--expose-long-term-key`: a plain profile may hand over the stored key itself.
    pub expose_long_term_key: bool,
    /// `AWS_ENDPOINT_URL_STS`, else `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<EndpointUrl>,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`: endpoints in the config files and in the environment are ignored; `None`: the
    /// profile decides.
    pub ignore_configured_endpoints: Option<bool>,
    /// `AWS_USE_FIPS_ENDPOINT`; `None`: the profile decides.
    pub use_fips_endpoint: Option<bool>,
    /// `AWS_USE_DUALSTACK_ENDPOINT`; `None`: the profile decides.
    pub use_dualstack_endpoint: Option<bool>,
    /// `--read-only`: AWS's `ReadOnlyAccess` policy limits the last role.
    pub read_only: bool,
}

impl PlanRequest {
    /// A request for the profile with nothing else set.
    #[must_use]
    pub fn of(profile: ProfileName) -> Self {
        Self {
            profile,
            duration: None,
            region: None,
            no_session: false,
            expose_long_term_key: false,
            endpoint_url: None,
            ignore_configured_endpoints: None,
            use_fips_endpoint: None,
            use_dualstack_endpoint: None,
            read_only: false,
        }
    }
}
