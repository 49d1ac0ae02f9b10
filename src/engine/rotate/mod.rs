//! Replaces a stored key in the one safe order, stage by stage, so that a run that is killed anywhere is continued by the next one. Never
//! touches the old key before the new one is stored, read back, and accepted by STS and by IAM.

mod create;
mod error;
mod signer;
mod stages;
mod undo;
mod visible;

pub use error::{Elsewhere, RotateError, Rotated, SeenKey, Service};
pub use signer::Signer;
pub use stages::{How, run};
pub use undo::undo;

use crate::model::{AccessKeyId, Credentials, LongTermCredentials, Rotation, RotationStage, SessionDuration, StoredKey};
use crate::ports::{AccessKeys, AwsFault, CallerIdentity, Clock, KeyEntry, KeyStoreError, Notices};

/// What a rotation reaches the world through.
pub struct RotatePorts<'a> {
    pub entry: &'a dyn KeyEntry,
    /// IAM, with these credentials.
    pub iam: &'a dyn Fn(&Credentials) -> Box<dyn AccessKeys + 'a>,
    /// Whose credentials these are, as STS says.
    pub identity: &'a dyn Fn(&Credentials) -> Result<CallerIdentity, AwsFault>,
    /// The one MFA session that signs every call to IAM; `None`: the stored key does.
    pub session: Option<&'a Credentials>,
    /// Whose keys they are: the identity of the stored key.
    pub owner: &'a CallerIdentity,
    /// Stores the new key wherever else the old one is stored: under another name, or in another keystore.
    pub also: &'a dyn Fn(&AccessKeyId, &LongTermCredentials) -> Result<(), KeyStoreError>,
    /// Where else a key is stored, as the index knows: under another name, or in another keystore.
    pub elsewhere: &'a dyn Fn(&AccessKeyId) -> Result<Option<Elsewhere>, KeyStoreError>,
    /// The key that may be deleted although its secret is lost: the person was asked about it.
    pub agreed: Option<&'a AccessKeyId>,
    pub notices: &'a dyn Notices,
    pub clock: &'a dyn Clock,
}

impl<'a> RotatePorts<'a> {
    /// IAM as the person, while `key` is what is stored.
    fn admin(&self, key: &StoredKey) -> Box<dyn AccessKeys + 'a> {
        match self.session {
            Some(session) => (self.iam)(session),
            None => (self.iam)(&Credentials::LongTerm(key.current.clone())),
        }
    }

    /// The name that IAM knows the user by.
    fn user(&self) -> &str {
        self.owner.user_name().unwrap_or_default()
    }

    /// Writes the stage down, and only then goes on with it.
    fn record(&self, key: &mut StoredKey, stage: RotationStage, grace: SessionDuration) -> Result<(), RotateError> {
        let rotation = Rotation { stage, since: self.clock.now(), grace };
        let next = StoredKey { current: key.current.clone(), rotation: Some(rotation) };
        self.entry.save(&next)?;
        *key = next;
        Ok(())
    }

    /// Records that no rotation is under way now.
    fn clear(&self, key: &mut StoredKey) -> Result<(), RotateError> {
        let next = StoredKey { current: key.current.clone(), rotation: None };
        self.entry.save(&next)?;
        *key = next;
        Ok(())
    }
}
