//! One key: from a profile to its stored key, the one MFA session, and the stages. Never decides their order.

use crate::app::iam_route::IamRoute;
use crate::app::obtain::obtain;
use crate::app::prepare::{Prepared, prepare};
use crate::app::request::SessionOptions;
use crate::app::{Context, Failure};
use crate::aws::{AwsClients, IamClient};
use crate::engine::rotate::{How, RotateError, RotatePorts, Rotated, run as run_stages, undo};
use crate::keystore::{Keystores, RotatingEntry};
use crate::model::{Credentials, ProfileName, SessionDuration, TokenCode};
use crate::os::clock::{self, SystemClock};
use crate::os::files;
use crate::plan::{Base, Call, CredentialPlan, Step};
use crate::ports::{AccessKey, AccessKeys, AwsFaultKind, KeyEntry as _, Route, Sts as _};
use crate::prompt::Terminal;
use crate::ui;

use super::words::{Subject, failure_of, told};
use super::{Arguments, Wish};

const DEFAULT_GRACE: SessionDuration = SessionDuration::from_secs(24 * 3_600);

pub(super) fn run(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: &ProfileName,
    arguments: &Arguments,
    code: Option<TokenCode>,
) -> Result<(), Failure> {
    let prepared = mfa_part(context, keystores, profile, arguments.no_wait)?;
    let name = stored_name(&prepared.plan)?.clone();
    // Two runs at once would each take the other's key for one that is nobody's.
    let lock = context.directories.locks().join(format!("rotate-{}.lock", crate::keystore::ItemName::from(&name).file_stem()));
    let _held = files::lock(&lock, "another vault to finish replacing this key")?;
    let rotated = match attempt(context, keystores, &name, &prepared, arguments, code.clone()) {
        // The cached session has ended before its time, or does not outlive the key that signed it.
        Err(Attempt::SessionRefused) => {
            let mut fresh = mfa_part(context, keystores, profile, arguments.no_wait)?;
            if let Some(by_current_key) = fresh.by_current_key.take() {
                fresh.plan = *by_current_key;
                fresh.plan.on_top.truncate(1);
            }
            fresh.options.freshness.renew = true;
            attempt(context, keystores, &name, &fresh, arguments, code)
        }
        outcome => outcome,
    };
    let subject = Subject { profile: &name, user: None };
    match rotated {
        Ok(rotated) => {
            ui::note(&told(&rotated, &name));
            Ok(())
        }
        Err(Attempt::Failed(failure)) => Err(failure),
        Err(Attempt::SessionRefused) => Err(Failure::new(format!("AWS refuses the MFA session of `{}`", subject.profile))
            .hint("drop the cached sessions with `vault clear`, then try again")),
    }
}

/// Why one attempt did not come to its end.
enum Attempt {
    /// AWS does not accept the cached MFA session.
    SessionRefused,
    Failed(Failure),
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn attempt(
    context: &Context,
    keystores: &Keystores<'_>,
    name: &ProfileName,
    prepared: &Prepared,
    arguments: &Arguments,
    code: Option<TokenCode>,
) -> Result<Rotated, Attempt> {
    let now = || clock::now();
    let entry = RotatingEntry::open(keystores, name, &now).map_err(Failure::from)?;
    let clients = AwsClients::new(&context.env);
    let step = first_step(&prepared.plan)?;
    let route = Route::of(step);
    let is_cached = prepared.forecast(&cached(context).at_rest()).resume.from_cached.is_some();
    let session = session(context, keystores, prepared, code)?;
    let current = Credentials::LongTerm(entry.load().map_err(Failure::from)?.current);
    let owner = clients.caller_identity(&current, &route).map_err(|fault| {
        Failure::new(ui::explained(&fault)).maybe_hint(ui::on_fault_alone(&fault, Some(step.endpoint.partition), Some(name)))
    })?;
    let Some(user) = owner.user_name().map(str::to_owned) else {
        return Err(Failure::new(format!("key `{name}` is not an IAM user's, but of {}", owner.arn))
            .hint("replace a root user's key in the console, or better delete it there: nothing needs one")
            .into());
    };
    entry.note_user(&user);
    let iam_route = IamRoute::of(context, name, step, &owner.arn)?;
    let iam = |signer: &Credentials| -> Box<dyn AccessKeys + '_> { Box::new(IamClient::new(&clients, signer.clone(), iam_route.route())) };
    let subject = Subject { profile: name, user: Some(&user) };
    let may_delete = |key: &AccessKey| may_delete(key, &user);
    let ports = RotatePorts {
        entry: &entry,
        iam: &iam,
        identity: &|signer| clients.caller_identity(signer, &route),
        session: session.as_ref(),
        owner: &owner,
        also: &|old, new| keystores.replace_elsewhere(name, old, new, clock::now()),
        may_delete: &may_delete,
        notices: context.notices,
        clock: &SystemClock,
    };
    let outcome = match arguments.wish() {
        Wish::Rotate { grace } => run_stages(&ports, &How { grace, default_grace: DEFAULT_GRACE, finish: false }),
        Wish::Finish => run_stages(&ports, &How { grace: None, default_grace: DEFAULT_GRACE, finish: true }),
        Wish::Undo => undo(&ports),
    };
    outcome.map_err(|error| match &error {
        RotateError::Aws(fault)
            if session.is_some() && is_cached && matches!(fault.kind, AwsFaultKind::Expired | AwsFaultKind::InvalidKey) =>
        {
            Attempt::SessionRefused
        }
        _ => Attempt::Failed(failure_of(error, &subject)),
    })
}

/// The plan up to the MFA session that IAM takes, whatever the profile needs on top of it.
pub(super) fn mfa_part(context: &Context, keystores: &Keystores<'_>, profile: &ProfileName, no_wait: bool) -> Result<Prepared, Failure> {
    let asked = SessionOptions { no_wait, ..SessionOptions::default() };
    let mut prepared = prepare(context, keystores, profile.clone(), &asked)?;
    stored_name(&prepared.plan)?;
    if prepared.plan.mfa.is_some() && !starts_with_mfa_session(&prepared.plan) {
        // A long role session takes the code itself; a short one goes through the session that is wanted here.
        let asked = SessionOptions { duration: Some(SessionDuration::HOUR), ..asked };
        prepared = prepare(context, keystores, profile.clone(), &asked)?;
        prepared.duration_is_asked = false;
    }
    prepared.plan.on_top.truncate(1);
    if let Some(by_current_key) = &mut prepared.by_current_key {
        by_current_key.on_top.truncate(1);
    }
    Ok(prepared)
}

fn starts_with_mfa_session(plan: &CredentialPlan) -> bool {
    plan.on_top.first().is_some_and(|step| step.call == Call::GetSessionToken && step.with_code.is_some())
}

/// The MFA session; `None` where no device is configured: IAM takes no other session, so that the key itself signs.
pub(super) fn session(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    code: Option<TokenCode>,
) -> Result<Option<Credentials>, Failure> {
    if !starts_with_mfa_session(&prepared.plan) {
        return Ok(None);
    }
    obtain(context, keystores, prepared, code).map(Some)
}

/// The name that the key of the plan is stored under.
pub(super) fn stored_name(plan: &CredentialPlan) -> Result<&ProfileName, Failure> {
    match &plan.base {
        Base::StoredKey { name, .. } => Ok(name),
        Base::Source(_) => Err(Failure::new(format!("profile `{}` starts from no stored key, so there is none to replace", plan.profile))
            .hint("`vault list` shows which profiles have a stored key")),
    }
}

pub(super) fn first_step(plan: &CredentialPlan) -> Result<&Step, Failure> {
    plan.on_top.first().ok_or_else(|| Failure::new(format!("profile `{}` makes no call of its own", plan.profile)))
}

fn cached(context: &Context) -> crate::sessions::SessionFiles<'static> {
    crate::sessions::SessionFiles::new(&context.directories, &crate::sessions::Unasked, &|_| ())
}

/// Asks whether a key whose secret is lost may be deleted. Nobody to ask is no.
fn may_delete(key: &AccessKey, user: &str) -> bool {
    let created = key.created_at.map_or_else(String::new, |at| format!(", created at {at},"));
    let Ok(terminal) = Terminal::open_to_ask(false) else { return false };
    terminal.tell(&format!("vault: a run that was cut off has created key {}{created} of user `{user}`; its secret is lost", key.key_id));
    let answer = terminal.line("Delete that key and go on? [y/N] ");
    answer.is_ok_and(|answer| matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
