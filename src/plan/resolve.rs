//! Turns a profile into a plan: the whole planning table. Pure: the same profiles, inventory and request always give the same plan.

use crate::config::{ProfileSet, Settings};
use crate::model::{MfaSerial, Partition, ProfileName, Region, SessionDuration};

use super::canonical::Parent;
use super::chain::{Effective, walk};
use super::role::{self, LONGEST_ROLE, Narrowing, SHORTEST};
use super::{
    AssumeRole, Base, Call, CodeSource, CredentialPlan, Inventory, Mfa, Note, PlanError, PlanRequest, SessionKey, Step, StsEndpoint,
};

/// `GetSessionToken` accepts up to 36 hours.
const LONGEST_SESSION: SessionDuration = SessionDuration::from_secs(129_600);

/// Resolves the profile of `request`.
///
/// # Errors
/// See [`PlanError`]: each points at a line where there is one, and says what to do.
pub fn resolve(
    profiles: &ProfileSet,
    settings: &Settings,
    inventory: &Inventory,
    request: &PlanRequest,
) -> Result<CredentialPlan, PlanError> {
    let chain = walk(profiles, &request.profile)?;
    let requested = &chain[0];
    let origin = chain.last().expect("a chain starts with the profile that was asked for");
    let mut notes = Vec::new();

    let base = base_of(profiles, origin, inventory, request, &mut notes)?;
    let own_settings = settings.for_profile(&request.profile);
    let narrowing = Narrowing { read_only: request.read_only, by_setting: own_settings.session_policy.clone() };
    let roles = roles(&chain, &narrowing)?;
    if roles.is_empty() && !narrowing.is_none() {
        return Err(PlanError::NothingToNarrow { profile: request.profile.clone() });
    }
    let stored = matches!(base, Base::StoredKey { .. });
    let mfa = if stored { mfa(&chain, &mut notes)? } else { None };
    check_account(&base, mfa.as_ref(), &request.profile)?;

    let shape = Shape {
        profiles,
        request,
        origin,
        mfa: mfa.as_ref().map(|mfa| &mfa.serial),
        base: &base,
        // The shared session is its base's, so that every role on top of it finds the same one.
        session_duration: settings.for_profile(&origin.name).session_duration,
        role_duration: own_settings.role_duration,
        at_most: own_settings.protect.then_some(SHORTEST),
    };
    let steps = if stored { shape.on_stored_key(&roles, &mut notes)? } else { shape.on_temporary(&roles, &mut notes)? };

    let uses_code = steps.iter().any(|step| step.with_code.is_some());
    let region = match &request.region {
        Some(region) => Some(region.clone()),
        None => requested.region()?,
    };
    Ok(CredentialPlan { profile: request.profile.clone(), region, base, mfa: mfa.filter(|_| uses_code), steps, notes })
}

/// A profile of the chain that assumes a role, base first.
struct Hop<'a> {
    profile: &'a Effective,
    role: AssumeRole,
    /// The profile's own `duration_seconds`.
    duration: Option<SessionDuration>,
}

fn roles<'a>(chain: &'a [Effective], narrowing: &Narrowing) -> Result<Vec<Hop<'a>>, PlanError> {
    let last_role = chain.iter().position(|profile| profile.get("role_arn").is_some());
    let mut hops = Vec::new();
    for (index, profile) in chain.iter().enumerate().rev() {
        let narrowed_by = (Some(index) == last_role).then_some(narrowing);
        if let Some(role) = role::read(profile, narrowed_by)? {
            hops.push(Hop { profile, role, duration: role::own_duration(profile)? });
        }
    }
    Ok(hops)
}

fn base_of(
    profiles: &ProfileSet,
    origin: &Effective,
    inventory: &Inventory,
    request: &PlanRequest,
    notes: &mut Vec<Note>,
) -> Result<Base, PlanError> {
    let profile = origin.name.clone();
    // The stored key goes first: a profile's `credential_process` may be this very program, written there for the AWS CLI.
    if let Some(key_id) = inventory.stored_key(&profile) {
        if origin.get("credential_process").is_some() {
            notes.push(Note::CredentialProcessNotUsed { profile: profile.clone() });
        }
        if let Some(key) = origin.own_section().plaintext_key().filter(|key| !key.temporary) {
            notes.push(Note::PlaintextKey { profile: profile.clone(), origin: key.origin.clone() });
        }
        return Ok(Base::StoredKey { name: profile, key_id: key_id.clone() });
    }
    if let Some(path) = origin.text("web_identity_token_file") {
        return Ok(Base::WebIdentityFile { profile, path: path.to_owned() });
    }
    if let Some(command) = origin.text("web_identity_token_process") {
        return Ok(Base::WebIdentityProcess { profile, command: command.to_owned() });
    }
    for key in ["sso_session", "sso_start_url", "login_session"] {
        if origin.get(key).is_some() {
            return Ok(Base::AwsCli { profile, key });
        }
    }
    if let Some(command) = origin.get("credential_process") {
        refuse_loop(profiles, origin, &command.value)?;
        return Ok(Base::CredentialProcess { profile, command: command.value.clone(), origin: command.origin.clone() });
    }
    if let Some(source) = origin.get("credential_source") {
        return Err(PlanError::UnsupportedSource {
            profile,
            source_kind: format!("credential_source = {}", source.value),
            origin: source.origin.clone(),
        });
    }
    let names_itself = origin.text("source_profile") == Some(profile.as_str());
    if origin.get("role_arn").is_some() && !names_itself {
        return Err(PlanError::RoleWithoutSource { origin: origin.origin("role_arn"), profile });
    }
    let plaintext = origin.own_section().plaintext_key().filter(|key| !key.temporary).map(|key| key.origin.clone());
    Err(PlanError::NoStoredKey { plaintext, profile, wanted_for: request.profile.clone() })
}

/// A `credential_process` that asks this program for the profile it belongs to would start itself for ever.
fn refuse_loop(profiles: &ProfileSet, origin: &Effective, command: &str) -> Result<(), PlanError> {
    let mut path = vec![origin.name.clone()];
    let mut command = command.to_owned();
    // Each turn either ends or adds a profile that was not there before.
    loop {
        let Some(asked) = asked_of_credential_process(&command) else { return Ok(()) };
        let back = path.contains(&asked);
        path.push(asked.clone());
        if back {
            return Err(PlanError::Cycle { key: "credential_process", path, origin: origin.origin("credential_process") });
        }
        let Ok(chain) = walk(profiles, &asked) else { return Ok(()) };
        if chain.iter().any(|link| link.name == origin.name) {
            path.push(origin.name.clone());
            return Err(PlanError::Cycle { key: "credential_process", path, origin: origin.origin("credential_process") });
        }
        let Some(next) = chain.last().and_then(|last| last.text("credential_process")) else { return Ok(()) };
        command = next.to_owned();
    }
}

/// The profile in `… credential-process [OPTIONS] PROFILE`, whatever the program before it is called.
fn asked_of_credential_process(command: &str) -> Option<ProfileName> {
    let mut words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    words.find(|word| *word == "credential-process")?;
    words.filter(|word| !word.starts_with('-')).last().and_then(|word| ProfileName::parse(word).ok())
}

/// The device nearest to the profile that was asked for: a role without its own `mfa_serial` uses its source's.
fn mfa(chain: &[Effective], notes: &mut Vec<Note>) -> Result<Option<Mfa>, PlanError> {
    let Some(owner) = chain.iter().find(|profile| profile.get("mfa_serial").is_some()) else { return Ok(None) };
    let Some(serial) = owner.parsed("mfa_serial", MfaSerial::parse)? else { return Ok(None) };
    if owner.name != chain[0].name {
        notes.push(Note::SerialFrom { profile: owner.name.clone() });
    }
    let code = chain
        .iter()
        .find_map(|profile| profile.text("mfa_process"))
        .map_or(CodeSource::Prompt, |command| CodeSource::Process { command: command.to_owned() });
    Ok(Some(Mfa { serial, code }))
}

/// A device of another account can never be this key's: AWS would answer with a text that helps nobody.
fn check_account(base: &Base, mfa: Option<&Mfa>, requested: &ProfileName) -> Result<(), PlanError> {
    let (Base::StoredKey { name, key_id }, Some(mfa)) = (base, mfa) else { return Ok(()) };
    match (key_id.account(), mfa.serial.account()) {
        (Some(key_account), Some(mfa_account)) if key_account != mfa_account => {
            Err(PlanError::OtherAccount { profile: requested.clone(), stored: name.clone(), key_account, mfa_account })
        }
        _ => Ok(()),
    }
}

/// What the steps of one plan have in common.
struct Shape<'a> {
    profiles: &'a ProfileSet,
    request: &'a PlanRequest,
    origin: &'a Effective,
    mfa: Option<&'a MfaSerial>,
    base: &'a Base,
    session_duration: SessionDuration,
    role_duration: SessionDuration,
    /// A protected profile's sessions are as short as AWS makes them.
    at_most: Option<SessionDuration>,
}

impl Shape<'_> {
    fn on_stored_key(&self, hops: &[Hop<'_>], notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        if self.mfa.is_none() && hops.is_empty() && !self.request.no_session {
            notes.push(Note::NoMfa);
        }
        let Some(last) = hops.last() else { return self.plain(notes) };
        let asked = self.role_duration(last)?;
        let direct = |why, notes: &mut Vec<Note>| {
            let code = self.mfa.cloned();
            self.chained(Vec::new(), hops, asked, code, why, notes)
        };
        match self.mfa {
            None => direct("no MFA device is configured, so the key signs the call itself", notes),
            Some(_) if self.request.no_session => direct("`--no-session`: the key signs the call, with the code in it", notes),
            Some(_) if asked > SessionDuration::HOUR && hops.len() == 1 => direct(
                "more than 1h is asked, which a role behind a session cannot have, so the key signs the call with the code in it",
                notes,
            ),
            Some(_) => {
                let shared = self.shared_session(self.session_duration, notes)?;
                self.chained(vec![shared], hops, asked, None, "signed by the shared MFA session, so no further code is asked", notes)
            }
        }
    }

    /// A profile without a role.
    fn plain(&self, notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        if self.request.no_session {
            if !self.request.expose_long_term_key {
                return Err(PlanError::LongTermKeyNotExposed { profile: self.request.profile.clone() });
            }
            notes.push(Note::LongTermKeyExposed);
            return Ok(Vec::new());
        }
        let asked = self.request.duration.unwrap_or(self.session_duration);
        let asked = self.at_most(asked, notes);
        Ok(vec![self.shared_session(asked, notes)?])
    }

    fn shared_session(&self, asked: SessionDuration, notes: &mut Vec<Note>) -> Result<Step, PlanError> {
        let root = self.mfa.is_some_and(MfaSerial::is_root);
        in_range("session from `GetSessionToken`", asked, LONGEST_SESSION)?;
        let duration = if root && asked > SessionDuration::HOUR {
            notes.push(Note::CappedForRoot { asked });
            SessionDuration::HOUR
        } else {
            asked
        };
        let why = if self.mfa.is_some() {
            "the shared MFA session: one code serves this profile and every role on top of it"
        } else {
            "a session without MFA, since no device is configured"
        };
        self.step(&Parent::Base(self.base), Call::GetSessionToken, duration, self.mfa.cloned(), self.origin, why)
    }

    fn on_temporary(&self, hops: &[Hop<'_>], notes: &mut Vec<Note>) -> Result<Vec<Step>, PlanError> {
        let Some(last) = hops.last() else { return Ok(Vec::new()) };
        let asked = self.role_duration(last)?;
        self.chained(Vec::new(), hops, asked, None, "signed by the credentials of the profile's own source", notes)
    }

    /// The roles on top of `steps`, each signed by what comes before it.
    fn chained(
        &self,
        mut steps: Vec<Step>,
        hops: &[Hop<'_>],
        asked: SessionDuration,
        mut code: Option<MfaSerial>,
        why: &'static str,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<Step>, PlanError> {
        for (index, hop) in hops.iter().enumerate() {
            let is_last = index + 1 == hops.len();
            let web_identity = index == 0 && matches!(self.base, Base::WebIdentityFile { .. } | Base::WebIdentityProcess { .. });
            // Only a role that a long-term key or a web identity assumes may last longer than an hour.
            let behind_session = !steps.is_empty() || !(web_identity || matches!(self.base, Base::StoredKey { .. }));
            let wanted = if is_last { asked } else { hop.duration.unwrap_or(SessionDuration::HOUR) };
            let wanted = if is_last { self.at_most(wanted, notes) } else { wanted };
            let duration = if behind_session && wanted > SessionDuration::HOUR {
                if is_last {
                    notes.push(Note::CappedByChaining { asked: wanted, role: hop.role.arn.clone() });
                }
                SessionDuration::HOUR
            } else {
                wanted
            };
            let call = if web_identity { Call::AssumeRoleWithWebIdentity(hop.role.clone()) } else { Call::AssumeRole(hop.role.clone()) };
            let why = match index {
                0 if web_identity => "the token of the web identity is the proof",
                0 => why,
                _ => "signed by the role before it",
            };
            let parent_key = steps.last().map(|step: &Step| step.session_key.clone());
            let parent = parent_key.as_ref().map_or(Parent::Base(self.base), Parent::Step);
            let step = self.step(&parent, call, duration, code.take(), hop.profile, why)?;
            steps.push(step);
        }
        Ok(steps)
    }

    fn role_duration(&self, last: &Hop<'_>) -> Result<SessionDuration, PlanError> {
        let asked = self.request.duration.or(last.duration).unwrap_or(self.role_duration);
        in_range("role session", asked, LONGEST_ROLE)?;
        Ok(asked)
    }

    fn at_most(&self, asked: SessionDuration, notes: &mut Vec<Note>) -> SessionDuration {
        match self.at_most {
            Some(to) if asked > to => {
                notes.push(Note::CappedBySetting { asked, to });
                to
            }
            _ => asked,
        }
    }

    fn step(
        &self,
        parent: &Parent<'_>,
        call: Call,
        duration: SessionDuration,
        with_code: Option<MfaSerial>,
        profile: &Effective,
        why: &'static str,
    ) -> Result<Step, PlanError> {
        let endpoint = self.endpoint(&call, profile)?;
        let session_key = SessionKey::of(parent, &call, duration, with_code.as_ref(), &endpoint);
        Ok(Step { call, duration, with_code, endpoint, session_key, why })
    }

    /// Where a step goes: what the run says, else what the step's own profile says, so that the shared session is one for all roles.
    fn endpoint(&self, call: &Call, profile: &Effective) -> Result<StsEndpoint, PlanError> {
        let named = match &self.request.region {
            Some(region) => Some(region.clone()),
            None => match profile.region()? {
                Some(region) => Some(region),
                None => self.origin.region()?,
            },
        };
        let partition = match (call.role(), self.mfa, &named) {
            (Some(role), _, _) => role.arn.partition(),
            (None, Some(serial), _) if serial.as_str().starts_with("arn:") => {
                crate::model::Arn::parse(serial.as_str()).map(|arn| arn.partition()).unwrap_or_default()
            }
            (None, _, Some(region)) => Partition::of_region(region),
            (None, _, None) => Partition::default(),
        };
        // A region of another partition cannot serve the call.
        let region =
            named.filter(|region: &Region| Partition::of_region(region) == partition).unwrap_or_else(|| partition.default_region());
        let url = match &self.request.endpoint_url {
            Some(url) => Some(url.clone()),
            None if self.request.ignore_configured_endpoints => None,
            None => self.configured_endpoint(profile)?,
        };
        Ok(StsEndpoint { region, partition, url })
    }

    /// `endpoint_url` under `sts` in the profile's `services` section, else the profile's own `endpoint_url`
    /// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
    fn configured_endpoint(&self, profile: &Effective) -> Result<Option<String>, PlanError> {
        let of_service = match profile.text("services") {
            Some(name) => self.profiles.services(name)?.and_then(|section| section.get("sts")?.nested.get("endpoint_url").cloned()),
            None => None,
        };
        Ok(of_service.or_else(|| profile.text("endpoint_url").map(str::to_owned)))
    }
}

fn in_range(what: &'static str, asked: SessionDuration, most: SessionDuration) -> Result<(), PlanError> {
    if (SHORTEST..=most).contains(&asked) { Ok(()) } else { Err(PlanError::DurationOutOfRange { what, asked, most, origin: None }) }
}
