//! From a plan to credentials: gives the engine its adapters, and says how a code is asked. Never decides what is called.

use secrecy::{ExposeSecret, SecretString};

use crate::aws::{AwsClients, ProfileSources, source_of};
use crate::engine::{self, Ports};
use crate::keystore::Keystores;
use crate::model::{Credentials, TokenCode};
use crate::os::clock::{self, SystemClock};
use crate::plan::{self, CodeSource, CredentialPlan, Explanation};
use crate::ports::MfaPrompt;
use crate::prompt::{AnyPrompt, CodeProcess, FixedCode, code_of};
use crate::sessions::{FileLocks, SessionFiles};
use crate::ui::Failure;

use super::arguments::CredentialArguments;
use super::context::Context;
use super::debug;
use super::prepare::Prepared;
use super::protect;
use super::session_cache::KeystoreHolder;

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
    protect::confirm_exposure(plan)?;
    // Whoever asked for a duration is told of another; who did not can look at the plan.
    if arguments.duration.is_some() {
        plan.notes.iter().filter(|note| note.is_of_duration()).for_each(|note| tell(&format!("note: {}", plan::in_words(note))));
    }
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
        _ => Ok(Box::new(AnyPrompt::new(&context.env, method, context.beside_a_command))),
    }
}
