//! `vault exec --server`: runs alongside the command and serves it credentials, renewed for as long as it runs. Never hands it the
//! credentials themselves.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::app::aws_files::AwsFile;
use crate::app::obtain::{NotObtained, Why, obtain_told};
use crate::app::passphrase::AnyPassphrase;
use crate::app::prepare::{Prepared, prepare};
use crate::app::{Context, Failure, boto_config, from_default, keystores, protect, stray_settings};
use crate::cli::arguments::CredentialArguments;
use crate::config::Profile;
use crate::model::{Credentials, ProfileName, SessionCredentials, SessionDuration};
use crate::os::child::Ending;
use crate::os::kept_file::KeptFile;
use crate::os::{dirs, files, hidden, panics, process, shared_tty};
use crate::outlet;
use crate::outlet::child_env::{Variable, endpoint_variables};
use crate::outlet::server::{Endpoint, NotRenewed, Renewal, Served, no_proxy, renewal_window};
use crate::plan::{CredentialPlan, FromDefault};
use crate::ui;

use super::not_started::NotStarted;
use super::shell;

/// The prefix of the file with the endpoint's token.
const TOKEN_FILE: &str = "endpoint-token-";
/// How long after a cancelled prompt nobody is asked again.
const AFTER_NO: Duration = Duration::from_mins(1);
/// How long to wait after a failed renewal.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

pub fn run(context: &Context, profile: ProfileName, arguments: &CredentialArguments, command: Vec<OsString>) -> Result<u8, Failure> {
    let code = arguments.code()?;
    refuse_if_passed_by(context)?;
    let passphrase = AnyPassphrase { context, no_wait: arguments.no_wait };
    let keystores = keystores::open(context, &passphrase)?;
    stray_settings::warn(context)?;
    let prepared = prepare(context, &keystores, profile, &arguments.options())?;
    protect::refuse(&prepared.plan, "its credentials are not served")?;
    // Checked before the key is read.
    if prepared.plan.may_expose_key() {
        return Err(long_term(&prepared.plan.profile));
    }
    let over = Arc::new(AtomicBool::new(false));
    let lifetime = Cell::new(None);
    // If the plan leaves two ways open, the one that was taken decides how long a session lasts.
    let taken = |plan: &CredentialPlan| lifetime.set(plan.last_step().map(|step| step.duration));
    let first = obtain_told(context, &keystores, &prepared, code, &taken).map_err(|not| not.failure)?;
    let first = session(&prepared.plan.profile, first)?;
    let lifetime = lifetime.get();

    let plan = prepared.plan.clone();
    let default = FromDefault::of(context.profiles()?, &plan.profile);
    from_default::say_once(context, &plan, &default, from_default::Taker::Command);
    let served = Served {
        first,
        lifetime,
        role: plan.possible_last_steps().find_map(|step| step.call.role()).map(|role| role.arn.clone()),
        renewal: Box::new(ThroughTheEngine::new(context, prepared, lifetime, Arc::clone(&over))),
    };
    // The command is left running rather than ended in the middle of its work, but with a message.
    panics::end_after(|| ui::warn("this is a bug in vault: the command keeps running, but gets no new credentials"));
    let endpoint = Endpoint::open(served)
        .map_err(|error| Failure::new(format!("the credentials endpoint cannot be opened: {}", files::reason(&error))))?;
    let (program, rest) = shell::program(context, command, || {
        format!("a shell with the credentials of `{}`, renewed while it runs; leave it with `exit`", plan.profile)
    });
    let mut variables = endpoint_variables(&context.env, &plan, &default, &endpoint.uri(), endpoint.token());
    variables.extend(no_proxy::variables(&context.env));
    // Security: the wrong account is worse than a client without such a file.
    variables.extend(boto_config::variable(context));
    let token_file = token_file(context, &endpoint);
    variables.extend(token_file.as_ref().and_then(token_file_variable));
    let ending = outlet::exec::run_alongside(&context.env, &program, &rest, variables, endpoint.hold());
    over.store(true, Ordering::Relaxed);
    // Security: processes that the command left running get nothing from here on.
    drop(endpoint);
    drop(token_file);
    // A prompt may be open, on the terminal or in a window, when the command ends.
    hidden::show_again();
    shared_tty::forget_half_typed();
    process::end_helpers();
    let not_started = NotStarted { profile: &plan.profile, program: &program, arguments: &rest };
    ending.map(Ending::pass_on).map_err(|error| not_started.failure(context, &error))
}

/// The token as a file, for clients that only read it from a file. Without one, every client that reads the variable still works.
///
/// It is among our own files: `XDG_RUNTIME_DIR` disappears with the last login, but a job may outlive it.
// Security: it is useless once this process has ended, and other users cannot read it.
fn token_file(context: &Context, endpoint: &Endpoint) -> Option<KeptFile> {
    let token = Zeroizing::new(endpoint.token().expose_secret().as_bytes().to_vec());
    KeptFile::create(&context.directories.state, TOKEN_FILE, token)
        .inspect_err(|error| tracing::info!(reason = files::reason(error), "the endpoint's token could not be written to a file"))
        .ok()
}

fn token_file_variable(file: &KeptFile) -> Option<Variable> {
    Some(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Zeroizing::new(file.path().to_str()?.to_owned())))
}

/// What an endpoint may serve.
// Security: an endpoint serves only what expires, and a source that returned a session before may return a key the next time.
fn session(profile: &ProfileName, credentials: Credentials) -> Result<SessionCredentials, Failure> {
    match credentials {
        Credentials::Session(session) => Ok(session),
        Credentials::LongTerm(_) => Err(long_term(profile)),
    }
}

fn long_term(profile: &ProfileName) -> Failure {
    Failure::usage(format!("profile `{profile}` would hand over a long-term key, which `--server` does not serve"))
        .hint("leave out `--server`, or leave out `--no-session`; a `credential_process` must return a session token")
}

/// Refuses to start if `[default]` would give the command other credentials than the endpoint's.
// Security: the wrong account is worse than no run.
fn refuse_if_passed_by(context: &Context) -> Result<(), Failure> {
    let Ok(default) = ProfileName::parse("default") else { return Ok(()) };
    // AWS tools differ in which section is that profile: if any tool finds one, that is enough.
    let readings = context.profiles()?.readings(&default)?;
    let Some((key, setting)) = readings.iter().find_map(Profile::source_of_its_own) else { return Ok(()) };
    let in_credentials_file = *setting.origin.file == dirs::with_tilde(&AwsFile::Credentials.path(&context.env)?);
    let failure = Failure::new(format!(
        "`{key}` of profile `default` (at {}) would override the endpoint: SDKs read their files first",
        setting.origin
    ));
    Err(if in_credentials_file {
        failure.hint("rename that section, or run this with `AWS_SHARED_CREDENTIALS_FILE=/dev/null`")
    } else {
        failure.hint("rename that section, for example to `[profile base]`, or leave out `--server`")
    })
}

/// Renews as every other run would: uses the cache, and asks for the rest.
struct ThroughTheEngine {
    context: Context,
    prepared: Prepared,
    /// The kind of the last reported failure, so that each is reported once: its text may contain the time, and differ.
    told: Option<Why>,
    /// Whether the command has ended, so that its credentials no longer matter.
    over: Arc<AtomicBool>,
}

impl ThroughTheEngine {
    fn new(context: &Context, mut prepared: Prepared, lifetime: Option<SessionDuration>, over: Arc<AtomicBool>) -> Self {
        let freshness = &mut prepared.options.freshness;
        // `--fresh` was for the first session; later ones are requested when the one before is old.
        freshness.renew = false;
        if let Some(lifetime) = lifetime {
            let window = renewal_window(lifetime);
            freshness.min_ttl = Some(freshness.min_ttl.map_or(window, |wanted| wanted.max(window)));
        }
        Self { context: context.alongside_a_command(), prepared, told: None, over }
    }

    fn obtain(&self) -> Result<SessionCredentials, NotObtained> {
        let passphrase = AnyPassphrase { context: &self.context, no_wait: self.prepared.options.no_wait };
        let keystores = keystores::open(&self.context, &passphrase)?;
        // The code of `--mfa-token` is used up by now.
        let credentials = obtain_told(&self.context, &keystores, &self.prepared, None, &|_| ())?;
        Ok(session(&self.prepared.plan.profile, credentials)?)
    }
}

impl Renewal for ThroughTheEngine {
    fn renew(&mut self) -> Result<SessionCredentials, NotRenewed> {
        let NotObtained { failure, why } = match self.obtain() {
            Ok(session) => {
                self.told = None;
                return Ok(session);
            }
            Err(not) => not,
        };
        let again_after = if why == Why::No { AFTER_NO } else { AFTER_FAILURE };
        let profile = &self.prepared.plan.profile;
        let message = format!("the credentials of `{profile}` were not renewed: {}", failure.message);
        if self.told != Some(why) && !self.over.load(Ordering::Relaxed) {
            self.told = Some(why);
            let mut told = Failure::new(message.clone());
            told.hints = failure.hints;
            // The credentials of a profile's own source are not cached: a session made elsewhere does not help. Nor does one of another key.
            if self.prepared.plan.last_step().is_some() && why != Why::OtherKey {
                told = told.hint(format!(
                    "run `vault exec {} -- true` on a terminal: the running command continues with that session",
                    profile.in_shell()
                ));
            }
            ui::report(&told);
        }
        Err(NotRenewed { message, again_after })
    }
}
