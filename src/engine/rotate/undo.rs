//! Takes a rotation back: the old key is the current one again, and the new one is deleted. Never deletes the new key before the old one is
//! accepted everywhere.

use crate::model::{AccessKeyId, LongTermCredentials, RotationStage, StoredKey};
use crate::ports::AwsFaultKind;

use super::create::Unknown;
use super::{RotateError, RotatePorts, Rotated};

/// Takes back what a rotation has done so far.
///
/// # Errors
/// See [`RotateError`]. Another run goes on.
pub fn undo(ports: &RotatePorts<'_>, mut key: StoredKey) -> Result<Rotated, RotateError> {
    let rotation = key.rotation.clone().ok_or(RotateError::NothingToUndo)?;
    match rotation.stage {
        RotationStage::Creating { known } => {
            let admin = ports.admin(&key);
            let half_made = match ports.unknown_key(&*admin, &key, &known)? {
                Some(Unknown::HalfMade(new)) if ports.agreed == Some(&new.key_id) => {
                    ports.delete(&*admin, &new.key_id)?;
                    Some(new)
                }
                Some(Unknown::HalfMade(key)) => return Err(RotateError::HalfMade { key }),
                Some(Unknown::SomebodyElses { new, .. }) => {
                    ports.notices.tell(&format!("key {} was not made by this rotation, and stays", new.key_id));
                    None
                }
                None => None,
            };
            ports.clear(&mut key)?;
            Ok(Rotated::Undone { current: key.current.key_id, deleted: half_made.map(|half_made| half_made.key_id) })
        }
        RotationStage::Pending { new } => {
            let other = new.key_id.clone();
            ports.record(&mut key, RotationStage::Undoing { other: new }, rotation.grace)?;
            ports.end_undo(&mut key, &other)
        }
        RotationStage::Switched { old } | RotationStage::Grace { old } => {
            ports.bring_back(&key, &old)?;
            let new = std::mem::replace(&mut key.current, old);
            let other = new.key_id.clone();
            ports.record(&mut key, RotationStage::Undoing { other: new }, rotation.grace)?;
            ports.notices.tell(&format!("key {} is the current one again", key.current.key_id));
            ports.end_undo(&mut key, &other)
        }
        RotationStage::Undoing { other } => ports.end_undo(&mut key, &other.key_id),
    }
}

impl RotatePorts<'_> {
    /// Makes the old key active, and waits until AWS accepts it everywhere.
    fn bring_back(&self, key: &StoredKey, old: &LongTermCredentials) -> Result<(), RotateError> {
        let admin = self.admin(key);
        self.patiently(|| admin.set_active(self.user(), &old.key_id, true)).map_err(|fault| match fault.kind {
            AwsFaultKind::NoSuchEntity => RotateError::OldKeyGone { key_id: old.key_id.clone() },
            _ => fault.into(),
        })?;
        self.verify(old)
    }

    /// Deletes the key that the rotation had made.
    pub(super) fn end_undo(&self, key: &mut StoredKey, other: &AccessKeyId) -> Result<Rotated, RotateError> {
        (self.also)(other, &key.current)?;
        let admin = self.admin(key);
        self.delete(&*admin, other)?;
        self.clear(key)?;
        Ok(Rotated::Undone { current: key.current.key_id.clone(), deleted: Some(other.clone()) })
    }
}
