//! Where long-term keys are. Never says how a keystore works.

use std::path::PathBuf;

use crate::model::{AccessKeyId, Backend, LongTermCredentials, ProfileName, shown};

use super::Holder;

/// Where long-term keys are.
pub trait KeyStore {
    /// # Errors
    /// See [`KeyStoreError`]; the network is not used.
    fn long_term_credentials(&self, name: &ProfileName) -> Result<LongTermCredentials, KeyStoreError>;
    /// The id of that key by now, without unlocking anything: another process may have replaced it. `None` if that is not known.
    fn key_id_by_now(&self, name: &ProfileName) -> Option<AccessKeyId>;
}

/// Why a keystore failed. Each state has its own variant, since each has its own cure.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The keystore works, but has no such item. `elsewhere` are the keystores that are known to have one of that name.
    #[error("the {backend} keystore has no item `{item}`{}", elsewhere_clause(elsewhere))]
    NotFound { backend: Backend, item: String, elsewhere: Vec<Backend> },
    /// The keystore exists, but is locked, and could not be unlocked now.
    #[error("the {backend} keystore is locked: {reason}")]
    Locked { backend: Backend, reason: String },
    /// It must be unlocked, but another process asks on the terminal, and this run does not wait for it.
    #[error("the {backend} keystore is locked, and {} is asking on this terminal", .holder.in_words())]
    InUse { backend: Backend, holder: Holder },
    /// The item is encrypted to a gpg key that is not available.
    #[error("gpg does not have the secret key that the item `{item}` in the pass keystore is encrypted to")]
    NoGpgKey { item: String },
    /// gpg does not encrypt to a recipient of the password store.
    #[error("gpg cannot encrypt to `{who}`, a recipient of the password store: {}", .why.in_words())]
    GpgRecipient { who: String, why: GpgRecipientFault },
    /// gpg has no program that asks for its passphrase.
    #[error("the pass keystore is locked: gpg could not start the program that asks for its passphrase")]
    NoPinentry,
    /// gpg has no agent, which would have the secret keys.
    #[error("the pass keystore is not available: gpg cannot reach or start its agent")]
    NoGpgAgent,
    /// The prompt for the passphrase was closed: another process has made the session that the key was needed for.
    #[error("another process made the session while the {backend} keystore asked for its passphrase")]
    MadeElsewhere { backend: Backend },
    /// The user cancelled the unlock prompt.
    #[error("the {backend} keystore was not unlocked: {reason}")]
    Cancelled { backend: Backend, reason: String },
    /// `given_by`: the variable that gave the passphrase, or named the command that printed it; `None`: the user typed it.
    #[error("the {backend} keystore refused: wrong passphrase")]
    WrongPassphrase { backend: Backend, given_by: Option<&'static str> },
    /// The user or the system refused, such as a denied permission.
    #[error("the {backend} keystore refused: {reason}")]
    Denied { backend: Backend, reason: String },
    /// The passphrase command provided none.
    #[error("the {backend} keystore refused: {reason}")]
    NoPassphrase { backend: Backend, reason: String },
    /// There is no such keystore on this machine, or it does not answer.
    #[error("the {backend} keystore is not available: {reason}")]
    Unavailable { backend: Backend, reason: String },
    /// The index of stored keys cannot be written: nothing was changed, since it would still name another key.
    #[error("cannot write the index of stored keys, so no key was changed: {reason}")]
    IndexNotWritten { path: PathBuf, reason: String },
    /// The index of stored keys, which covers all keystores, cannot be read.
    #[error("the index of stored keys cannot be read: {reason}")]
    Index { path: PathBuf, reason: String },
    /// Others can change one of our files or folders. `cure` is the fix, in the imperative.
    #[error("{reason}")]
    Untrusted { reason: String, cure: String },
    /// Something that is not a file is where the file of an item belongs: `what`, as in "a folder". It is left as it is.
    #[error("{what} is in the place of an item of the {backend} keystore: `{}`", shown(path))]
    Obstructed { backend: Backend, what: &'static str, path: PathBuf },
    /// The item exists, but is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    Corrupt { backend: Backend, item: String, reason: String },
    /// Another run has stored another key in the place of the one that was to be changed.
    #[error("the item `{item}` in the {backend} keystore was changed by another run meanwhile")]
    Changed { backend: Backend, item: String },
    /// The identity that every item is encrypted to exists, but is not what was stored.
    #[error("the item `{item}` in the {backend} keystore is damaged: {reason}")]
    CorruptIdentity { backend: Backend, item: &'static str, reason: String },
}

/// Why gpg does not encrypt to a recipient.
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
            Self::Missing => "the key ring has no usable key of that name",
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
