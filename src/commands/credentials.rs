//! What `exec`, `export` and `credential-process` have in common: from a profile to its plan, and from the plan to credentials.

use secrecy::{ExposeSecret, SecretString};

use crate::aws::{AwsClients, ProfileSources, source_of};
use crate::engine::{self, Options, Ports};
use crate::keystore::{Entry, Keystores, NoPassphrasePrompt, PassphrasePrompt};
use crate::model::{Credentials, ProfileName, SessionDuration, Timestamp, TokenCode};
use crate::os::clock::{self, SystemClock};
use crate::plan::{self, CodeSource, CredentialPlan, Explanation, Freshness, Inventory, PlanError, PlanRequest, Service};
use crate::ports::{KeyStore as _, KeyStoreError, MfaPrompt, PromptError};
use crate::prompt::{AnyPrompt, CodeProcess, FixedCode, Terminal, code_of};
use crate::sessions::{CacheKey, CacheKeyHolder, FileLocks, SessionFiles};
use crate::ui::Failure;

use super::arguments::CredentialArguments;
use super::context::Context;
use super::debug;

/// A plan, with what a run of it needs beside the ports.
pub struct Prepared {
    pub plan: CredentialPlan,
    pub options: Options,
}

/// Says what in the settings is for no profile.
pub fn warn_of_stray_settings(context: &Context) -> Result<(), Failure> {
    context.stray_settings()?.iter().for_each(|warning| context.notes.warn(warning));
    Ok(())
}

/// Decides what to do for `profile`, with no call. A keystore is unlocked only where a key is in it that the index does not know.
pub fn prepare(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: ProfileName,
    arguments: &CredentialArguments,
) -> Result<Prepared, Failure> {
    prepare_with(context, keystores, profile, arguments, |base| match keystores.long_term_credentials(base) {
        Ok(_) => Ok(true),
        Err(KeyStoreError::NotFound { elsewhere, .. }) if elsewhere.is_empty() => Ok(false),
        // A keystore that cannot be looked into is no empty one.
        Err(error) => Err(error.into()),
    })
}

/// The same for a command that unlocks nothing at all.
pub fn prepare_locked(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: ProfileName,
    arguments: &CredentialArguments,
) -> Result<Prepared, Failure> {
    prepare_with(context, keystores, profile, arguments, |base| match keystores.entry(base)? {
        Some(entry) => {
            Err(Failure::new(format!("which key the {} keystore holds as `{base}` is not known until it is used", entry.backend))
                .hint(format!("use it once: `vault exec {} -- true`", base.in_shell())))
        }
        None => match elsewhere(keystores, base)? {
            Some(error) => Err(error.into()),
            None => Ok(false),
        },
    })
}

/// Where a key of this name is, when it is in another keystore than the one that was asked for.
fn elsewhere(keystores: &Keystores<'_>, name: &ProfileName) -> Result<Option<KeyStoreError>, Failure> {
    let entries = keystores.entries()?.into_iter().filter(|entry| entry.name == *name);
    let elsewhere: Vec<_> = entries.map(|entry| entry.backend).collect();
    Ok(match keystores.asked_for(name) {
        Some(backend) if !elsewhere.is_empty() => Some(KeyStoreError::NotFound { backend, item: name.to_string(), elsewhere }),
        _ => None,
    })
}

/// The same for a command that asks the keystores nothing, not even what they hold where there is no index yet.
pub fn prepare_from_index(context: &Context, index: &Inventory, profile: ProfileName) -> Result<Prepared, Failure> {
    let arguments = CredentialArguments::default();
    let plan = plan::resolve(context.profiles()?, context.settings()?, index, &request(context, profile, &arguments)?)?;
    with_options(context, plan, &arguments)
}

/// The stored keys that the index knows of.
pub fn index(context: &Context) -> Result<Inventory, Failure> {
    let keystores = context.keystores(&NoPassphrasePrompt)?;
    Ok(of_entries(&keystores, keystores.indexed()?))
}

fn prepare_with(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: ProfileName,
    arguments: &CredentialArguments,
    look_for: impl FnOnce(&ProfileName) -> Result<bool, Failure>,
) -> Result<Prepared, Failure> {
    let request = request(context, profile, arguments)?;
    let settings = context.settings()?;
    let profiles = context.profiles()?;
    let inventory = inventory(keystores)?;
    let plan = match plan::resolve(profiles, settings, &inventory, &request) {
        // The index may not know of a key that is there: it is looked for before the person is told that there is none.
        Err(PlanError::NoStoredKey { profile: base, wanted_for, plaintext }) => {
            if !look_for(&base)? {
                return Err(PlanError::NoStoredKey { profile: base, wanted_for, plaintext }.into());
            }
            plan::resolve(profiles, settings, &self::inventory(keystores)?, &request)?
        }
        Err(PlanError::RoleWithoutSource { profile: base, origin }) => match look_for(&base) {
            Ok(true) => plan::resolve(profiles, settings, &self::inventory(keystores)?, &request)?,
            // A role needs a source before it needs a keystore.
            Ok(false) | Err(_) => return Err(PlanError::RoleWithoutSource { profile: base, origin }.into()),
        },
        result => result?,
    };
    with_options(context, plan, arguments)
}

fn with_options(context: &Context, plan: CredentialPlan, arguments: &CredentialArguments) -> Result<Prepared, Failure> {
    let own = context.settings()?.for_profile(&plan.profile);
    let freshness =
        Freshness { expiry_window: own.expiry_window, min_ttl: arguments.min_ttl, max_mfa_age: plan.max_mfa_age, renew: arguments.fresh };
    if let (Some(min_ttl), Some(last)) = (arguments.min_ttl, plan.steps.last())
        && min_ttl >= last.duration
    {
        return Err(Failure::usage(format!("`--min-ttl {min_ttl}` can never be met: the session lasts {} when it is new", last.duration))
            .hint("ask for less, or for a longer session with `--duration`"));
    }
    Ok(Prepared { plan, options: Options { freshness, no_wait: arguments.no_wait } })
}

fn request(context: &Context, profile: ProfileName, arguments: &CredentialArguments) -> Result<PlanRequest, Failure> {
    Ok(PlanRequest {
        profile,
        duration: match arguments.duration {
            Some(duration) => Some(duration),
            None => context.duration()?,
        },
        region: match &arguments.region {
            Some(region) => Some(region.clone()),
            None => context.region()?,
        },
        no_session: arguments.no_session,
        expose_long_term_key: arguments.expose_long_term_key,
        endpoint_url: context.endpoint(Service::Sts)?,
        ignore_configured_endpoints: context.ignores_configured_endpoints(),
        read_only: arguments.read_only,
    })
}

/// The names that have a stored key, as the index knows them.
fn inventory(keystores: &Keystores<'_>) -> Result<Inventory, Failure> {
    Ok(of_entries(keystores, keystores.entries()?))
}

fn of_entries(keystores: &Keystores<'_>, mut entries: Vec<Entry>) -> Inventory {
    // Of several keystores with the same name, the one where it was stored last is read.
    entries.sort_by_key(|entry| entry.stored_at);
    Inventory::of(entries.into_iter().filter(|entry| keystores.reads_from(entry)).filter_map(|entry| Some((entry.name, entry.key_id?))))
}

/// Runs what is missing of the plan.
pub fn obtain(
    context: &Context,
    keystores: &Keystores<'_>,
    prepared: &Prepared,
    arguments: &CredentialArguments,
) -> Result<Credentials, Failure> {
    let plan = &prepared.plan;
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notes.warn(message);
    let tell = |message: &str| context.notes.tell(message);
    let cache = SessionFiles::new(&context.directories, &holder, &warn).labelled(plan);
    refuse_circle(context, prepared, &cache)?;
    debug::plan(prepared, &cache.at_rest());
    let clients = AwsClients::new(&context.env);
    let sources = ProfileSources::new(&context.env);
    let flight = FileLocks::new(&context.directories);
    let prompt = prompt(context, plan, arguments.mfa_token.as_ref(), &tell)?;
    let ports =
        Ports { cache: &cache, keys: keystores, sources: &sources, sts: &clients, prompt: &*prompt, flight: &flight, clock: &SystemClock };
    engine::run(plan, &prepared.options, &ports).map_err(|error| {
        let mut failure = Failure::from(error);
        for hint in &mut failure.hints {
            *hint = hint.replace(" PROFILE ", &format!(" {} ", plan.profile.in_shell()));
        }
        failure
    })
}

/// Refuses what a command above this run is waiting for: it would start itself for ever, or wait for itself.
fn refuse_circle(context: &Context, prepared: &Prepared, cache: &SessionFiles<'_>) -> Result<(), Failure> {
    let Prepared { plan, options } = prepared;
    if let Some(profile) = plan.base.source_profile()
        && context.env.is_under_way(&source_of(profile))
    {
        return Err(Failure::new(format!(
            "the source of profile `{profile}` goes round in a circle: the command that gives its credentials asks for them"
        ))
        .hint(format!(
            "let the command of profile `{profile}` ask for another profile: `vault explain {}` shows where it starts",
            profile.in_shell()
        )));
    }
    let mut serials = plan.steps.iter().filter_map(|step| step.with_code.as_ref());
    let Some(serial) = serials.find(|serial| context.env.is_under_way(&code_of(serial))) else { return Ok(()) };
    let (cached, now) = (engine::cached(plan, &cache.at_rest()), clock::now());
    let resume = plan::resume(plan, &cached, now, &options.freshness);
    if plan::asks_for_code(&Explanation { plan, resume: &resume, cached: &cached, now }) {
        return Err(Failure::new(format!("`mfa_process` goes round in a circle: the command that gives the code of {serial} needs one"))
            .hint("let that command use a profile without this device"));
    }
    Ok(())
}

/// Where codes come from: the flag, else the way that was asked for, else the profile's `mfa_process`, else whatever there is.
fn prompt<'a>(
    context: &'a Context,
    plan: &CredentialPlan,
    token: Option<&SecretString>,
    tell: &'a dyn Fn(&str),
) -> Result<Box<dyn MfaPrompt + 'a>, Failure> {
    if let Some(text) = token {
        let code = TokenCode::parse(text.expose_secret()).map_err(|fault| {
            Failure::usage(format!("`--mfa-token`: {fault}")).hint("give the six digits that the device shows, as in `--mfa-token 123456`")
        })?;
        return Ok(Box::new(FixedCode { code, tell }));
    }
    let method = context.prompt_method(&plan.profile)?;
    match plan.mfa.as_ref().map(|mfa| &mfa.code) {
        Some(CodeSource::Process { command }) if method.is_none() => {
            Ok(Box::new(CodeProcess { env: &context.env, command: command.as_str().to_owned(), tell }))
        }
        _ => Ok(Box::new(AnyPrompt::new(&context.env, method))),
    }
}

/// The keystore's part in holding the key of the session cache.
struct KeystoreHolder<'a>(&'a Keystores<'a>);

const CACHE_KEY: &str = "session-cache";

impl CacheKeyHolder for KeystoreHolder<'_> {
    fn load(&self) -> Option<CacheKey> {
        self.0.load_reserved(CACHE_KEY).ok().and_then(CacheKey::from_secret)
    }

    fn save(&self, key: &CacheKey) -> Result<(), String> {
        self.0.save_reserved(CACHE_KEY, key.as_secret()).map_err(|error| error.to_string())
    }
}

/// Opens the session cache for a command that only looks at it or clears it.
pub fn with_session_files<T>(context: &Context, keystores: &Keystores<'_>, use_them: impl FnOnce(&SessionFiles<'_>) -> T) -> T {
    let holder = KeystoreHolder(keystores);
    let warn = |message: &str| context.notes.warn(message);
    use_them(&SessionFiles::new(&context.directories, &holder, &warn))
}

/// Asks for the `file` keystore's passphrase in the way in which codes are asked for: a client may have no terminal.
pub struct AnyPassphrase<'a>(pub &'a Context);

impl PassphrasePrompt for AnyPassphrase<'_> {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        // Settings that cannot be read stopped the run before this.
        let method = self.0.any_prompt_method().unwrap_or_default();
        AnyPrompt::new(&self.0.env, method).secret(question, complaint)
    }
}

/// Asks for the `file` keystore's passphrase on the terminal.
pub struct TerminalPassphrase;

impl PassphrasePrompt for TerminalPassphrase {
    fn ask(&self, question: &str, complaint: Option<&str>) -> Result<SecretString, PromptError> {
        let terminal = Terminal::open()?;
        if let Some(complaint) = complaint {
            terminal.tell(complaint);
        }
        terminal.secret(&format!("{question}: "))
    }
}

/// Time left as a person reads it.
pub fn time_left(expires: Timestamp, now: Timestamp) -> String {
    let seconds = u32::try_from(expires.seconds_since(now).max(0)).unwrap_or(u32::MAX);
    // Seconds are of interest in the last minute only.
    let shown = if seconds >= 60 { seconds - seconds % 60 } else { seconds };
    SessionDuration::from_secs(shown).to_string()
}
