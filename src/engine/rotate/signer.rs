//! Who signs a rotation, and for whom. Never takes another than the current key while AWS knows that one.

use crate::model::{Credentials, StoredKey};
use crate::ports::{AwsFault, AwsFaultKind, CallerIdentity};

/// Whose keys are replaced, and the session that signs for it.
pub struct Signer {
    pub owner: CallerIdentity,
    /// `None`: the stored key signs.
    pub session: Option<Credentials>,
}

impl Signer {
    /// The owner is the user of the current key. Where that one is gone, because somebody deleted or deactivated it in the middle of a
    /// rotation, the session, or the other key of that rotation, takes its place.
    ///
    /// # Errors
    /// When AWS takes none of them.
    pub fn of(
        key: &StoredKey,
        session: Option<Credentials>,
        identity: &dyn Fn(&Credentials) -> Result<CallerIdentity, AwsFault>,
    ) -> Result<Self, AwsFault> {
        let fault = match identity(&Credentials::LongTerm(key.current.clone())) {
            Ok(owner) => return Ok(Self { owner, session }),
            Err(fault) => fault,
        };
        let other = key.rotation.as_ref().and_then(|rotation| rotation.stage.other());
        let Some(other) = other.filter(|_| fault.kind == AwsFaultKind::InvalidKey) else { return Err(fault) };
        if let Some(Ok(owner)) = session.as_ref().map(identity) {
            return Ok(Self { owner, session });
        }
        let other = Credentials::LongTerm(other.clone());
        let owner = identity(&other).map_err(|_| fault)?;
        Ok(Self { owner, session: Some(other) })
    }
}
