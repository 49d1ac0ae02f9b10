//! Checks each key with AWS, stores it, and reads it back. Never stores a key that AWS refuses, and never lets one key keep the others
//! from being stored.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use crate::app::target_profile::TargetProfile;
use crate::app::{Context, failure};
use crate::keystore::{Keystores, Over};
use crate::model::{AccessKeyId, Backend, Credentials, LongTermCredentials, MfaSerial, Partition, ProfileName};
use crate::os::clock;
use crate::ports::{AwsFaultKind, CallerIdentity, KeyStoreError, Sts as _};
use crate::ui;

use super::Arguments;
use super::candidates::Candidate;
use super::outcome::{Outcome, Verdict};
use super::report::tell;

/// After so many calls in a row that did not reach AWS, the next would not either, and each may take a minute.
const MOST_UNREACHED: u32 = 3;

/// How long a person waits before they wonder how far it is.
const SILENCE: Duration = Duration::from_secs(1);

/// How often progress is shown after that.
const BETWEEN: Duration = Duration::from_secs(5);

/// What would stop every key after this one as well.
#[derive(Default)]
struct Stopped {
    unreached: u32,
    /// Why the keystore takes no key.
    keystore: Option<String>,
}

/// Says how far a long task is: first after a second, then every five.
pub(super) struct Progress {
    next: Instant,
}

impl Progress {
    pub(super) fn start() -> Self {
        Self { next: Instant::now() + SILENCE }
    }

    pub(super) fn tell(&mut self, words: impl FnOnce() -> String) {
        if Instant::now() >= self.next {
            self.next = Instant::now() + BETWEEN;
            ui::note(&words());
        }
    }
}

/// So few keys need no count: each is named when it is done.
const HANDFUL: usize = 10;

pub(super) fn all(context: &Context, keystores: &Keystores<'_>, candidates: &mut [Candidate], arguments: &Arguments) {
    let mut stopped = Stopped::default();
    let mut progress = Progress::start();
    let (mut done, count) = (0, candidates.iter().filter(|candidate| candidate.is_open()).count());
    let mut is_chosen = false;
    for candidate in candidates {
        let mut whose = String::new();
        if let (None, Some(profile), Some(key)) = (&candidate.verdict, candidate.profile.clone(), candidate.key.clone()) {
            if !is_chosen {
                tell_of_choice(keystores, &profile);
                is_chosen = true;
            }
            if count > HANDFUL {
                progress.tell(|| format!("{done} of {count} keys so far"));
            }
            let verdict = one(context, keystores, &profile, &key, arguments, &mut stopped, &mut whose);
            candidate.verdict = Some(verdict);
            done += 1;
        }
        if let Some(verdict) = &candidate.verdict {
            tell(candidate, verdict, &whose);
        }
    }
}

/// Where keys go is said before the keystore asks for anything.
fn tell_of_choice(keystores: &Keystores<'_>, profile: &ProfileName) {
    let choice = keystores.choice(profile);
    if let (true, Some(reason)) = (choice.is_news, &choice.reason) {
        ui::note(&format!("the {} keystore is used because {reason}; choose another with `--backend`", choice.backend));
        keystores.told(&choice);
    }
}

fn one(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: &ProfileName,
    key: &LongTermCredentials,
    arguments: &Arguments,
    stopped: &mut Stopped,
    whose: &mut String,
) -> Verdict {
    if let Some(reason) = &stopped.keystore {
        return Verdict::because(Outcome::Failed, reason.clone());
    }
    // The key is copied whatever its profile says.
    let target = match TargetProfile::read(context, profile).or_else(|_| TargetProfile::unread(context, profile)) {
        Ok(target) => target,
        Err(failure) => return Verdict::failed(failure),
    };
    let identity = if arguments.no_verify {
        None
    } else {
        match verify(context, profile, key, &target, stopped) {
            Ok(identity) => Some(identity),
            Err(verdict) => return verdict,
        }
    };
    warn_of_account(profile, &key.key_id, target.serial());
    if let Some(identity) = &identity {
        *whose = format!(" of {}", identity.arn);
        if identity.arn.resource() == "root" {
            ui::warn(&format!("`{profile}` is a key of the account's root user, who needs none: delete it in the console"));
        }
    }
    let user = identity.as_ref().and_then(CallerIdentity::user_name);
    // Another run may have stored a key of that name since it was looked for.
    let over = if arguments.force { Over::Any } else { Over::SameKey };
    let stored = keystores.store_over(profile, key, user, clock::now(), over).and_then(|stored| {
        let backend = stored.choice.backend;
        let found = keystores.stored_in(profile, backend)?;
        Ok((backend, is_same(&found, key)))
    });
    match stored {
        Ok((_, true)) => Verdict::new(Outcome::Imported),
        Ok((backend, false)) => {
            Verdict::because(Outcome::Failed, format!("the {backend} keystore returned something other than what was stored"))
        }
        Err(error) => {
            if let Some(backend) = stops_all(&error) {
                stopped.keystore = Some(format!("the {backend} keystore failed for an earlier key"));
            }
            Verdict::failed(error.into())
        }
    }
}

/// Whether two keys are one.
// Security: in a time that says nothing of where they differ.
pub(super) fn is_same(a: &LongTermCredentials, b: &LongTermCredentials) -> bool {
    a.key_id == b.key_id && bool::from(a.secret.expose_secret().as_bytes().ct_eq(b.secret.expose_secret().as_bytes()))
}

fn verify(
    context: &Context,
    profile: &ProfileName,
    key: &LongTermCredentials,
    target: &TargetProfile,
    stopped: &mut Stopped,
) -> Result<CallerIdentity, Verdict> {
    let unchecked = "to store it without the check, add `--no-verify`";
    if stopped.unreached >= MOST_UNREACHED {
        return Err(Verdict::because(Outcome::Failed, "AWS could not be reached for the earlier keys"));
    }
    let region = target.region(context, None).map_err(Verdict::failed)?;
    let route = target.route(&region, target.sts_endpoint.as_ref());
    match context.clients().caller_identity(&Credentials::LongTerm(key.clone()), &route) {
        Ok(identity) => {
            stopped.unreached = 0;
            Ok(identity)
        }
        Err(fault) => {
            let is_unreached = matches!(
                fault.kind,
                AwsFaultKind::Unreachable
                    | AwsFaultKind::NoAnswer
                    | AwsFaultKind::Untrusted
                    | AwsFaultKind::NotSent
                    | AwsFaultKind::NoFiles
            );
            stopped.unreached = if is_unreached { stopped.unreached + 1 } else { 0 };
            let cure = failure::on_fault_alone(&fault, Some(Partition::of_region(&region)), Some(profile));
            let hint = if is_unreached { Some(unchecked.to_owned()) } else { cure };
            let verdict = Verdict::because(Outcome::Failed, failure::explained(&fault));
            Err(hint.map_or(verdict.clone(), |hint| verdict.hint(hint)))
        }
    }
}

/// The keystore that takes no other key either, as far as this failure tells.
fn stops_all(error: &KeyStoreError) -> Option<Backend> {
    match error {
        KeyStoreError::Locked { backend, .. }
        | KeyStoreError::InUse { backend, .. }
        | KeyStoreError::Cancelled { backend, .. }
        | KeyStoreError::Denied { backend, .. }
        | KeyStoreError::WrongPassphrase { backend, .. }
        | KeyStoreError::NoPassphrase { backend, .. }
        | KeyStoreError::Unavailable { backend, .. }
        | KeyStoreError::CorruptIdentity { backend, .. } => Some(*backend),
        KeyStoreError::NoGpgKey { .. } | KeyStoreError::GpgRecipient { .. } | KeyStoreError::NoPinentry | KeyStoreError::NoGpgAgent => {
            Some(Backend::Pass)
        }
        KeyStoreError::NotFound { .. }
        | KeyStoreError::IndexNotWritten { .. }
        | KeyStoreError::Index { .. }
        | KeyStoreError::Changed { .. }
        | KeyStoreError::MadeElsewhere { .. }
        | KeyStoreError::Untrusted { .. }
        | KeyStoreError::Obstructed { .. }
        | KeyStoreError::Corrupt { .. } => None,
    }
}

/// The key is copied as it is: what does not fit was so before.
fn warn_of_account(profile: &ProfileName, key_id: &AccessKeyId, serial: Option<&MfaSerial>) {
    if let (Some(account), Some(device)) = (key_id.account(), serial.and_then(MfaSerial::account))
        && account != device
    {
        ui::warn(&format!("key {key_id} belongs to account {account}, but the `mfa_serial` of profile `{profile}` belongs to {device}"));
    }
}
