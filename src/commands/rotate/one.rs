//! One key: from a profile to its stored key, the one MFA session, and the stages. Never decides their order.

use crate::app::iam_route::IamRoute;
use crate::app::mfa_session::{first_step, mfa_part, session, stored_name};
use crate::app::prepare::Prepared;
use crate::app::session_cache::unasked;
use crate::app::{Context, Failure, failure};
use crate::aws::IamClient;
use crate::engine::rotate::{Elsewhere, How, RotateError, RotatePorts, Rotated, Signer, run as run_stages, undo};
use crate::keystore::{Entry, Keystores, RotatingEntry};
use crate::model::{AccessKeyId, Credentials, ProfileName, SessionDuration, TokenCode};
use crate::os::clock::{self, SystemClock};
use crate::os::files;
use crate::ports::{AccessKey, AccessKeys, AwsFaultKind, Route, Sts as _};
use crate::prompt::Terminal;

use super::words::{Subject, failure_of, told, way_out};
use super::{Wanted, Wish};

/// The end of the message for a profile that starts from no stored key.
pub(super) const NONE_TO_REPLACE: &str = "there is none to replace";

const DEFAULT_GRACE: SessionDuration = SessionDuration::from_secs(24 * 3_600);

/// Does what was asked for, and returns the result in words.
pub(super) fn run(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: &ProfileName,
    wanted: Wanted,
    code: Option<TokenCode>,
) -> Result<String, Failure> {
    let prepared = mfa_part(context, keystores, profile, wanted.no_wait)?;
    let name = stored_name(&prepared.plan, NONE_TO_REPLACE)?.clone();
    let (mut prepared, mut code, mut agreed) = (prepared, code, None);
    let mut is_fresh = false;
    loop {
        match attempt(context, keystores, &name, &prepared, wanted, code.clone(), agreed.as_ref()) {
            Ok(rotated) => return Ok(told(&rotated, &name)),
            Err(Attempt::Failed(failure)) => return Err(failure),
            // The cached session has ended before its time, or does not outlive the key that signed it.
            Err(Attempt::SessionRefused) if !is_fresh => {
                prepared = mfa_part(context, keystores, profile, wanted.no_wait)?;
                if let Some(by_current_key) = prepared.by_current_key.take() {
                    prepared.plan = *by_current_key;
                }
                prepared.options.freshness.renew = true;
                is_fresh = true;
            }
            Err(Attempt::SessionRefused) => {
                return Err(Failure::new(format!("AWS refuses the MFA session of `{name}`"))
                    .hint("drop the cached sessions with `vault clear`, then try again"));
            }
            Err(Attempt::HalfMade { key, user, failure }) => {
                // If there is nobody to ask, only `--undo` deletes it: the user asked for that.
                if agreed.is_some() || !may_delete(&key, &user).unwrap_or(wanted.wish == Wish::Undo) {
                    return Err(*failure);
                }
                agreed = Some(key.key_id);
                // It is spent, and what it made is cached.
                code = None;
                prepared = mfa_part(context, keystores, profile, wanted.no_wait)?;
            }
        }
    }
}

/// Why one attempt did not come to its end.
enum Attempt {
    /// AWS does not accept the cached MFA session.
    SessionRefused,
    /// A key is in the way whose secret is lost. The person is asked about it while no lock is held.
    HalfMade {
        key: AccessKey,
        user: String,
        failure: Box<Failure>,
    },
    Failed(Failure),
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Two runs at once would each mistake the other's key for an abandoned one. One lock covers all keys: a key may have several names, and
/// a user several keys. It is taken after the last prompt for a code or a passphrase, so that a forgotten prompt blocks no other run.
fn one_at_a_time(context: &Context, waits: bool) -> Result<files::FileLock, Failure> {
    let path = context.directories.locks().join("rotate.lock");
    if waits {
        return Ok(files::lock(&path, "another vault to finish replacing a key")?);
    }
    files::try_lock(&path)?.ok_or_else(|| Failure::new("another vault is replacing a key").hint("try again when it is done"))
}

fn attempt(
    context: &Context,
    keystores: &Keystores<'_>,
    name: &ProfileName,
    prepared: &Prepared,
    wanted: Wanted,
    code: Option<TokenCode>,
    agreed: Option<&AccessKeyId>,
) -> Result<Rotated, Attempt> {
    let now = || clock::now();
    let entry = RotatingEntry::open(keystores, name, &now).map_err(Failure::from)?;
    let step = first_step(&prepared.plan)?;
    let route = Route::of(step);
    let is_cached = prepared.forecast(&unasked(context).at_rest()).resume.from_cached.is_some();
    let waits = !wanted.no_wait && code.is_none();
    let session = session(context, keystores, prepared, code)?;
    entry.read_others().map_err(Failure::from)?;
    let _held = one_at_a_time(context, waits)?;
    let stored = entry.load().map_err(Failure::from)?;
    let takes_back = wanted.wish == Wish::Undo;
    let identity = |signer: &Credentials| context.clients().caller_identity(signer, &route);
    let Signer { owner, session } = Signer::of(&stored, takes_back, session, &identity).map_err(|fault| {
        let way_out = stored.rotation.as_ref().and_then(|rotation| way_out(name, &rotation.stage, takes_back));
        match way_out.filter(|_| fault.kind == AwsFaultKind::InvalidKey) {
            Some(hint) => Failure::new(failure::explained(&fault)).hint(hint),
            None => Failure::of_fault(&fault, Some(step.endpoint.partition), Some(name)),
        }
    })?;
    let Some(user) = owner.user_name().map(str::to_owned) else {
        return Err(Failure::new(format!("key `{name}` does not belong to an IAM user, but to {}", owner.arn))
            .hint("replace a root user's key in the console, or better delete it there: nothing needs one")
            .into());
    };
    entry.note_user(&user);
    let iam_route = IamRoute::of(context, name, step, &owner.arn)?;
    let iam = |signer: &Credentials| -> Box<dyn AccessKeys + '_> {
        Box::new(IamClient::new(context.clients(), signer.clone(), iam_route.route()))
    };
    let subject = Subject { profile: name, user: Some(&user) };
    let ports = RotatePorts {
        entry: &entry,
        iam: &iam,
        identity: &identity,
        session: session.as_ref(),
        owner: &owner,
        also: &|old, new| entry.replace_elsewhere(old, new),
        elsewhere: &|key_id| {
            let of = |entry: Entry| Elsewhere { name: entry.name, backend: entry.backend, in_rotation: entry.rotation.is_some() };
            Ok(entry.elsewhere(key_id)?.map(of))
        },
        agreed,
        notices: context.notices,
        clock: &SystemClock,
    };
    let outcome = match wanted.wish {
        Wish::Rotate { grace } => run_stages(&ports, stored, &How { grace, default_grace: DEFAULT_GRACE, finish: false }),
        Wish::Finish => run_stages(&ports, stored, &How { grace: None, default_grace: DEFAULT_GRACE, finish: true }),
        Wish::Undo => undo(&ports, stored),
    };
    outcome.map_err(|error| match &error {
        RotateError::Aws(fault)
            if session.is_some() && is_cached && matches!(fault.kind, AwsFaultKind::Expired | AwsFaultKind::InvalidKey) =>
        {
            Attempt::SessionRefused
        }
        RotateError::HalfMade { key } => {
            Attempt::HalfMade { key: key.clone(), user: user.clone(), failure: Box::new(failure_of(error, &subject)) }
        }
        _ => Attempt::Failed(failure_of(error, &subject)),
    })
}

/// Asks whether a key whose secret is lost may be deleted; `None`: there is nobody to ask.
fn may_delete(key: &AccessKey, user: &str) -> Option<bool> {
    let created = key.created_at.map_or_else(String::new, |at| format!(", created at {at},"));
    let terminal = Terminal::open_to_ask(false).ok()?;
    terminal.tell(&format!("vault: a run that was cut off has created key {}{created} of user `{user}`; its secret is lost", key.key_id));
    Some(terminal.agrees("Delete that key and continue? [y/N] ").unwrap_or(false))
}
