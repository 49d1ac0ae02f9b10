//! The loop over the stages: each is written down before the next one begins. Never begins a second rotation in the same run.

use crate::model::{AccessKeyId, LongTermCredentials, RotationStage, SessionDuration, StoredKey, Timestamp, is_off};
use crate::ports::{AwsFaultKind, KeyStatus};

use super::{RotateError, RotatePorts, Rotated};

/// The figures of `GetAccessKeyLastUsed` are 15 minutes coarse, and lag: a use is later than a moment only if it is later by this much.
const MARGIN: i64 = 30 * 60;

/// What is wanted of a rotation.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// How long the old key is kept; `None`: as was said when the rotation began, or `default_grace`.
    pub grace: Option<SessionDuration>,
    pub default_grace: SessionDuration,
    /// Only what is under way is brought to its end, and the old key is deleted now.
    pub finish: bool,
}

impl How {
    fn grace(&self, recorded: Option<SessionDuration>) -> SessionDuration {
        if self.finish { SessionDuration::from_secs(0) } else { self.grace.or(recorded).unwrap_or(self.default_grace) }
    }
}

/// Begins a rotation of the stored key, or continues the one that is under way.
///
/// # Errors
/// See [`RotateError`]. The stored key is one that AWS accepts all the same, and another run goes on.
pub fn run(ports: &RotatePorts<'_>, mut key: StoredKey, how: &How) -> Result<Rotated, RotateError> {
    if key.rotation.is_none() && how.finish {
        return Ok(Rotated::Nothing);
    }
    // Nobody can have used it in between.
    let mut is_just_inactive = false;
    loop {
        let Some(rotation) = key.rotation.clone() else {
            ports.begin(&mut key, how.grace(None))?;
            continue;
        };
        let grace = how.grace(Some(rotation.grace));
        match rotation.stage {
            RotationStage::Creating { known } => ports.create(&mut key, &known, grace)?,
            RotationStage::Pending { new } => ports.switch(&mut key, &new, grace)?,
            RotationStage::Switched { old } => {
                ports.deactivate(&mut key, old, grace)?;
                is_just_inactive = true;
            }
            RotationStage::Grace { old } => {
                return ports.end(&mut key, &old.key_id, rotation.since, grace, how.finish || is_just_inactive);
            }
            RotationStage::Undoing { other } => return ports.end_undo(&mut key, &other.key_id),
        }
    }
}

impl RotatePorts<'_> {
    /// Once AWS accepts the new key everywhere, it is the current one.
    fn switch(&self, key: &mut StoredKey, new: &LongTermCredentials, grace: SessionDuration) -> Result<(), RotateError> {
        let admin = self.admin(key);
        let listed = self.patiently(|| admin.access_keys(self.user()))?;
        // IAM's list may lag: a key that is not in it yet is tried.
        if listed.iter().any(|listed| listed.key_id == new.key_id && listed.status != KeyStatus::Active) {
            return Err(RotateError::NewKeyGone { key_id: new.key_id.clone() });
        }
        self.verify(new)?;
        let old = std::mem::replace(&mut key.current, new.clone());
        self.record(key, RotationStage::Switched { old }, grace)?;
        self.notices.tell(&format!("key {} works at STS and IAM, and is the current one now", new.key_id));
        Ok(())
    }

    fn deactivate(&self, key: &mut StoredKey, old: LongTermCredentials, grace: SessionDuration) -> Result<(), RotateError> {
        (self.also)(&old.key_id, &key.current)?;
        let admin = self.admin(key);
        match self.patiently(|| admin.set_active(self.user(), &old.key_id, false)) {
            // Somebody else has deleted it: nothing is left to be done to it.
            Err(fault) if fault.kind != AwsFaultKind::NoSuchEntity => return Err(fault.into()),
            _ => {}
        }
        self.notices.tell(&format!("the old key {} is inactive", old.key_id));
        self.record(key, RotationStage::Grace { old }, grace)
    }

    /// Deletes the old key, if the time has come and nobody has used it since. `unchecked`: without a look at its use.
    fn end(
        &self,
        key: &mut StoredKey,
        old: &AccessKeyId,
        since: Timestamp,
        grace: SessionDuration,
        unchecked: bool,
    ) -> Result<Rotated, RotateError> {
        let (current, until) = (key.current.key_id.clone(), since.plus(grace));
        let now = self.clock.now();
        if now < until {
            if key.rotation.as_ref().is_some_and(|rotation| rotation.grace != grace) {
                self.extend(key, grace)?;
            }
            return Ok(Rotated::InGrace { current, old: old.clone(), until });
        }
        let admin = self.admin(key);
        if !unchecked {
            self.refuse_if_used(&*admin, old, since)?;
            // AWS's clock counts: a local clock that is ahead would end the grace period too early.
            let ahead = admin.clock_ahead().filter(|ahead| *ahead > 0 && is_off(*ahead)).unwrap_or(0);
            if now.seconds_since(until) < ahead {
                let until = Timestamp::from_unix(until.as_unix().saturating_add(ahead));
                return Ok(Rotated::InGrace { current, old: old.clone(), until });
            }
        }
        self.delete(&*admin, old)?;
        self.clear(key)?;
        Ok(Rotated::Done { current, old: old.clone() })
    }

    /// Another grace period, from the same moment on.
    fn extend(&self, key: &mut StoredKey, grace: SessionDuration) -> Result<(), RotateError> {
        let mut next = key.clone();
        if let Some(rotation) = &mut next.rotation {
            rotation.grace = grace;
        }
        self.entry.save(&next)?;
        *key = next;
        Ok(())
    }

    fn refuse_if_used(&self, admin: &dyn crate::ports::AccessKeys, old: &AccessKeyId, since: Timestamp) -> Result<(), RotateError> {
        let listed = self.patiently(|| admin.access_keys(self.user()))?;
        if listed.iter().any(|listed| listed.key_id == *old && listed.status == KeyStatus::Active) {
            return Err(RotateError::ActiveAgain { key_id: old.clone() });
        }
        match self.patiently(|| admin.last_use(old)) {
            Ok(Some(last_use)) if last_use.at.seconds_since(since) > MARGIN => {
                Err(RotateError::StillUsed { key_id: old.clone(), last_use })
            }
            Ok(_) => Ok(()),
            Err(fault) if matches!(fault.kind, AwsFaultKind::NoSuchEntity) => Ok(()),
            // An inactive key cannot have been used: without the permission to look, that is enough.
            Err(fault) if fault.kind == AwsFaultKind::AccessDenied => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}
