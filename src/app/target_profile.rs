//! What the config says of the profile that a key is to be stored for, and where calls about that key go. Never stores one.

use crate::model::{Arn, EndpointUrl, MfaSerial, ProfileName, Region};
use crate::plan::{self, Connection, PlanRequest, ProfileSummary, Service, Variant};
use crate::ports::Route;

use super::{Context, Failure, request};

/// What the config file already says about the profile, and where and how calls are made.
pub struct TargetProfile {
    pub summary: Option<ProfileSummary>,
    pub sts_endpoint: Option<EndpointUrl>,
    pub iam_endpoint: Option<EndpointUrl>,
    variant: Variant,
    connection: Connection,
}

impl TargetProfile {
    /// # Errors
    /// When the profile, or a variable of the environment, says something that cannot be.
    pub fn read(context: &Context, name: &ProfileName) -> Result<Self, Failure> {
        let asked = request::of_environment(&context.env, name.clone())?;
        let summary = plan::profile_summary(context.profiles()?, &asked)?;
        Self::with(context, &asked, summary)
    }

    /// The same of a profile that nothing is known of.
    ///
    /// # Errors
    /// When a variable of the environment says something that cannot be.
    pub fn unread(context: &Context, name: &ProfileName) -> Result<Self, Failure> {
        Self::with(context, &request::of_environment(&context.env, name.clone())?, None)
    }

    fn with(context: &Context, asked: &PlanRequest, summary: Option<ProfileSummary>) -> Result<Self, Failure> {
        let ignored = summary.as_ref().is_some_and(|summary| summary.ignores_endpoints);
        let endpoint = |service, of_profile: fn(&ProfileSummary) -> Option<&EndpointUrl>| -> Result<Option<EndpointUrl>, Failure> {
            let said = if ignored { None } else { request::endpoint(&context.env, service)? };
            Ok(said.or_else(|| summary.as_ref().and_then(of_profile).cloned()))
        };
        let sts_endpoint = endpoint(Service::Sts, |summary| summary.sts_endpoint.as_ref())?;
        let iam_endpoint = endpoint(Service::Iam, |summary| summary.iam_endpoint.as_ref())?;
        let of_environment = Variant { fips: asked.use_fips_endpoint == Some(true), dualstack: asked.use_dualstack_endpoint == Some(true) };
        let variant = summary.as_ref().map_or(of_environment, |summary| summary.variant);
        let connection = summary.as_ref().map(|summary| summary.connection.clone()).unwrap_or_default();
        Ok(Self { summary, sts_endpoint, iam_endpoint, variant, connection })
    }

    #[must_use]
    pub fn route<'a>(&'a self, region: &'a Region, url: Option<&'a EndpointUrl>) -> Route<'a> {
        Route { region, url, variant: self.variant, connection: &self.connection }
    }

    #[must_use]
    pub fn serial(&self) -> Option<&MfaSerial> {
        self.summary.as_ref()?.serial.as_ref()
    }

    /// The region to check the key in: from `--region`, the environment or the profile, else the device's partition.
    ///
    /// # Errors
    /// When the environment names no region that can be.
    pub fn region(&self, context: &Context, asked: Option<&Region>) -> Result<Region, Failure> {
        let wished = match asked {
            Some(region) => Some(region.clone()),
            None => request::region(&context.env)?.or_else(|| self.summary.as_ref()?.region.clone()),
        };
        let of_device = || self.serial().and_then(|serial| Arn::parse(serial.as_str()).ok()).map(|arn| arn.partition());
        Ok(wished.unwrap_or_else(|| of_device().unwrap_or_default().default_region()))
    }

    /// Refuses a name under which AWS tools get other credentials.
    ///
    /// # Errors
    /// When `vault link` made the profile another one for them.
    // Security: a profile must not mean one user here and another role there.
    pub fn refuse_second_meaning(&self, name: &ProfileName) -> Result<(), Failure> {
        match self.summary.as_ref().and_then(|summary| summary.linked_to.as_ref()) {
            Some(other) => {
                Err(Failure::new(format!("because of `vault link`, AWS tools get the credentials of `{other}` from profile `{name}`"))
                    .hint(format!("choose another name, or undo that with `vault unlink {}`", name.in_shell())))
            }
            None => Ok(()),
        }
    }
}
