//! What the credential report does not say and other calls do. Never asks for it.

use std::collections::BTreeSet;

use crate::model::Timestamp;

/// The answers; `None` where nobody asked, or AWS said no.
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    pub devices: Option<Devices>,
    pub bearer_keys: Option<Vec<BearerKey>>,
}

/// Which users have which kinds of MFA devices.
#[derive(Debug, Clone, Default)]
pub struct Devices {
    /// Names of users whose only devices are passkeys and security keys.
    pub fido_only: BTreeSet<String>,
    pub root_has_virtual: bool,
}

/// A service-specific credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerKey {
    pub user: String,
    pub id: String,
    pub service: String,
    pub active: bool,
    pub expires: Option<Timestamp>,
}
