//! From a plan to credentials: gives the engine its adapters, and decides how to ask for a code. Never decides what is called.

use std::cell::{Cell, LazyCell, OnceCell};
use std::mem::{Discriminant, discriminant};
use std::ops::Deref;

use secrecy::SecretString;

use crate::aws::{ProfileSources, source_of};
use crate::engine::{self, CodeRefusal, EngineError, Ports};
use crate::keystore::Keystores;
use crate::model::{AccessKeyId, Credentials, ProfileName, TokenCode};
use crate::os::clock::{self, SystemClock};
use crate::os::dirs::Directories;
use crate::plan::{self, CodeSource, CredentialPlan, Forecast, Program, SessionKey, WebIdentityToken};
use crate::ports::{AwsFaultKind, CodePair, KeyStoreError, MfaPrompt, Notices, PromptError, SourceFailure, SourceProviders};
use crate::prompt::{AnyPrompt, CodeProcess, FixedCode, Remembering, code_of};
use crate::sessions::{FileLocks, SessionFiles, Unasked};

use super::prepare::Prepared;
use super::session_cache::KeystoreHolder;
use super::uses::{Noting, Uses};
use super::{Context, Failure, protect};

/// Why a run got no credentials, independent of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A person was asked and cancelled, or did not answer.
    No,
    Aws(AwsFaultKind),
    Code(Discriminant<CodeRefusal>),
    KeyStore(Discriminant<KeyStoreError>),
    Prompt(Discriminant<PromptError>),
    /// The planned key is gone or was replaced, and not by its rotation.
    OtherKey,
    Run(Discriminant<EngineError>),
    /// Something before the plan ran.
    Other,
}

impl Why {
    fn of(error: &EngineError) -> Self {
        match error {
            EngineError::Prompt(PromptError::Cancelled | PromptError::Unanswered)
            | EngineError::KeyStore(KeyStoreError::Cancelled { .. }) => Self::No,
            EngineError::Aws { fault, .. } => Self::Aws(fault.kind),
            EngineError::Code { why, .. } => Self::Code(discriminant(why)),
            EngineError::OtherKey { .. } | EngineError::KeyStore(KeyStoreError::NotFound { .. }) => Self::OtherKey,
            EngineError::KeyStore(error) => Self::KeyStore(discriminant(error)),
            EngineError::Prompt(error) => Self::Prompt(discriminant(error)),
            error => Self::Run(discriminant(error)),
        }
    }
}

/// No credentials: the message for the user, and its kind.
pub struct NotObtained {
    pub failure: Failure,
    pub why: Why,
}

impl From<Failure> for NotObtained {
    fn from(failure: Failure) -> Self {
        Self { failure, why: Why::Other }
    }
}

/// Runs the missing steps of the plan. `code` is one that the user passed; without it, they are asked.
pub fn obtain(context: &Context, keystores: &Keystores<'_>, prepared: &Prepared, code: Option<TokenCode>) -> Result<Credentials, Failure> {
    obtain_told(context, keystores, prepared, code, &|_| ()).map_err(|not| not.failure)
}

/// Like [`obtain`], with two additions: `taken` gets the plan once nothing in it is left open, and a failure comes with its kind.
pub fn obtain_told(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    code: Option<TokenCode>,
    taken: &dyn Fn(&CredentialPlan),
) -> Result<Credentials, NotObtained> {
    obtain_from(context, keystores, prepared, (code, None), taken)
}

/// `kept` is a code that a run with an earlier key was given and did not spend.
fn obtain_from(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    (code, kept): (Option<TokenCode>, Option<TokenCode>),
    taken: &dyn Fn(&CredentialPlan),
) -> Result<Credentials, NotObtained> {
    let plan = &prepared.plan;
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notices.warn(message);
    let tell = |message: &str| context.notices.tell(message);
    let cache = SessionFiles::new(&context.directories, &holder, &warn).labelled(plan);
    // Most runs need none: the cache is checked again when the plan runs.
    let forecast = LazyCell::new(|| prepared.forecast(&cache.at_rest()));
    refuse_circle(context, plan, &forecast)?;
    protect::confirm_exposure(plan, prepared.options.no_wait)?;
    // If the user asked for a duration and gets another one, say so. Everybody else can look at the plan.
    let told = Cell::new(!prepared.duration_is_asked);
    let settled = |plan: &CredentialPlan| {
        taken(plan);
        if !told.replace(true) {
            plan.notes.iter().filter(|note| note.is_of_duration()).for_each(|note| tell(&format!("note: {}", plan::note_in_words(note))));
        }
    };
    if tracing::enabled!(tracing::Level::INFO) {
        log_plan(&forecast);
    }
    let sources = Sources { of_profiles: ProfileSources::new(&context.env, context.notices), context, plan };
    let flight = FileLocks::new(&context.directories);
    let codes = Codes::of(context, prepared, code.clone())?;
    let prompt = Remembering::new(codes.prompt(), kept);
    let noting = Noting { cache: &cache, has_made: Cell::new(false) };
    let ports = Ports {
        cache: &noting,
        keys: keystores,
        sources: &sources,
        sts: context.clients(),
        prompt: &prompt,
        notices: codes.notices(context),
        flight: &flight,
        clock: &SystemClock,
    };
    // Only the first step needs the key of the base.
    let first = plan.steps().first().map(|step| step.session_key.clone());
    context.closes_prompts_once(first.map(|key| made_elsewhere(&context.directories, key)));
    let outcome = engine::run(plan, &prepared.options, &ports, &settled);
    context.closes_prompts_once(None);
    if let Err(EngineError::OtherKey { name, planned, .. }) = &outcome
        && let Some(plan) = by_current_key(keystores, prepared, name, planned)
    {
        // Sessions that the earlier key signed no longer count.
        let duration_is_asked = prepared.duration_is_asked && !told.get();
        let prepared = Prepared { plan, options: prepared.options, by_current_key: None, duration_is_asked };
        return obtain_from(context, keystores, &prepared, (code, prompt.last()), taken);
    }
    // What is cached or renewed is the same use.
    if outcome.is_ok() && noting.has_made.get() && !context.alongside_a_command {
        Uses::count_run(&context.directories, &plan.profile);
    }
    outcome.map_err(|error| {
        let why = Why::of(&error);
        NotObtained { failure: Failure::of_run(error, &plan.profile, code_source(plan)), why }
    })
}

/// The same plan with the key that replaced the planned one, if it is the same user's.
fn by_current_key(keystores: &Keystores<'_>, prepared: &Prepared, name: &ProfileName, planned: &AccessKeyId) -> Option<CredentialPlan> {
    match &prepared.by_current_key {
        Some(plan) => Some((**plan).clone()),
        None => prepared.plan.with_key(keystores.rotated_to(name, planned)?),
    }
}

fn code_source(plan: &CredentialPlan) -> Option<&CodeSource> {
    plan.possible_mfa().map(|mfa| &mfa.code)
}

/// Whether another process has made this session since, so that it is at hand without a keystore.
fn made_elsewhere(directories: &Directories, key: SessionKey) -> Box<dyn Fn() -> bool + Send> {
    let directories = directories.clone();
    let expiration = move || SessionFiles::new(&directories, &Unasked, &|_| ()).expiration_without_keystore(&key);
    // The one from before is not good enough.
    let before = OnceCell::new();
    Box::new(move || {
        let now = expiration();
        let before = *before.get_or_init(|| now);
        now != before && now.is_some_and(|expires| expires > clock::now())
    })
}

/// Makes the first session of a device with the codes that enabled it; whether that went well.
///
/// # Errors
/// If the key is not available, or has been replaced.
pub fn first_session(context: &Context, keystores: &Keystores<'_>, prepared: &Prepared, codes: &CodePair) -> Result<bool, Failure> {
    let plan = &prepared.plan;
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notices.warn(message);
    let ports = Ports {
        cache: &SessionFiles::new(&context.directories, &holder, &warn).labelled(plan),
        keys: keystores,
        sources: &Sources { of_profiles: ProfileSources::new(&context.env, context.notices), context, plan },
        sts: context.clients(),
        prompt: &FixedCode(codes.second.clone()),
        notices: context.notices,
        flight: &FileLocks::new(&context.directories),
        clock: &SystemClock,
    };
    engine::enroll::first_session(plan, &prepared.options, &ports, codes)
        .map_err(|error| Failure::of_run(error, &plan.profile, code_source(plan)))
}

/// Shows what is decided for a run, in the words of `vault explain`.
fn log_plan(forecast: &Forecast<'_>) {
    for line in plan::as_text(forecast) {
        tracing::info!("plan: {line}");
    }
}

/// Refuses what a command above this run is waiting for: it would start itself forever, or wait for itself.
fn refuse_circle<'a>(context: &Context, plan: &CredentialPlan, forecast: &impl Deref<Target = Forecast<'a>>) -> Result<(), Failure> {
    if let Some(profile) = plan.base.source_profile()
        && context.env.is_under_way(&source_of(profile))
    {
        return Err(Failure::new(format!(
            "the source of profile `{profile}` is circular: the command that provides its credentials needs them itself"
        ))
        .hint(format!(
            "use another profile in the command of profile `{profile}`: `vault explain {}` shows where its credentials come from",
            profile.in_shell()
        )));
    }
    let mut serials = plan.steps().into_iter().filter_map(|step| step.with_code.as_ref());
    let Some(serial) = serials.find(|serial| context.env.is_under_way(&code_of(serial))) else { return Ok(()) };
    if forecast.asks_for_code() {
        return Err(Failure::new(format!(
            "`mfa_process` is circular: the command that prints the code of {serial} needs that code itself"
        ))
        .hint(NO_CIRCLE));
    }
    Ok(())
}

const NO_CIRCLE: &str = "use a profile in that command that does not need this device";

/// The profiles' own sources, checked for whether a code can be asked for if they return a long-term key: only their output shows that.
struct Sources<'a> {
    of_profiles: ProfileSources<'a>,
    context: &'a Context,
    plan: &'a CredentialPlan,
}

impl SourceProviders for Sources<'_> {
    fn credentials(&self, program: &Program) -> Result<Credentials, SourceFailure> {
        let credentials = self.of_profiles.credentials(program)?;
        let steps = self.plan.continuation().map_or(&[][..], |continuation| continuation.steps.as_slice());
        let mut serials = steps.iter().filter_map(|step| step.with_code.as_ref());
        match serials.find(|serial| self.context.env.is_under_way(&code_of(serial))) {
            Some(serial) if matches!(credentials, Credentials::LongTerm(_)) => Err(SourceFailure {
                what: "`mfa_process`".to_owned(),
                reason: format!("it is circular: the command that prints the code of {serial} needs that code itself"),
                hint: Some(NO_CIRCLE.to_owned()),
            }),
            _ => Ok(credentials),
        }
    }

    fn token(&self, token: &WebIdentityToken) -> Result<SecretString, SourceFailure> {
        self.of_profiles.token(token)
    }
}

/// Where codes come from: the flag, else the chosen prompt, else the profile's `mfa_process`, else any prompt that works.
enum Codes<'a> {
    Given(FixedCode),
    Process(CodeProcess<'a>),
    Person(AnyPrompt<'a>),
}

impl<'a> Codes<'a> {
    fn of(context: &'a Context, Prepared { plan, options, .. }: &Prepared, code: Option<TokenCode>) -> Result<Self, Failure> {
        if let Some(code) = code {
            return Ok(Self::Given(FixedCode(code)));
        }
        let settings = context.settings()?;
        let method = context.choices.prompt_for(&plan.profile, settings);
        Ok(if let Some(CodeSource::Process { command }) = code_source(plan) {
            Self::Process(CodeProcess { env: &context.env, command: command.as_str().to_owned(), notices: context.notices })
        } else {
            let account = settings.ykman_account(&plan.profile, plan.base.stored_name());
            let prompt = AnyPrompt::new(&context.env, method, context.alongside_a_command, options.no_wait);
            Self::Person(prompt.with_ykman_account(account))
        })
    }

    fn prompt(&self) -> &dyn MfaPrompt {
        match self {
            Self::Given(code) => code,
            Self::Process(process) => process,
            Self::Person(person) => person,
        }
    }

    /// People read the place where they are asked.
    fn notices<'s>(&'s self, context: &'s Context) -> &'s dyn Notices {
        match self {
            Self::Given(_) | Self::Process(_) => context.notices,
            Self::Person(person) => person,
        }
    }
}
