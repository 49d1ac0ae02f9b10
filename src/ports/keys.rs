//! Where long-term keys are. Never says how a keystore does it.

use std::path::PathBuf;

use crate::model::{Backend, LongTermCredentials, ProfileName};

use super::Holder;

/// Where long-term keys are.
pub trait KeyStore {
    /// # Errors
    /// See [`KeyStoreError`]; nothing is asked of the network.
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError>;
}

/// Why a keystore did not do what it was asked. Each state has its own variant, since each has its own cure.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The keystore works and holds no such item. `elsewhere` are the keystores that are known to hold one of that name.
    #[error("the {backend} keystore holds no item `{item}`{}", elsewhere_clause(elsewhere))]
    NotFound { backend: Backend, item: String, elsewhere: Vec<Backend> },
    /// The keystore is there, but locked, and could not be unlocked now.
    #[error("the {backend} keystore is locked: {reason}")]
    Locked { backend: Backend, reason: String },
    /// It must be unlocked, and another process asks on the terminal, which was not to be waited for.
    #[error("the {backend} keystore is locked, and {} is asking on this terminal", .holder.in_words())]
    InUse { backend: Backend, holder: Holder },
    /// The item is encrypted to another gpg key than those that there are.
    #[error("gpg does not have the secret key that the item `{item}` in the pass keystore is encrypted to")]
    NoGpgKey { item: String },
    /// gpg does not encrypt to somebody whom the password store names.
    #[error("gpg cannot encrypt to `{who}`, a recipient of the password store: {}", .why.in_words())]
    GpgRecipient { who: String, why: GpgRecipientFault },
    /// gpg has nobody who asks for its passphrase.
    #[error("the pass keystore is locked: gpg could not start the program that asks for its passphrase")]
    NoPinentry,
    /// gpg has no agent, and the agent has the secret keys.
    #[error("the pass keystore is not available: gpg cannot reach or start its agent")]
    NoGpgAgent,
    /// The person gave up when asked to unlock it.
    #[error("the {backend} keystore was not unlocked: {reason}")]
    Cancelled { backend: Backend, reason: String },
    /// The person or the system said no: a wrong passphrase, a refused permission.
    #[error("the {backend} keystore refused: {reason}")]
    Denied { backend: Backend, reason: String },
    /// The command that was to give the passphrase did not.
    #[error("the {backend} keystore refused: {reason}")]
    NoPassphrase { backend: Backend, reason: String },
    /// There is no such keystore on this machine, or it does not answer.
    #[error("the {backend} keystore is not available: {reason}")]
    Unavailable { backend: Backend, reason: String },
    /// What tells which keys are stored cannot be written: nothing was changed, since it would go on claiming another key.
    #[error("cannot write the index of stored keys, so no key was changed: {reason}")]
    IndexNotWritten { path: PathBuf, reason: String },
    /// What tells which keys are stored cannot be read, whichever keystore they are in.
    #[error("the index of stored keys cannot be read: {reason}")]
    Index { path: PathBuf, reason: String },
    /// A file or a folder of ours is not in this user's hands alone. `cure` says in the imperative what makes it so.
    #[error("{reason}")]
    Untrusted { reason: String, cure: String },
    /// The item is there, and is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    Corrupt { backend: Backend, item: String, reason: String },
    /// What every item is sealed to is there, and is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    CorruptIdentity { backend: Backend, item: &'static str, reason: String },
}

/// Why gpg does not encrypt to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpgRecipientFault {
    Expired,
    Missing,
    NotTrusted,
    Disabled,
    Ambiguous,
    NotForEncryption,
    Revoked,
    Unusable,
}

impl GpgRecipientFault {
    /// As a clause about the key.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Expired => "it has expired",
            Self::Missing => "the key ring holds no such key that can be used",
            Self::NotTrusted => "it is not trusted",
            Self::Disabled => "it is disabled",
            Self::Ambiguous => "there are several keys of that name",
            Self::NotForEncryption => "it is not for encryption",
            Self::Revoked => "it is revoked",
            Self::Unusable => "it cannot be used",
        }
    }
}

fn elsewhere_clause(elsewhere: &[Backend]) -> String {
    match elsewhere {
        [] => String::new(),
        [one] => format!("; the {one} keystore does"),
        several => format!("; these keystores do: {}", several.iter().map(|backend| backend.as_str()).collect::<Vec<_>>().join(", ")),
    }
}
