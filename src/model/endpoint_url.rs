//! The URL of an endpoint that is not AWS's own, and what names it. Never checked here.

use std::fmt;
use std::ops::Deref;

use super::Origin;

/// The URL of an endpoint, with the place to correct it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    pub text: String,
    pub from: EndpointFrom,
}

/// What names an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointFrom {
    /// A variable of the environment.
    Variable(String),
    /// A line of a config file.
    Line(Origin),
}

impl Deref for EndpointUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
