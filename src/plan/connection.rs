//! Reads how profiles configure this program's own calls: which of AWS's endpoints, which certificates, and how often to
//! retry. Never opens a connection, and never reads a file that a profile names.

use crate::config::client_settings::{
    CA_BUNDLE, IGNORE_CONFIGURED_ENDPOINT_URLS, MAX_ATTEMPTS, RETRY_MODE, USE_DUALSTACK_ENDPOINT, USE_FIPS_ENDPOINT,
};
use crate::model::{Malformed, Origin, ProfileName};

use super::effective::Effective;
use super::{PlanError, PlanRequest};

/// Which of AWS's endpoints in a region to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variant {
    pub fips: bool,
    pub dualstack: bool,
}

/// How a profile configures a call. An environment variable wins over each of these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    pub ca_bundle: Option<Said<String>>,
    pub retry_mode: Option<RetryMode>,
    pub max_attempts: Option<u32>,
}

/// A value, and the profile that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    pub value: T,
    pub profile: ProfileName,
    pub origin: Origin,
}

/// The SDK's retry mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryMode {
    /// Also the AWS CLI's `legacy`, which the SDK does not know.
    Standard,
    Adaptive,
}

impl RetryMode {
    /// # Errors
    /// When the text is not a mode of AWS tools.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match text.to_ascii_lowercase().as_str() {
            "standard" | "legacy" => Ok(Self::Standard),
            "adaptive" => Ok(Self::Adaptive),
            _ => Err(Malformed(format!("`{}`, not `standard`, `adaptive` or `legacy`", text.escape_debug()))),
        }
    }
}

impl Connection {
    /// Reads a number of attempts.
    ///
    /// # Errors
    /// When the text is not a number from 1.
    pub fn attempts(text: &str) -> Result<u32, Malformed> {
        match text.trim().parse() {
            Ok(most @ 1..) => Ok(most),
            _ => Err(Malformed(format!("`{}`, not a number from 1", text.escape_debug()))),
        }
    }
}

/// A switch of AWS tools: all of them understand only these two words.
///
/// # Errors
/// When the text is neither: some tools read that as `false`, others refuse it.
pub fn switch(text: &str) -> Result<bool, Malformed> {
    if text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(Malformed(format!("`{}` is neither `true` nor `false`", text.escape_debug())))
    }
}

/// The profiles that a call serves: first the profile of the step, then the requested profile, then the others on top of it.
///
/// In the AWS CLI, the requested profile configures all calls. Here, a call may serve several profiles, so its own comes
/// first, and those that need the call decide what it leaves open.
pub(super) struct Callers<'a> {
    own: &'a Effective,
    on_top: &'a [Effective],
}

impl<'a> Callers<'a> {
    /// `chain` starts with the requested profile.
    pub(super) fn of(own: &'a Effective, chain: &'a [Effective]) -> Self {
        let place = chain.iter().position(|profile| profile.name == own.name).unwrap_or(0);
        Self { own, on_top: &chain[..place] }
    }

    fn iter(&self) -> impl Iterator<Item = &'a Effective> {
        std::iter::once(self.own).chain(self.on_top)
    }

    fn first<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, Malformed>) -> Result<Option<T>, PlanError> {
        self.iter().find_map(|profile| profile.parsed(key, &parse).transpose()).transpose()
    }

    /// Whether any of them turns it on: if a profile needs something for a call, such as a FIPS endpoint, it needs it for every call that its
    /// credentials depend on.
    fn any(&self, key: &str, parse: fn(&str) -> Result<bool, Malformed>) -> Result<bool, PlanError> {
        self.iter().try_fold(false, |on, profile| Ok(on | profile.parsed(key, parse)?.unwrap_or(false)))
    }

    pub(super) fn variant(&self, request: &PlanRequest) -> Result<Variant, PlanError> {
        let on = |said: Option<bool>, key| said.map_or_else(|| self.any(key, switch), Ok);
        Ok(Variant {
            fips: on(request.use_fips_endpoint, USE_FIPS_ENDPOINT)?,
            dualstack: on(request.use_dualstack_endpoint, USE_DUALSTACK_ENDPOINT)?,
        })
    }

    pub(super) fn ignore_configured_endpoints(&self, request: &PlanRequest) -> Result<bool, PlanError> {
        request.ignore_configured_endpoints.map_or_else(|| self.any(IGNORE_CONFIGURED_ENDPOINT_URLS, lenient), Ok)
    }

    pub(super) fn connection(&self) -> Result<Connection, PlanError> {
        let bundle = self.iter().find_map(|profile| Some((profile, profile.get(CA_BUNDLE)?)));
        Ok(Connection {
            ca_bundle: bundle.map(|(profile, setting)| Said {
                value: setting.value.clone(),
                profile: profile.name.clone(),
                origin: setting.origin.clone(),
            }),
            retry_mode: self.first(RETRY_MODE, |text| RetryMode::parse(text).map_err(|fault| is(&fault)))?,
            max_attempts: self.first(MAX_ATTEMPTS, |text| Connection::attempts(text).map_err(|fault| is(&fault)))?,
        })
    }
}

fn is(fault: &Malformed) -> Malformed {
    Malformed(format!("it is {}", fault.0))
}

/// AWS tools understand only `true`, and read everything else as `false`.
#[expect(clippy::unnecessary_wraps, reason = "a reader of a setting answers with a `Result`")]
pub(super) fn lenient(text: &str) -> Result<bool, Malformed> {
    Ok(text.eq_ignore_ascii_case("true"))
}
