//! What was gathered of this machine. Never gathers anything, and never holds a secret.

use crate::config::LinkedSource;
use crate::model::{AccessKeyId, Backend, ProfileName, RotationKind, SessionDuration, Timestamp};

/// All that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub now: Timestamp,
    pub keystores: Vec<KeystoreFact>,
    /// Whether the kernel keeps the key of the session cache; `None`: this platform has no such thing.
    pub keyring: Option<bool>,
    /// How far this machine's clock is ahead of AWS's, in seconds; why not, where it could not be compared; `None`: nobody asked.
    pub clock_ahead: Option<Result<i64, String>>,
    pub clock_cure: String,
    /// Programs called `vault`, in the order of the `PATH`.
    pub vaults: Vec<PathFact>,
    pub variables: Vec<Variable>,
    pub config_faults: Vec<ConfigFault>,
    pub ignored_sections: Vec<ConfigFault>,
    pub unknown_keys: Vec<UnknownKey>,
    pub stray_tables: Vec<(String, Option<String>)>,
    pub plans: Vec<ConfigFault>,
    pub processes: Vec<Process>,
    pub protected_open: Vec<ProtectedOpen>,
    pub protected_linked: Vec<ProtectedLinked>,
    pub plain_keys: Vec<PlainKey>,
    pub files: Vec<FileFact>,
    pub keys: Vec<KeyFact>,
    /// Items of stored keys that are not as they should be.
    pub items: Vec<ItemFact>,
    pub expired_sessions: usize,
    /// Paths in the folder of the sessions that are no sessions.
    pub stray_files: Vec<String>,
    /// How many of the sessions' files and folders belong to another user, and one of them; their common folder, as in a command.
    pub foreign_sessions: Option<(usize, String, String)>,
    pub locks: Vec<LockFact>,
    pub leftovers: usize,
    /// Names of keys that are stored here and in aws-vault, with the file there.
    pub aws_vault_left: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeystoreFact {
    pub backend: Backend,
    pub state: KeystoreState,
    /// Whether new keys go there.
    pub in_use: bool,
    /// How many keys the index knows in it.
    pub keys: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeystoreState {
    Usable,
    Locked(String),
    Unavailable(String),
}

/// An item that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFact {
    /// The key; `None`: the identity that opens all of the keystore's items.
    pub key: Option<ProfileName>,
    pub backend: Backend,
    pub fault: ItemFault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemFault {
    Missing,
    Damaged(String),
    /// It was not looked at, for this reason.
    Unseen(String),
}

/// A lock that another process holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFact {
    pub path: String,
    /// As in a command.
    pub in_shell: String,
    /// What waits for it, as in "others that need …".
    pub guards: &'static str,
    pub pid: Option<u32>,
    pub program: Option<String>,
    /// How long that process has been running, in seconds.
    pub seconds: Option<u64>,
}

/// A program called `vault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFact {
    pub path: String,
    pub is_this_one: bool,
}

/// A variable that bears on credentials. Its value is here only if it is not a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub value: Option<String>,
}

/// What is wrong in a file of settings, or with a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// The place, or the profile.
    pub subject: String,
    pub message: String,
    pub fix: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey {
    pub place: String,
    pub key: String,
    pub near: &'static str,
}

/// A `credential_process` line whose program is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub profile: String,
    pub place: String,
    pub program: String,
}

/// A protected profile that AWS tools reach without asking, through a linked one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedOpen {
    pub profile: ProfileName,
    pub source: LinkedSource,
}

/// A line of `vault link` that asks for a protected profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedLinked {
    /// The profile with the line.
    pub profile: ProfileName,
    pub asks_for: ProfileName,
    pub place: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainKey {
    pub profile: String,
    pub place: String,
    pub key_id: String,
}

/// A stored key, as the index has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFact {
    pub name: ProfileName,
    /// Days since it was stored: the key is at least that old.
    pub age_in_days: Option<i64>,
    /// The greatest age allowed; `None`: any age.
    pub most: Option<SessionDuration>,
    pub rotation: Option<Unfinished>,
}

/// A rotation that was begun and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    pub kind: RotationKind,
    /// The key alongside the current one.
    pub other: Option<AccessKeyId>,
    /// Until when the old key is kept, by the person's own clock; `None`: it may be deleted, or is not inactive yet.
    pub kept_until: Option<String>,
}

/// A file or folder that is not in this user's hands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    pub path: String,
    /// As in a command.
    pub in_shell: String,
    pub mode: u32,
    pub is_mine: bool,
    /// Whether others may not even read it.
    pub is_secret: bool,
}
