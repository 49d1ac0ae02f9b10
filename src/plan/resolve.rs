//! Turns a profile into a plan. Never looks at the world: the same profiles, settings, inventory and request always give the same plan.

use crate::config::keys;
use crate::config::{ProfileSet, Settings};
use crate::model::{MfaSerial, ProfileName};

use super::chain::walk;
use super::effective::Effective;
use super::limits::SHORTEST;
use super::role::{self, Narrowing};
use super::start::{Start, start_of};
use super::steps::{ChainedRole, Steps};
use super::{
    Base, ClientVariables, CodeSource, Continuation, CredentialPlan, Inventory, Mfa, Note, PlanError, PlanRequest, ProgramKind,
    SessionName, Source, WebIdentity,
};

/// Resolves the profile of `request`.
///
/// # Errors
/// See [`PlanError`]: each points at a line if there is one, and says what to do.
pub fn resolve(
    profiles: &ProfileSet,
    settings: &Settings,
    inventory: &Inventory,
    request: &PlanRequest,
) -> Result<CredentialPlan, PlanError> {
    let chain = walk(profiles, inventory, &request.profile)?;
    let requested = &chain[0];
    let origin = chain.last().expect("a chain starts with the profile that was asked for");
    let mut notes = Vec::new();

    let start = start_of(profiles, origin, inventory, request, &mut notes)?;
    let narrowing = narrowing(&chain, settings, request)?;
    // Security: a profile that builds on a protected one has the same role, or starts from it.
    let protected_by: Vec<_> =
        chain.iter().map(|profile| profile.names().find(|name| settings.for_profile(name).protect).cloned()).collect();
    let person = person(&chain, &start, inventory);
    let roles = roles(&chain, &protected_by, settings, &narrowing, person.as_ref())?;
    if roles.is_empty() && !narrowing.is_none() && !matches!(start, Start::Token { .. }) {
        return Err(PlanError::NothingToNarrow { profile: request.profile.clone(), by_flag: request.read_only });
    }
    let origin_is_protected = protected_by.last().is_some_and(Option::is_some);
    let protected = protected_by.into_iter().flatten().next();
    let max_mfa_age = chain.iter().flat_map(Effective::names).filter_map(|name| settings.for_profile(name).max_mfa_age).min();

    let temporary = Steps {
        profiles,
        request,
        chain: &chain,
        origin,
        mfa: None,
        start: &start,
        long_term: false,
        roles: &roles,
        // The shared session belongs to its base, so that every role on top of it finds the same one.
        session_duration: settings.for_profile(&origin.name).session_duration,
        origin_is_protected,
        // A protected profile's sessions are as short as AWS allows.
        at_most: protected.as_ref().map(|_| SHORTEST),
    };
    let on_long_term = |mut notes: Vec<Note>| {
        let mfa = mfa(&chain, &start, settings.fallback_serial(), &mut notes)?;
        let long_term = Steps { mfa: mfa.as_ref().map(|mfa| &mfa.serial), long_term: true, ..temporary };
        let steps = long_term.on_long_term_key(&mut notes)?;
        let uses_code = steps.iter().any(|step| step.with_code.is_some());
        Ok(Continuation { mfa: mfa.filter(|_| uses_code), steps, notes })
    };
    let mut if_long_term = None;
    let (mfa, on_top, base);
    match &start {
        Start::StoredKey { name, key_id } => {
            base = Base::StoredKey { name: name.clone(), key_id: key_id.clone() };
            (Continuation { mfa, steps: on_top, notes }) = on_long_term(notes)?;
        }
        Start::Program(program) => {
            // Only such a command's answer shows which kind of key it returns.
            if let ProgramKind::CredentialProcess { .. } = program.kind {
                if_long_term = Some(Box::new(on_long_term(notes.clone())));
            }
            base = Base::Source(Source::Program(program.clone()));
            (mfa, on_top) = (None, temporary.on_temporary(&mut notes)?);
        }
        Start::Token { token, key, origin: line } => {
            // A token is for assuming one role, and is useless without it.
            let Some(roles) = roles.split_first().filter(|(first, _)| first.profile.name == origin.name) else {
                return Err(PlanError::WebIdentityWithoutRole { profile: token.profile.clone(), key, origin: line.clone() });
            };
            let (step, after_it) = temporary.on_web_identity(token, roles, &mut notes)?;
            base = Base::Source(Source::WebIdentity(Box::new(WebIdentity { token: token.clone(), step })));
            (mfa, on_top) = (None, after_it);
        }
    }
    let region = match &request.region {
        Some(region) => Some(region.clone()),
        None => requested.region()?,
    };
    let client = ClientVariables::of(profiles, requested, request)?;
    Ok(CredentialPlan { profile: request.profile.clone(), region, client, base, mfa, protected, max_mfa_age, on_top, notes, if_long_term })
}

/// The limit for the last role of the chain: the flag, or the setting of the profile that assumes it, of one that it includes, or of
/// one that adds no role to it. A role on top of another needs that one without a limit.
fn narrowing(chain: &[Effective], settings: &Settings, request: &PlanRequest) -> Result<Narrowing, PlanError> {
    let role = chain.iter().position(|profile| profile.get(keys::ROLE_ARN).is_some()).unwrap_or(0);
    let policy_of = |name: &ProfileName| Some((name.clone(), settings.for_profile(name).session_policy?));
    let mut stated = chain[..=role].iter().filter_map(|profile| profile.names().find_map(policy_of));
    let first = stated.next();
    if let Some((profile, policy)) = &first {
        let other = stated.find(|(_, other)| other != policy).map(|(other, _)| other);
        if other.is_some() || request.read_only {
            return Err(PlanError::NarrowedTwice { profile: profile.clone(), other });
        }
    }
    Ok(Narrowing { read_only: request.read_only, by_setting: first.map(|(_, policy)| policy) })
}

/// Who the user is, for the names of role sessions. Only a long-term key shows that: other sources choose their own names.
fn person(chain: &[Effective], start: &Start, inventory: &Inventory) -> Option<SessionName> {
    let Start::StoredKey { name, .. } = start else { return None };
    let serial = chain.iter().find_map(|profile| profile.text(keys::MFA_SERIAL)).and_then(|text| MfaSerial::parse(text).ok());
    role::after_person(inventory.user(name), serial.as_ref())
}

/// The profiles of the chain that assume a role, base first. `protected_by` names the protector of each profile of the chain.
fn roles<'a>(
    chain: &'a [Effective],
    protected_by: &[Option<ProfileName>],
    settings: &Settings,
    narrowing: &Narrowing,
    person: Option<&SessionName>,
) -> Result<Vec<ChainedRole<'a>>, PlanError> {
    let last_role = chain.iter().position(|profile| profile.get(keys::ROLE_ARN).is_some());
    let mut hops = Vec::new();
    let mut protected = false;
    for (index, profile) in chain.iter().enumerate().rev() {
        protected |= protected_by[index].is_some();
        let is_last = Some(index) == last_role;
        let narrowed_by = is_last.then_some(narrowing);
        if let Some(role) = role::read(profile, narrowed_by, person)? {
            // The same at every place in a chain, so that the session is the same too.
            let duration = role::own_duration(profile)?.unwrap_or_else(|| settings.for_profile(&profile.name).role_duration);
            // A note says how much the last one is shortened.
            let duration = if protected && !is_last { duration.min(SHORTEST) } else { duration };
            hops.push(ChainedRole { profile, role, duration, protected });
        }
    }
    Ok(hops)
}

/// The device nearest to the requested profile: a role without its own `mfa_serial` uses its source's.
fn mfa(chain: &[Effective], start: &Start, fallback: Option<&MfaSerial>, notes: &mut Vec<Note>) -> Result<Option<Mfa>, PlanError> {
    let Some(owner) = chain.iter().find(|profile| profile.get(keys::MFA_SERIAL).is_some()) else {
        return Ok(fallback.and_then(|serial| of_variable(chain, start, serial, notes)));
    };
    let Some(serial) = owner.parsed(keys::MFA_SERIAL, MfaSerial::parse)? else { return Ok(None) };
    check_account(start, owner, &serial)?;
    if owner.name != chain[0].name {
        notes.push(Note::SerialFrom { profile: owner.name.clone() });
    }
    // A process next to another serial provides the codes of another device.
    let of_device = |profile: &&Effective| profile.text(keys::MFA_SERIAL).is_none_or(|own| own == serial.as_str());
    let code = chain
        .iter()
        .filter(of_device)
        .find_map(|profile| profile.text(keys::MFA_PROCESS))
        .map_or(CodeSource::Prompt, |line| CodeSource::Process { command: crate::model::CommandLine::new(line) });
    Ok(Some(Mfa { serial, code }))
}

/// The device that a variable names. The variable applies to every profile, but a key of another account has another device.
fn of_variable(chain: &[Effective], start: &Start, serial: &MfaSerial, notes: &mut Vec<Note>) -> Option<Mfa> {
    if let Start::StoredKey { key_id, .. } = start
        && let (Some(of_key), Some(of_device)) = (key_id.account(), serial.account())
        && of_key != of_device
    {
        notes.push(Note::SerialOfVariableNotUsed { serial: serial.clone() });
        return None;
    }
    notes.push(Note::SerialOfVariable);
    let process = chain.iter().find_map(|profile| profile.text(keys::MFA_PROCESS));
    let code = process.map_or(CodeSource::Prompt, |line| CodeSource::Process { command: crate::model::CommandLine::new(line) });
    Some(Mfa { serial: serial.clone(), code })
}

/// A device of another account cannot belong to this key: AWS's own error would not help.
fn check_account(start: &Start, owner: &Effective, serial: &MfaSerial) -> Result<(), PlanError> {
    let Start::StoredKey { name, key_id } = start else { return Ok(()) };
    match (key_id.account(), serial.account()) {
        (Some(key_account), Some(mfa_account)) if key_account != mfa_account => Err(PlanError::OtherAccount {
            profile: owner.name.clone(),
            stored: name.clone(),
            key_account,
            mfa_account,
            origin: owner.origin(keys::MFA_SERIAL),
        }),
        _ => Ok(()),
    }
}
