//! Why a rotation did not go on. Never puts it into words for the person.

use crate::model::{AccessKeyId, Backend, ProfileName, Timestamp};
use crate::ports::{AccessKey, AwsFault, KeyStoreError, LastUse};

/// Where AWS is asked about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Sts,
    Iam,
}

/// A key with what AWS says of its use, as far as it does.
#[derive(Debug, Clone)]
pub struct SeenKey {
    pub key: AccessKey,
    pub last_use: Result<Option<LastUse>, AwsFault>,
}

/// Where else a key is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub name: ProfileName,
    pub backend: Backend,
    /// Whether the key of that entry is being replaced.
    pub in_rotation: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error(transparent)]
    Aws(AwsFault),
    #[error(transparent)]
    KeyStore(KeyStoreError),
    /// The new key could not be stored. `deleted`: whether it is gone from AWS again.
    #[error("the new key could not be stored")]
    NotStored { error: KeyStoreError, key_id: AccessKeyId, deleted: bool },
    /// IAM does not list the stored key among those of its user.
    #[error("IAM does not list the stored key")]
    NotListed { key_id: AccessKeyId },
    /// The stored key is not active.
    #[error("the stored key is inactive")]
    NotActive { key_id: AccessKeyId },
    /// There are two keys, and no rotation of ours is under way. `elsewhere`: where the other one is stored.
    #[error("the user has two keys")]
    TwoKeys { ours: Box<SeenKey>, other: Box<SeenKey>, elsewhere: Option<Elsewhere>, quarantined: bool },
    /// The key is being replaced under another name, or in another keystore.
    #[error("the key is being replaced elsewhere")]
    UnderWay { elsewhere: Elsewhere },
    /// AWS found a key of this user leaked.
    #[error("the user's keys are quarantined")]
    Quarantined { fault: AwsFault },
    /// A run that was cut off has created this key, and nobody has its secret.
    #[error("a key was created whose secret is lost")]
    HalfMade { key: AccessKey },
    /// AWS does not accept the key yet.
    #[error("AWS does not accept the key yet")]
    NotVisible { key_id: AccessKeyId, at: Service, fault: AwsFault },
    /// The key is another user's.
    #[error("the key belongs to somebody else")]
    OtherUser { key_id: AccessKeyId, arn: String },
    /// The new key was deleted or deactivated by somebody else before it was used.
    #[error("the new key is not active any more")]
    NewKeyGone { key_id: AccessKeyId },
    /// The old key was used after it was deactivated: somebody made it active again.
    #[error("the old key was used since")]
    StillUsed { key_id: AccessKeyId, last_use: LastUse },
    /// The old key is active again, by somebody else.
    #[error("the old key is active again")]
    ActiveAgain { key_id: AccessKeyId },
    /// Nothing is there to be taken back.
    #[error("no rotation is under way")]
    NothingToUndo,
    /// The old key does not exist any more.
    #[error("the old key is gone")]
    OldKeyGone { key_id: AccessKeyId },
}

impl From<AwsFault> for RotateError {
    fn from(fault: AwsFault) -> Self {
        Self::Aws(fault)
    }
}

impl From<KeyStoreError> for RotateError {
    fn from(error: KeyStoreError) -> Self {
        Self::KeyStore(error)
    }
}

/// How a rotation ended for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// No rotation was under way, and none was to be begun.
    Nothing,
    /// The old key is inactive, and kept.
    InGrace { current: AccessKeyId, old: AccessKeyId, until: Timestamp },
    /// The old key is gone.
    Done { current: AccessKeyId, old: AccessKeyId },
    /// The rotation was taken back; `deleted` is the key that it had made.
    Undone { current: AccessKeyId, deleted: Option<AccessKeyId> },
}
