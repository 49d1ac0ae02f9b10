//! Where calls about the person's own IAM user go: IAM has one endpoint for each partition. Never makes one.

use crate::config::ProfileSet;
use crate::model::{Arn, ProfileName, Region};
use crate::os::env::Environment;
use crate::plan::{self, Connection, Service, Step, Variant};
use crate::ports::Route;

use super::{Context, Failure, request};

/// The way to IAM.
pub struct IamRoute {
    region: Region,
    url: Option<String>,
    variant: Variant,
    connection: Connection,
}

impl IamRoute {
    /// The way to the IAM that knows `owner`, as the environment and this profile say, else as the STS call of the plan goes.
    ///
    /// # Errors
    /// When the profile or a variable says something that cannot be.
    pub fn of(context: &Context, profile: &ProfileName, step: &Step, owner: &Arn) -> Result<Self, Failure> {
        let (partition, of_sts) = (owner.partition(), &step.endpoint);
        let region = if of_sts.partition == partition { of_sts.region.clone() } else { partition.default_region() };
        let url = endpoint(&context.env, context.profiles()?, profile)?;
        Ok(Self { region, url, variant: of_sts.variant, connection: step.connection.clone() })
    }

    #[must_use]
    pub fn route(&self) -> Route<'_> {
        Route { region: &self.region, url: self.url.as_deref(), variant: self.variant, connection: &self.connection }
    }
}

fn endpoint(env: &Environment, profiles: &ProfileSet, profile: &ProfileName) -> Result<Option<String>, Failure> {
    let asked = request::of_environment(env, profile.clone())?;
    let summary = plan::profile_summary(profiles, &asked)?;
    let ignored = summary.as_ref().is_some_and(|summary| summary.ignores_endpoints);
    let said = if ignored { None } else { request::endpoint(env, Service::Iam)? };
    Ok(said.or_else(|| summary.and_then(|summary| summary.iam_endpoint)))
}
