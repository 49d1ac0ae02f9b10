//! Where a call to AWS goes, and how. Never decides it: the plan does, or a caller without a plan.

use crate::model::{EndpointUrl, Region};
use crate::plan::{Connection, Step, Variant};

/// Where a call goes, and how.
#[derive(Clone, Copy)]
pub struct Route<'a> {
    pub region: &'a Region,
    /// Where it is not AWS's own endpoint of the region.
    pub url: Option<&'a EndpointUrl>,
    pub variant: Variant,
    pub connection: &'a Connection,
}

impl<'a> Route<'a> {
    #[must_use]
    pub fn of(step: &'a Step) -> Self {
        let Step { endpoint, connection, .. } = step;
        Self { region: &endpoint.region, url: endpoint.url.as_ref(), variant: endpoint.variant, connection }
    }
}
