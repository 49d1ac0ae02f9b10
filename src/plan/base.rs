//! What a chain of calls starts from. Holds no secret.

use crate::model::{AccessKeyId, ProfileName};

use super::{Program, Step, WebIdentityToken};

/// What needs no earlier credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A long-term key in a keystore, stored under this name.
    StoredKey { name: ProfileName, key_id: AccessKeyId },
    /// A source that a profile names.
    Source(Source),
}

/// A source of credentials other than a stored key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Another program returns credentials.
    Program(Program),
    /// A token proves who may assume one role.
    WebIdentity(Box<WebIdentity>),
}

/// A token with the call that it is for: by itself, it is useless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentity {
    pub token: WebIdentityToken,
    /// The first call of the plan.
    pub step: Step,
}

impl Base {
    /// The name of the stored key.
    #[must_use]
    pub fn stored_name(&self) -> Option<&ProfileName> {
        match self {
            Self::StoredKey { name, .. } => Some(name),
            Self::Source(_) => None,
        }
    }

    /// The profile whose source it is; `None`: a stored key.
    #[must_use]
    pub fn source_profile(&self) -> Option<&ProfileName> {
        match self {
            Self::StoredKey { .. } => None,
            Self::Source(source) => Some(source.profile()),
        }
    }

    /// The call that is part of it.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        match self {
            Self::Source(Source::WebIdentity(identity)) => Some(&identity.step),
            Self::StoredKey { .. } | Self::Source(Source::Program(_)) => None,
        }
    }
}

impl Source {
    /// The profile that names it.
    #[must_use]
    pub fn profile(&self) -> &ProfileName {
        match self {
            Self::Program(program) => &program.profile,
            Self::WebIdentity(identity) => &identity.token.profile,
        }
    }
}
