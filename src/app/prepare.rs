//! From a profile and the arguments to a plan. Never makes a call, and never runs the plan.
//!
//! | function | used by | may unlock | where it looks for stored keys |
//! |---|---|---|---|
//! | [`prepare`] | commands that need the credentials | the keystore of a key that the index does not know | index, else keystores |
//! | [`prepare_locked`] | commands that explain or clear, `doctor PROFILE` | nothing | index, else the keystores' own lists |
//! | [`prepare_from_index`] | `status`, `mfa list`, `doctor` for every profile | nothing | index only |
//! | [`inventory`], [`inventory_of`] | what precedes [`prepare_from_index`] | nothing | index only |

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::engine::Options;
use crate::keystore::{Entry, Keystores, NoPassphrasePrompt};
use crate::model::{AccessKeyId, ProfileName};
use crate::os::clock;
use crate::plan::{self, Base, CredentialPlan, Forecast, Freshness, Inventory, PlanError, PlanRequest};
use crate::ports::{Expirations, KeyStore as _, KeyStoreError};

use super::request::{SessionOptions, plan_request};
use super::session_cache::unasked;
use super::{Context, Failure, keystores};

/// How long a session may last that a key signed before it was replaced, in seconds: no MFA session lasts longer.
const LONGEST_SESSION: i64 = 36 * 3_600;

/// A plan, with what running it needs besides the ports.
pub struct Prepared {
    pub plan: CredentialPlan,
    pub options: Options,
    /// What to run instead if the stored key must be read: the plan continues from a session that an earlier key of the same user signed.
    pub by_current_key: Option<Box<CredentialPlan>>,
    /// Whether the user asked for a duration: if they get another one, a note says so.
    pub duration_is_asked: bool,
}

impl Prepared {
    /// What a run would do now, with what is in this cache.
    pub fn forecast(&self, cache: &dyn Expirations) -> Forecast<'_> {
        Forecast::new(&self.plan, &|key| cache.expiration(key), clock::now(), self.options.freshness)
    }
}

/// Decides what to do for `profile`, without a call. Unlocks a keystore only if it holds a key that the index does not know.
pub fn prepare(context: &Context, keystores: &Keystores<'_>, profile: ProfileName, asked: &SessionOptions) -> Result<Prepared, Failure> {
    prepare_with(context, keystores, profile, asked, |base| match keystores.long_term_credentials(base) {
        Ok(key) => Ok(Some(key.key_id)),
        Err(KeyStoreError::NotFound { elsewhere, .. }) if elsewhere.is_empty() => Ok(None),
        // A keystore that cannot be read is not an empty one.
        Err(error) => Err(error.into()),
    })
}

/// Like [`prepare`], but unlocks nothing: a key whose id is not known, or that is only in another keystore than the chosen one, is an error.
pub fn prepare_locked(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: ProfileName,
    asked: &SessionOptions,
) -> Result<Prepared, Failure> {
    prepare_with(context, keystores, profile, asked, |base| match keystores.entry(base)? {
        Some(_) => Err(PlanError::KeyIdNotKnown { profile: base.clone() }.into()),
        None => match elsewhere(keystores, base)? {
            Some(error) => Err(error.into()),
            None => Ok(None),
        },
    })
}

/// Where a key of this name is, if it is in another keystore than the chosen one.
fn elsewhere(keystores: &Keystores<'_>, name: &ProfileName) -> Result<Option<KeyStoreError>, Failure> {
    let entries = keystores.entries()?.into_iter().filter(|entry| entry.name == *name);
    let elsewhere: Vec<_> = entries.map(|entry| entry.backend).collect();
    Ok(match keystores.asked_for(name) {
        Some(backend) if !elsewhere.is_empty() => Some(KeyStoreError::NotFound { backend, item: name.to_string(), elsewhere }),
        _ => None,
    })
}

/// Like [`prepare_locked`], but never asks the keystores, not even for a list of keys if there is no index yet: a key that is not in
/// `index` does not exist.
pub fn prepare_from_index(context: &Context, index: &Inventory, profile: ProfileName) -> Result<Prepared, Failure> {
    let asked = SessionOptions::default();
    let request = plan_request(&context.env, profile, &asked)?;
    let plan = plan::resolve(context.profiles()?, context.settings()?, index, &request)?;
    or_by_earlier_key(context, index, &request, with_options(context, plan, &asked)?)
}

/// The stored keys that the index knows of.
pub fn inventory(context: &Context) -> Result<Inventory, Failure> {
    inventory_of(&keystores::open(context, &NoPassphrasePrompt)?)
}

/// The stored keys that the index of these keystores knows of.
pub fn inventory_of(keystores: &Keystores<'_>) -> Result<Inventory, Failure> {
    Ok(of_entries(keystores, keystores.indexed()?))
}

fn prepare_with(
    context: &Context,
    keystores: &Keystores<'_>,
    profile: ProfileName,
    asked: &SessionOptions,
    look_for: impl Fn(&ProfileName) -> Result<Option<AccessKeyId>, Failure>,
) -> Result<Prepared, Failure> {
    let request = plan_request(&context.env, profile, asked)?;
    let settings = context.settings()?;
    let profiles = context.profiles()?;
    let mut inventory = of_entries(keystores, keystores.entries()?);
    let mut looked_for = BTreeSet::new();
    let plan = loop {
        // The index may not know an existing key, or its id: look it up before reporting that. What
        // was found is used from memory, since the index may not be writable.
        let error = match plan::resolve(profiles, settings, &inventory, &request) {
            Ok(plan) => break plan,
            Err(error) => error,
        };
        let base = match &error {
            PlanError::NoStoredKey { profile, .. }
            | PlanError::KeyIdNotKnown { profile }
            | PlanError::RoleWithoutSource { profile, .. } => profile.clone(),
            _ => return Err(error.into()),
        };
        if !looked_for.insert(base.clone()) {
            return Err(error.into());
        }
        match look_for(&base) {
            Ok(found) => inventory.learn(base, found),
            // A role needs a source before it needs a keystore.
            Err(_) if matches!(error, PlanError::RoleWithoutSource { .. }) => return Err(error.into()),
            Err(failure) => return Err(failure),
        }
    };
    or_by_earlier_key(context, &inventory, &request, with_options(context, plan, asked)?)
}

/// `prepared` itself, or, where a key was replaced not long ago and only what the earlier one signed is cached, the plan that goes on from
/// there: so that a rotation costs nobody a code.
fn or_by_earlier_key(context: &Context, inventory: &Inventory, request: &PlanRequest, prepared: Prepared) -> Result<Prepared, Failure> {
    let Base::StoredKey { name, .. } = &prepared.plan.base else { return Ok(prepared) };
    let name = name.clone();
    let mut before = inventory.before_rotations(&name).peekable();
    if before.peek().is_none() {
        return Ok(prepared);
    }
    let files = unasked(context);
    let is_cached = |prepared: &Prepared| prepared.forecast(&files.at_rest()).resume.from_cached.is_some();
    if is_cached(&prepared) {
        return Ok(prepared);
    }
    let Prepared { options, duration_is_asked, plan: by_current_key, .. } = prepared;
    for before in before {
        // What can be planned with one key can be planned with the other.
        let Ok(plan) = plan::resolve(context.profiles()?, context.settings()?, &before, request) else { continue };
        let plan = by_chosen_prompt(context, context.settings()?, plan);
        let earlier = Prepared { plan, options, by_current_key: None, duration_is_asked };
        if is_cached(&earlier) {
            return Ok(Prepared { by_current_key: Some(Box::new(by_current_key)), ..earlier });
        }
    }
    Ok(Prepared { plan: by_current_key, options, by_current_key: None, duration_is_asked })
}

/// The plan as it is with the prompt that the user chose, if they did.
fn by_chosen_prompt(context: &Context, settings: &Settings, mut plan: CredentialPlan) -> CredentialPlan {
    if context.choices.prompt_for(&plan.profile, settings).is_some() {
        plan.prefer_prompt();
    }
    plan
}

/// What a cached session must still fulfil for this plan.
#[must_use]
pub fn freshness(settings: &Settings, plan: &CredentialPlan, asked: &SessionOptions) -> Freshness {
    let own = settings.for_profile(&plan.profile);
    Freshness { expiry_window: own.expiry_window, min_ttl: asked.min_ttl, max_mfa_age: plan.max_mfa_age, renew: asked.fresh }
}

fn with_options(context: &Context, plan: CredentialPlan, asked: &SessionOptions) -> Result<Prepared, Failure> {
    let settings = context.settings()?;
    let plan = by_chosen_prompt(context, settings, plan);
    let freshness = freshness(settings, &plan, asked);
    if let (Some(min_ttl), Some(longest)) = (asked.min_ttl, plan.possible_last_steps().map(|step| step.duration).max())
        && min_ttl >= longest
    {
        return Err(Failure::usage(format!("`--min-ttl {min_ttl}` is too long: a new session lasts {longest}"))
            .hint("ask for less, or for a longer session with `--duration`"));
    }
    let options = Options { freshness, no_wait: asked.no_wait };
    Ok(Prepared { plan, options, by_current_key: None, duration_is_asked: asked.duration.is_some() })
}

/// The names that have a stored key, as the index knows them.
fn of_entries(keystores: &Keystores<'_>, entries: Vec<Entry>) -> Inventory {
    let entries = keystores.in_use(entries);
    let users: Vec<_> = entries.iter().filter_map(|entry| Some((entry.name.clone(), entry.user.clone()?))).collect();
    // Read the clock only if there is such a key.
    let is_recent = |entry: &&Entry| entry.stored_at.is_some_and(|at| clock::now().seconds_since(at) <= LONGEST_SESSION);
    let replaced = entries.iter().filter(|entry| !entry.previous.is_empty()).filter(is_recent);
    let previous: Vec<_> = replaced.map(|entry| (entry.name.clone(), entry.previous.clone())).collect();
    Inventory::as_known(entries.into_iter().map(|entry| (entry.name, entry.key_id))).with_users(users).with_previous(previous)
}
