//! What flags and the environment ask of a run. Never looks at what is stored or cached.

use crate::config::client_settings::{
    ENDPOINT_URL_VARIABLE, IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE, REGION_VARIABLES, USE_DUALSTACK_ENDPOINT_VARIABLE,
    USE_FIPS_ENDPOINT_VARIABLE, endpoint_variable_of,
};
use crate::model::{EndpointFrom, EndpointUrl, ProfileName, Region, SessionDuration};
use crate::os::env::Environment;
use crate::plan::{self, PlanRequest, Service};

use super::Failure;
use super::variable::from_variable;

/// What the user asks for a profile's credentials.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct SessionOptions {
    pub duration: Option<SessionDuration>,
    pub region: Option<Region>,
    /// The code goes into `AssumeRole` itself.
    pub no_session: bool,
    /// The long-term key itself may be handed over.
    pub expose_long_term_key: bool,
    /// Sessions are renewed even if they are cached.
    pub fresh: bool,
    /// A session with less than this left is renewed.
    pub min_ttl: Option<SessionDuration>,
    /// Fail instead of waiting for a code, or for another process that asks for one.
    pub no_wait: bool,
    pub read_only: bool,
}

/// The request to the planner for `profile`: the flags, else the environment.
///
/// # Errors
/// When a variable has an impossible value.
pub fn plan_request(env: &Environment, profile: ProfileName, options: &SessionOptions) -> Result<PlanRequest, Failure> {
    Ok(PlanRequest {
        duration: match options.duration {
            Some(duration) => Some(duration),
            None => from_variable(env, "AWS_VAULT_DURATION", SessionDuration::parse)?,
        },
        region: match &options.region {
            Some(region) => Some(region.clone()),
            None => region(env)?,
        },
        no_session: options.no_session,
        expose_long_term_key: options.expose_long_term_key,
        read_only: options.read_only,
        ..of_environment(env, profile)?
    })
}

/// What the environment says about where calls go.
///
/// # Errors
/// When a variable has an impossible value.
pub fn of_environment(env: &Environment, profile: ProfileName) -> Result<PlanRequest, Failure> {
    Ok(PlanRequest {
        endpoint_url: endpoint(env, Service::Sts)?,
        ignore_configured_endpoints: ignores_configured_endpoints(env),
        use_fips_endpoint: from_variable(env, USE_FIPS_ENDPOINT_VARIABLE, plan::switch)?,
        use_dualstack_endpoint: from_variable(env, USE_DUALSTACK_ENDPOINT_VARIABLE, plan::switch)?,
        ..PlanRequest::of(profile)
    })
}

/// The endpoint that the environment sets for a service; `None` if configured endpoints are ignored.
///
/// # Errors
/// When a variable has an impossible value.
pub fn endpoint(env: &Environment, service: Service) -> Result<Option<EndpointUrl>, Failure> {
    if ignores_configured_endpoints(env) == Some(true) {
        return Ok(None);
    }
    for variable in endpoint_variable_of(service.id()).into_iter().chain([ENDPOINT_URL_VARIABLE.to_owned()]) {
        if let Some(text) = from_variable(env, &variable, plan::endpoint_url)? {
            return Ok(Some(EndpointUrl { text, from: EndpointFrom::Variable(variable) }));
        }
    }
    Ok(None)
}

/// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, for which AWS tools understand only one value.
fn ignores_configured_endpoints(env: &Environment) -> Option<bool> {
    env.text(IGNORE_CONFIGURED_ENDPOINT_URLS_VARIABLE).map(|value| value.eq_ignore_ascii_case("true"))
}

/// The region that the environment asks for, before any profile's.
///
/// # Errors
/// When a variable has an impossible value.
pub fn region(env: &Environment) -> Result<Option<Region>, Failure> {
    let [first, second] = REGION_VARIABLES;
    match from_variable(env, first, Region::parse)? {
        Some(region) => Ok(Some(region)),
        None => from_variable(env, second, Region::parse),
    }
}

/// The profile named on the command line, else by `AWS_PROFILE`.
///
/// # Errors
/// When neither names one.
pub fn profile(env: &Environment, named: Option<&ProfileName>, command: &str) -> Result<ProfileName, Failure> {
    named_or_variable(env, named)?.ok_or_else(|| unnamed(command))
}

/// The same; `None` when neither names one.
///
/// # Errors
/// When the variable has an impossible value.
pub fn named_or_variable(env: &Environment, named: Option<&ProfileName>) -> Result<Option<ProfileName>, Failure> {
    match named {
        Some(name) => Ok(Some(name.clone())),
        None => from_variable(env, "AWS_PROFILE", ProfileName::parse),
    }
}

/// A command line of `command` without a profile.
#[must_use]
pub fn unnamed(command: &str) -> Failure {
    Failure::usage("no profile is named")
        .hint(format!("run `vault {command} PROFILE`, or set `AWS_PROFILE`; `vault list` shows what is defined"))
}
