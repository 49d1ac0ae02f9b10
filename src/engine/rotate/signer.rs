//! Who signs a rotation, and for whom. Never lets a session change the keys of another user than the stored key's.

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
    /// rotation, the session, or the other key of that rotation, takes its place. `None`: the session is not that
    /// user's, or has ended before its time.
    ///
    /// # Errors
    /// When AWS takes none of them.
    pub fn of(
        key: &StoredKey,
        session: Option<Credentials>,
        identity: &dyn Fn(&Credentials) -> Result<CallerIdentity, AwsFault>,
    ) -> Result<Option<Self>, AwsFault> {
        let of_session = session.as_ref().map(identity).transpose();
        match identity(&Credentials::LongTerm(key.current.clone())) {
            Ok(owner) => match of_session {
                Ok(other) if other.as_ref().is_none_or(|other| *other == owner) => Ok(Some(Self { owner, session })),
                Ok(_) => Ok(None),
                Err(fault) if matches!(fault.kind, AwsFaultKind::InvalidKey | AwsFaultKind::Expired) => Ok(None),
                Err(fault) => Err(fault),
            },
            Err(fault) if fault.kind == AwsFaultKind::InvalidKey => {
                let Some(other) = key.rotation.as_ref().and_then(|rotation| rotation.stage.other()) else { return Err(fault) };
                if let Ok(Some(owner)) = of_session {
                    return Ok(Some(Self { owner, session }));
                }
                let other = Credentials::LongTerm(other.clone());
                let owner = identity(&other).map_err(|_| fault)?;
                Ok(Some(Self { owner, session: Some(other) }))
            }
            Err(fault) => Err(fault),
        }
    }
}
