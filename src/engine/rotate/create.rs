//! The first stages: a key is created at AWS and stored at once. Never creates one where another that is nobody's may be.

use crate::model::{AccessKeyId, LongTermCredentials, RotationStage, SessionDuration, StoredKey};
use crate::ports::{AccessKey, AccessKeys, AwsFault, AwsFaultKind, KeyStatus, QUARANTINE_POLICY};

use super::{RotateError, RotatePorts, SeenKey};

/// How often a call that AWS answered with an error of its own is made, once it is sure that it made no key.
const ATTEMPTS: usize = 4;

/// How long a call is made again that IAM did not even look at, in seconds.
const THROTTLED: i64 = 15;

/// How often, and after how many seconds, it is looked whether a call without an answer made a key.
const LOOKS: usize = 3;
const BETWEEN_LOOKS: SessionDuration = SessionDuration::from_secs(1);

/// How long after a creation was announced its call may have been made, in seconds: a key that is younger is somebody else's.
const ANNOUNCED: i64 = 15 * 60;

impl RotatePorts<'_> {
    /// Begins a rotation: the user must have this one key alone.
    pub(super) fn begin(&self, key: &mut StoredKey, grace: SessionDuration) -> Result<(), RotateError> {
        let admin = self.admin(key);
        let keys = self.patiently(|| admin.access_keys(self.user()))?;
        let current = &key.current.key_id;
        if let Some(elsewhere) = (self.elsewhere)(current)?.filter(|elsewhere| elsewhere.in_rotation) {
            return Err(RotateError::UnderWay { elsewhere });
        }
        let ours = keys.iter().find(|listed| listed.key_id == *current);
        let ours = ours.ok_or_else(|| RotateError::NotListed { key_id: current.clone() })?;
        if let Some(other) = keys.iter().find(|listed| listed.key_id != *current) {
            return Err(self.two_keys(&*admin, ours, other)?);
        }
        if ours.status != KeyStatus::Active {
            return Err(RotateError::NotActive { key_id: current.clone() });
        }
        let known = vec![current.clone()];
        self.record(key, RotationStage::Creating { known: known.clone() }, grace)?;
        self.make(&*admin, key, &known, grace)
    }

    /// Goes on with a creation that was cut off anywhere.
    pub(super) fn create(&self, key: &mut StoredKey, known: &[AccessKeyId], grace: SessionDuration) -> Result<(), RotateError> {
        let admin = self.admin(key);
        self.settle_half_made(&*admin, key, known)?;
        // Announced anew: what this run makes is younger than what the one before it may have made.
        self.record(key, RotationStage::Creating { known: known.to_vec() }, grace)?;
        self.make(&*admin, key, known, grace)
    }

    /// Creates the key, once it is sure that no other than the known ones is there.
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

    /// Deletes what a call without an answer made, if the person says so: its secret is lost.
    fn settle_half_made(&self, admin: &dyn AccessKeys, key: &mut StoredKey, known: &[AccessKeyId]) -> Result<(), RotateError> {
        for look in 0..LOOKS {
            let keys = self.patiently(|| admin.access_keys(self.user()))?;
            if let Some(new) = keys.iter().find(|listed| !known.contains(&listed.key_id)) {
                if !self.is_half_made(admin, key, new)? {
                    let current = &key.current.key_id;
                    let ours = keys.iter().find(|listed| listed.key_id == *current);
                    let ours = ours.ok_or_else(|| RotateError::NotListed { key_id: current.clone() })?;
                    let error = self.two_keys(admin, ours, new)?;
                    self.clear(key)?;
                    return Err(error);
                }
                if (self.may_delete)(new) != Some(true) {
                    return Err(RotateError::HalfMade { key: new.clone() });
                }
                return self.delete(admin, &new.key_id);
            }
            if look + 1 < LOOKS {
                self.clock.sleep(BETWEEN_LOOKS);
            }
        }
        Ok(())
    }

    /// Whether a key that was not there before can be what became of the announced creation. One that is stored elsewhere has its secret, and
    /// one that is much younger was made by somebody else.
    pub(super) fn is_half_made(&self, admin: &dyn AccessKeys, key: &StoredKey, new: &AccessKey) -> Result<bool, RotateError> {
        if (self.elsewhere)(&new.key_id)?.is_some() {
            return Ok(false);
        }
        let announced = key.rotation.as_ref().map(|rotation| rotation.since);
        let (Some(announced), Some(created)) = (announced, new.created_at) else { return Ok(true) };
        Ok(created.seconds_since(announced).saturating_add(admin.clock_ahead().unwrap_or(0)) <= ANNOUNCED)
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

    /// AWS refused to create a key: nothing is under way any more.
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

    fn two_keys(&self, admin: &dyn AccessKeys, ours: &AccessKey, other: &AccessKey) -> Result<RotateError, RotateError> {
        let seen = |key: &AccessKey| -> Result<_, RotateError> {
            let elsewhere = (self.elsewhere)(&key.key_id)?;
            Ok(Box::new(SeenKey { key: key.clone(), last_use: admin.last_use(&key.key_id), elsewhere }))
        };
        Ok(RotateError::TwoKeys { ours: seen(ours)?, other: seen(other)?, quarantined: self.is_quarantined(admin) })
    }

    /// Whether AWS has attached the policy of a leaked key to the user, as far as the user may see that.
    fn is_quarantined(&self, admin: &dyn AccessKeys) -> bool {
        let policies = admin.attached_policies(self.user()).unwrap_or_default();
        policies.iter().any(|name| name.starts_with(QUARANTINE_POLICY))
    }
}
