//! The first stages: a key is created at AWS and stored at once. Never creates one where another that is nobody's may be.

use crate::model::{AccessKeyId, LongTermCredentials, RotationStage, SessionDuration, StoredKey};
use crate::ports::{AccessKey, AccessKeys, AwsFault, AwsFaultKind, KeyStatus, QUARANTINE_POLICY};

use super::{Elsewhere, RotateError, RotatePorts, SeenKey};

/// How often a call is made that AWS answered with an internal error, once it is sure that AWS made no key.
const ATTEMPTS: usize = 4;

/// How long a call is made again that IAM did not even look at, in seconds.
const THROTTLED: i64 = 15;

/// How often, and after how many seconds, it is looked whether a call without an answer made a key.
const LOOKS: usize = 3;
const BETWEEN_LOOKS: SessionDuration = SessionDuration::from_secs(1);

/// The longest time between announcing a creation and its call, in seconds: a key that was made later is somebody else's.
const ANNOUNCED: i64 = 15 * 60;

/// A key that was not there before a creation was announced.
pub(super) enum Unknown {
    /// What became of it. Nobody has its secret.
    HalfMade(AccessKey),
    /// One that is stored elsewhere, or that is much younger.
    SomebodyElses { new: AccessKey, keys: Vec<AccessKey>, elsewhere: Option<Elsewhere> },
}

impl RotatePorts<'_> {
    /// Begins a rotation: the user must have this one key alone.
    pub(super) fn begin(&self, key: &mut StoredKey, grace: SessionDuration) -> Result<(), RotateError> {
        let current = &key.current.key_id;
        if let Some(elsewhere) = (self.elsewhere)(current)?.filter(|elsewhere| elsewhere.in_rotation) {
            return Err(RotateError::UnderWay { elsewhere });
        }
        let admin = self.admin(key);
        let keys = self.patiently(|| admin.access_keys(self.user()))?;
        let ours = listed(&keys, current)?;
        if let Some(other) = keys.iter().find(|listed| listed.key_id != *current) {
            return Err(self.two_keys(&*admin, ours, other, (self.elsewhere)(&other.key_id)?));
        }
        if ours.status != KeyStatus::Active {
            return Err(RotateError::NotActive { key_id: current.clone() });
        }
        let known = vec![current.clone()];
        self.record(key, RotationStage::Creating { known: known.clone() }, grace)?;
        self.make(&*admin, key, &known, grace)
    }

    /// Continues a creation that was interrupted at any point.
    pub(super) fn create(&self, key: &mut StoredKey, known: &[AccessKeyId], grace: SessionDuration) -> Result<(), RotateError> {
        let admin = self.admin(key);
        self.settle_half_made(&*admin, key, known)?;
        // Announce it again: a key from this run is younger than one that the previous run may have made.
        self.record(key, RotationStage::Creating { known: known.to_vec() }, grace)?;
        self.make(&*admin, key, known, grace)
    }

    /// Creates the key, after checking that the user has only the known ones.
    fn make(&self, admin: &dyn AccessKeys, key: &mut StoredKey, known: &[AccessKeyId], grace: SessionDuration) -> Result<(), RotateError> {
        let mut attempt = 1;
        let made = loop {
            match self.until(
                THROTTLED,
                || admin.create(self.user()),
                |fault| {
                    // Nothing was made: IAM did not even look at it.
                    matches!(fault.kind, AwsFaultKind::Throttled | AwsFaultKind::Unreachable | AwsFaultKind::TemporarilyUnmodifiable)
                },
            ) {
                Ok(made) => break made,
                Err(fault) if fault.may_be_done() => {
                    self.settle_half_made(admin, key, known)?;
                    attempt += 1;
                    if attempt > ATTEMPTS {
                        return Err(fault.into());
                    }
                    self.clock.sleep(BETWEEN_LOOKS);
                }
                Err(fault) => return Err(self.not_created(admin, key, fault)),
            }
        };
        self.keep(admin, key, made, grace)
    }

    /// The new key, stored at once; else it is deleted again, since nobody else has its secret.
    fn keep(
        &self,
        admin: &dyn AccessKeys,
        key: &mut StoredKey,
        made: LongTermCredentials,
        grace: SessionDuration,
    ) -> Result<(), RotateError> {
        let key_id = made.key_id.clone();
        match self.record(key, RotationStage::Pending { new: made }, grace) {
            Ok(()) => {
                self.notices.tell(&format!("key {key_id} is created and stored; it is not used yet"));
                Ok(())
            }
            Err(RotateError::KeyStore(error)) => {
                let deleted = self.patiently(|| admin.delete(self.user(), &key_id)).is_ok();
                Err(RotateError::NotStored { error, key_id, deleted })
            }
            Err(error) => Err(error),
        }
    }

    /// Deletes the key from an unanswered call, if the person agrees: its secret is lost.
    fn settle_half_made(&self, admin: &dyn AccessKeys, key: &mut StoredKey, known: &[AccessKeyId]) -> Result<(), RotateError> {
        match self.unknown_key(admin, key, known)? {
            None => Ok(()),
            Some(Unknown::HalfMade(new)) if self.agreed == Some(&new.key_id) => self.delete(admin, &new.key_id),
            Some(Unknown::HalfMade(new)) => Err(RotateError::HalfMade { key: new }),
            Some(Unknown::SomebodyElses { new, keys, elsewhere }) => {
                let error = self.two_keys(admin, listed(&keys, &key.current.key_id)?, &new, elsewhere);
                self.clear(key)?;
                Err(error)
            }
        }
    }

    /// The key that was not there before. IAM may list it late.
    pub(super) fn unknown_key(
        &self,
        admin: &dyn AccessKeys,
        key: &StoredKey,
        known: &[AccessKeyId],
    ) -> Result<Option<Unknown>, RotateError> {
        for look in 0..LOOKS {
            if look > 0 {
                self.clock.sleep(BETWEEN_LOOKS);
            }
            let keys = self.patiently(|| admin.access_keys(self.user()))?;
            let Some(new) = keys.iter().find(|listed| !known.contains(&listed.key_id)).cloned() else { continue };
            let elsewhere = (self.elsewhere)(&new.key_id)?;
            let is_too_young = || {
                let announced = key.rotation.as_ref()?.since;
                Some(new.created_at?.seconds_since(announced).saturating_add(admin.clock_ahead().unwrap_or(0)) > ANNOUNCED)
            };
            let is_somebody_elses = elsewhere.is_some() || is_too_young().unwrap_or(false);
            return Ok(Some(if is_somebody_elses { Unknown::SomebodyElses { new, keys, elsewhere } } else { Unknown::HalfMade(new) }));
        }
        Ok(None)
    }

    /// Deletes a key, which may be gone already.
    pub(super) fn delete(&self, admin: &dyn AccessKeys, key_id: &AccessKeyId) -> Result<(), RotateError> {
        match self.patiently(|| admin.delete(self.user(), key_id)) {
            Err(fault) if fault.kind != AwsFaultKind::NoSuchEntity => Err(fault.into()),
            _ => {
                self.notices.tell(&format!("key {key_id} is deleted"));
                Ok(())
            }
        }
    }

    /// AWS refused to create a key: no rotation is under way now.
    fn not_created(&self, admin: &dyn AccessKeys, key: &mut StoredKey, fault: AwsFault) -> RotateError {
        if let Err(error) = self.clear(key) {
            self.notices.warn(&error.to_string());
        }
        match fault.kind {
            AwsFaultKind::Quarantined => RotateError::Quarantined { fault },
            AwsFaultKind::AccessDenied if self.is_quarantined(admin) => RotateError::Quarantined { fault },
            _ => fault.into(),
        }
    }

    fn two_keys(&self, admin: &dyn AccessKeys, ours: &AccessKey, other: &AccessKey, elsewhere: Option<Elsewhere>) -> RotateError {
        let seen = |key: &AccessKey| Box::new(SeenKey { key: key.clone(), last_use: admin.last_use(&key.key_id) });
        RotateError::TwoKeys { ours: seen(ours), other: seen(other), elsewhere, quarantined: self.is_quarantined(admin) }
    }

    /// Whether AWS has attached the policy of a leaked key to the user, as far as the user may see that.
    fn is_quarantined(&self, admin: &dyn AccessKeys) -> bool {
        let policies = admin.attached_policies(self.user()).unwrap_or_default();
        policies.iter().any(|name| name.starts_with(QUARANTINE_POLICY))
    }
}

/// The stored key as IAM lists it.
fn listed<'k>(keys: &'k [AccessKey], current: &AccessKeyId) -> Result<&'k AccessKey, RotateError> {
    keys.iter().find(|key| key.key_id == *current).ok_or_else(|| RotateError::NotListed { key_id: current.clone() })
}
