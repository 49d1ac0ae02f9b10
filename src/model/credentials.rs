//! Holds credentials. Never prints a secret: no derived `Debug`, secrets in types that are wiped when dropped.

use std::fmt;

use secrecy::SecretString;

use super::{AccessKeyId, AccountId, Arn, Timestamp};

/// A long-term access key of an IAM user.
#[derive(Clone)]
pub struct LongTermCredentials {
    pub key_id: AccessKeyId,
    pub secret: SecretString,
}

/// Temporary credentials from STS, or from the program or service that a profile names as its source.
#[derive(Clone)]
pub struct SessionCredentials {
    pub key_id: AccessKeyId,
    pub secret: SecretString,
    pub token: SecretString,
    /// `None` if another program returned them without one: then they are used once and not cached.
    pub expiration: Option<Timestamp>,
    /// `arn:…:assumed-role/ROLE/SESSION` if a role was assumed.
    pub assumed_role: Option<Arn>,
    /// What a program that handed them out says of their account: not every key id tells it.
    pub stated_account: Option<AccountId>,
}

/// The result of a plan, and the signer of a call.
#[derive(Debug, Clone)]
pub enum Credentials {
    LongTerm(LongTermCredentials),
    Session(SessionCredentials),
}

impl SessionCredentials {
    /// The account that they belong to, if that is known.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        let of_role = self.assumed_role.as_ref().and_then(|role| role.account());
        of_role.or(self.stated_account.as_ref()).cloned().or_else(|| self.key_id.account())
    }
}

impl Credentials {
    #[must_use]
    pub fn key_id(&self) -> &AccessKeyId {
        match self {
            Self::LongTerm(key) => &key.key_id,
            Self::Session(session) => &session.key_id,
        }
    }

    #[must_use]
    pub fn secret(&self) -> &SecretString {
        match self {
            Self::LongTerm(key) => &key.secret,
            Self::Session(session) => &session.secret,
        }
    }

    #[must_use]
    pub fn token(&self) -> Option<&SecretString> {
        match self {
            Self::LongTerm(_) => None,
            Self::Session(session) => Some(&session.token),
        }
    }

    #[must_use]
    pub fn expiration(&self) -> Option<Timestamp> {
        match self {
            Self::LongTerm(_) => None,
            Self::Session(session) => session.expiration,
        }
    }

    /// The account that they belong to, if that is known.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::LongTerm(key) => key.key_id.account(),
            Self::Session(session) => session.account(),
        }
    }
}

impl fmt::Debug for LongTermCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LongTermCredentials({})", self.key_id)
    }
}

impl fmt::Debug for SessionCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionCredentials({})", self.key_id)
    }
}
