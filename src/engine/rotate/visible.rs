//! Waits until AWS knows of a change everywhere: each endpoint learns of a new key by itself. Never waits for what will not come.

use crate::engine::retries::until;
use crate::model::{Credentials, LongTermCredentials};
use crate::ports::{AwsFault, AwsFaultKind};

use super::{RotateError, RotatePorts, Service};

/// How long AWS is given to know a new key everywhere, in seconds. It takes seconds, sometimes tens of them.
const VISIBLE: i64 = 180;
/// How long a later call is tried again for the same reason, in seconds.
const LATER: i64 = 60;

impl RotatePorts<'_> {
    /// Makes a call that may be made twice, again and again while AWS does not know yet of a change made just before.
    pub(super) fn patiently<T>(&self, call: impl Fn() -> Result<T, AwsFault>) -> Result<T, AwsFault> {
        self.until(LATER, call, |fault| matches!(fault.kind, AwsFaultKind::InvalidKey | AwsFaultKind::TemporarilyUnmodifiable))
    }

    /// Waits until the key is accepted at STS and at IAM, as the owner's.
    pub(super) fn verify(&self, key: &LongTermCredentials) -> Result<(), RotateError> {
        let key_id = key.key_id.clone();
        let signer = Credentials::LongTerm(key.clone());
        let unknown = |fault: &AwsFault| fault.kind == AwsFaultKind::InvalidKey;
        let refused = |at| {
            let key_id = key_id.clone();
            move |fault: AwsFault| {
                if unknown(&fault) { RotateError::NotVisible { key_id, at, fault } } else { RotateError::Aws(fault) }
            }
        };
        let identity = self.until(VISIBLE, || (self.identity)(&signer), unknown).map_err(refused(Service::Sts))?;
        if identity != *self.owner {
            return Err(RotateError::OtherUser { key_id, arn: identity.arn.to_string() });
        }
        let iam = (self.iam)(&signer);
        match self.until(VISIBLE, || iam.access_keys(self.user()), unknown) {
            Ok(_) => Ok(()),
            // IAM knows the key, or it could not refuse it: without MFA a policy may leave nothing else open.
            Err(fault) if matches!(fault.kind, AwsFaultKind::AccessDenied | AwsFaultKind::Quarantined) => Ok(()),
            Err(fault) => Err(refused(Service::Iam)(fault)),
        }
    }

    /// Makes the call again, after a pause, while `again` says so of its fault and there is time left.
    pub(super) fn until<T>(
        &self,
        limit: i64,
        call: impl Fn() -> Result<T, AwsFault>,
        again: impl Fn(&AwsFault) -> bool,
    ) -> Result<T, AwsFault> {
        until((self.clock, self.notices), limit, call, again)
    }
}
