//! What is found in another tool's store, and whether it is a long-term key. Never repeats what was found in an error.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::model::{AccessKeyId, LongTermCredentials, MfaSerial};

/// Something in another tool's store that may be a key.
pub struct Found {
    pub tool: Tool,
    /// What it is called there.
    pub place: String,
    /// What it would be called here.
    pub name: String,
    pub held: Held,
    /// The MFA device that the store names with it.
    pub serial: Option<MfaSerial>,
}

/// What an item holds.
pub enum Held {
    Key(LongTermCredentials),
    /// Something that is not to be imported, and why.
    Skipped(String),
    /// Something that cannot be read, and why.
    Unreadable(String),
}

/// Where an item was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// The shared credentials file, or one like it.
    Credentials,
    /// The AWS config file.
    Config,
    /// A file that the AWS console gave.
    Csv,
    AwsVault(StoreKind),
}

/// The kinds of stores that aws-vault has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    File,
    Pass,
    SecretService,
    Keychain,
    WinCred,
}

impl StoreKind {
    pub const ALL: [Self; 5] = [Self::File, Self::Pass, Self::SecretService, Self::Keychain, Self::WinCred];

    /// As aws-vault's `--backend` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Pass => "pass",
            Self::SecretService => "secret-service",
            Self::Keychain => "keychain",
            Self::WinCred => "wincred",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials => f.write_str("credentials"),
            Self::Config => f.write_str("config"),
            Self::Csv => f.write_str("csv"),
            Self::AwsVault(kind) => write!(f, "aws-vault {}", kind.as_str()),
        }
    }
}

impl Held {
    /// What an id and a secret come to.
    // Security: either may be anything, a password of something else included, so neither is repeated.
    #[must_use]
    pub fn of(id: &str, secret: SecretString) -> Self {
        if id.starts_with("ASIA") {
            return Self::Skipped("it is a temporary key, whose id starts with `ASIA`".to_owned());
        }
        let Ok(key_id) = AccessKeyId::parse_long_term(id) else {
            return Self::Skipped("its id is not that of a long-term AWS access key".to_owned());
        };
        let text = secret.expose_secret();
        if text.is_empty() {
            return Self::Unreadable("it has an id and no secret".to_owned());
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Self::Unreadable("its secret holds white space or characters that no secret has".to_owned());
        }
        Self::Key(LongTermCredentials { key_id, secret })
    }

    #[must_use]
    pub fn key(&self) -> Option<&LongTermCredentials> {
        match self {
            Self::Key(key) => Some(key),
            Self::Skipped(_) | Self::Unreadable(_) => None,
        }
    }
}
