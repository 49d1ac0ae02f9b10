//! Where calls about the person's own IAM user go: IAM has one endpoint for each partition. Never makes one.

use crate::model::{Arn, EndpointUrl, ProfileName, Region};
use crate::plan::{Connection, Step, Variant};
use crate::ports::Route;

use super::target_profile::TargetProfile;
use super::{Context, Failure};

/// The way to IAM.
pub struct IamRoute {
    region: Region,
    url: Option<EndpointUrl>,
    variant: Variant,
    connection: Connection,
}

impl IamRoute {
    /// The way to the IAM that knows `owner`, as the environment and this profile say, else as the STS call of the plan goes.
    ///
    /// # Errors
    /// When the profile or a variable says something that cannot be.
    pub fn of(context: &Context, profile: &ProfileName, step: &Step, owner: &Arn) -> Result<Self, Failure> {
        let region = owner.partition().region_or_default(step.endpoint.region.clone());
        let url = TargetProfile::read(context, profile)?.iam_endpoint;
        Ok(Self { region, url, variant: step.endpoint.variant, connection: step.connection.clone() })
    }

    #[must_use]
    pub fn route(&self) -> Route<'_> {
        Route { region: &self.region, url: self.url.as_ref(), variant: self.variant, connection: &self.connection }
    }
}
