//! The access keys of a user. Never decides which calls are made.

use crate::model::{AccessKeyId, LongTermCredentials, Timestamp};
use crate::ports::AwsFault;

/// How the name of the policy begins that AWS attaches to a user of whom it found a key leaked.
pub const QUARANTINE_POLICY: &str = "AWSCompromisedKeyQuarantine";

/// Access keys, as IAM knows them. Each call names the user: with temporary credentials IAM cannot infer it.
pub trait AccessKeys {
    /// The keys of the user (`ListAccessKeys`), two at most.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn access_keys(&self, user_name: &str) -> Result<Vec<AccessKey>, AwsFault>;

    /// Makes a key (`CreateAccessKey`). It is asked once: a second attempt after an answer that was lost could make a second key.
    ///
    /// # Errors
    /// See [`AwsFault`]. After one that [may have been done](AwsFault::may_be_done), there may be a key that nobody has the secret of.
    fn create(&self, user_name: &str) -> Result<LongTermCredentials, AwsFault>;

    /// Makes a key active or inactive (`UpdateAccessKey`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn set_active(&self, user_name: &str, key_id: &AccessKeyId, active: bool) -> Result<(), AwsFault>;

    /// Deletes a key for good (`DeleteAccessKey`).
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn delete(&self, user_name: &str, key_id: &AccessKeyId) -> Result<(), AwsFault>;

    /// When a key was used last (`GetAccessKeyLastUsed`). The figure is 15 minutes coarse, and lags.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn last_use(&self, key_id: &AccessKeyId) -> Result<Option<LastUse>, AwsFault>;

    /// The names of the managed policies of the user (`ListAttachedUserPolicies`), among which is AWS's own on a user whose key leaked.
    ///
    /// # Errors
    /// See [`AwsFault`].
    fn attached_policies(&self, user_name: &str) -> Result<Vec<String>, AwsFault>;

    /// How far this machine's clock is ahead of the `Date` of the last answer, in seconds; `None` where there was none.
    fn clock_ahead(&self) -> Option<i64>;
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub key_id: AccessKeyId,
    pub status: KeyStatus,
    pub created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    Active,
    Inactive,
    /// It cannot be used any more, and may be deleted.
    Expired,
}

/// When a key was used last, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    pub at: Timestamp,
    pub service: String,
    pub region: String,
}
