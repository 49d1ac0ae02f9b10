//! Decides who signs a rotation, and for which user. Never uses another key while AWS knows the current one.

use crate::model::{Credentials, RotationStage, StoredKey};
use crate::ports::{AwsFault, AwsFaultKind, CallerIdentity};

/// Whose keys are replaced, and the session that signs for it.
pub struct Signer {
    pub owner: CallerIdentity,
    /// `None`: the stored key signs.
    pub session: Option<Credentials>,
}

impl Signer {
    /// The owner is the user of the current key. If AWS does not know that key any more, because somebody deleted or deactivated it, the key
    /// that is about to become the current one takes its place, and the session may sign for it. Any other run would take that key away, which
    /// may be the last one that works.
    ///
    /// # Errors
    /// If AWS accepts none of them.
    pub fn of(
        key: &StoredKey,
        takes_back: bool,
        session: Option<Credentials>,
        identity: &dyn Fn(&Credentials) -> Result<CallerIdentity, AwsFault>,
    ) -> Result<Self, AwsFault> {
        let fault = match identity(&Credentials::LongTerm(key.current.clone())) {
            Ok(owner) => return Ok(Self { owner, session }),
            Err(fault) => fault,
        };
        let next = match key.rotation.as_ref().map(|rotation| &rotation.stage) {
            Some(RotationStage::Pending { new }) if !takes_back => Some(new),
            Some(RotationStage::Switched { old } | RotationStage::Grace { old }) if takes_back => Some(old),
            _ => None,
        };
        let Some(next) = next.filter(|_| fault.kind == AwsFaultKind::InvalidKey) else { return Err(fault) };
        if let Some(Ok(owner)) = session.as_ref().map(identity) {
            return Ok(Self { owner, session });
        }
        let next = Credentials::LongTerm(next.clone());
        let owner = identity(&next).map_err(|_| fault)?;
        Ok(Self { owner, session: Some(next) })
    }
}
