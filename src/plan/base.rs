//! What a chain of calls starts from, with nothing in it that the start does not have. Holds no secret.

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

/// Where credentials come from that are no stored key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Another program hands credentials out.
    Program(Program),
    /// A token proves who may assume one role.
    WebIdentity(Box<WebIdentity>),
}

/// A token with the call that it is the proof for: by itself it is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentity {
    pub token: WebIdentityToken,
    /// The first call of the plan.
    pub step: Step,
}

impl Base {
    /// The profile whose source it is; `None`: a stored key, which is nobody's command.
    #[must_use]
    pub fn source_profile(&self) -> Option<&ProfileName> {
        match self {
            Self::StoredKey { .. } => None,
            Self::Source(source) => Some(source.profile()),
        }
    }

    /// The call that is a part of it.
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
