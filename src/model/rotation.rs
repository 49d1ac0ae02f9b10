//! A stored key together with how far its rotation is. Never decides what comes next, and never prints a secret.

use super::{AccessKeyId, LongTermCredentials, SessionDuration, Timestamp};

/// What a keystore holds under one name: the key that is used, and, while it is being replaced, what a later run needs to go on.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// The key that signs calls now.
    pub current: LongTermCredentials,
    /// `None`: no rotation is under way.
    pub rotation: Option<Rotation>,
}

/// A rotation that has begun and is not done.
#[derive(Debug, Clone)]
pub struct Rotation {
    pub stage: RotationStage,
    /// When this stage began.
    pub since: Timestamp,
    /// How long the old key is kept once it is inactive.
    pub grace: SessionDuration,
}

/// How far it is. Each is written down before the call that it announces.
#[derive(Debug, Clone)]
pub enum RotationStage {
    /// A key is being created at AWS. These were the user's keys before: another one may be what became of it.
    Creating { known: Vec<AccessKeyId> },
    /// The new key is stored, and not used yet.
    Pending { new: LongTermCredentials },
    /// The new key is the current one; the old one is being deactivated.
    Switched { old: LongTermCredentials },
    /// The old key is inactive, and can still be brought back.
    Grace { old: LongTermCredentials },
    /// The rotation is taken back: this key is being deleted.
    Undoing { other: LongTermCredentials },
}

impl RotationStage {
    /// The key alongside the current one.
    #[must_use]
    pub fn other(&self) -> Option<&LongTermCredentials> {
        match self {
            Self::Creating { .. } => None,
            Self::Pending { new: other } | Self::Switched { old: other } | Self::Grace { old: other } | Self::Undoing { other } => {
                Some(other)
            }
        }
    }

    /// The key that was the current one before: what it signed may still be good.
    #[must_use]
    pub fn key_before(&self) -> Option<&LongTermCredentials> {
        match self {
            Self::Creating { .. } | Self::Pending { .. } => None,
            Self::Switched { old: before } | Self::Grace { old: before } | Self::Undoing { other: before } => Some(before),
        }
    }

    /// The same without secrets.
    #[must_use]
    pub fn kind(&self) -> RotationKind {
        match self {
            Self::Creating { .. } => RotationKind::Creating,
            Self::Pending { .. } => RotationKind::Pending,
            Self::Switched { .. } => RotationKind::Switched,
            Self::Grace { .. } => RotationKind::Grace,
            Self::Undoing { .. } => RotationKind::Undoing,
        }
    }
}

/// A [`RotationStage`] by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationKind {
    Creating,
    Pending,
    Switched,
    Grace,
    Undoing,
}

impl RotationKind {
    const ALL: [Self; 5] = [Self::Creating, Self::Pending, Self::Switched, Self::Grace, Self::Undoing];

    /// As it is written in an item and in the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Pending => "pending",
            Self::Switched => "switched",
            Self::Grace => "grace",
            Self::Undoing => "undoing",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is known of an unfinished rotation without unlocking anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationNote {
    pub kind: RotationKind,
    pub since: Timestamp,
    pub grace: SessionDuration,
    /// The key alongside the current one.
    pub other: Option<AccessKeyId>,
}

impl RotationNote {
    /// From when on the old key may be deleted; `None` where it is not inactive yet.
    #[must_use]
    pub fn deletable_from(&self) -> Option<Timestamp> {
        (self.kind == RotationKind::Grace).then(|| self.since.plus(self.grace))
    }
}

impl Rotation {
    #[must_use]
    pub fn note(&self) -> RotationNote {
        RotationNote {
            kind: self.stage.kind(),
            since: self.since,
            grace: self.grace,
            other: self.stage.other().map(|key| key.key_id.clone()),
        }
    }
}
