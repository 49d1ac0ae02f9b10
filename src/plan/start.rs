//! Decides what a chain starts from: a stored key, or a profile's own source. Never calls that source.

use crate::config::keys;
use crate::config::{ProfileSet, SignInKey};
use crate::model::{AccessKeyId, CommandLine, Origin, ProfileName};

use super::effective::Effective;
use super::recursion::{asked_of_this_program, refuse_loop};
use super::{Inventory, Note, PlanError, PlanRequest, Program, ProgramKind, TokenFrom, WebIdentityToken};

const TOKEN_FILE: &str = keys::WEB_IDENTITY_TOKEN_FILE;
const WEB_IDENTITY_KEYS: [&str; 2] = [TOKEN_FILE, keys::WEB_IDENTITY_TOKEN_PROCESS];
/// The keys that decide the identity of such a sign-in.
const SIGN_IN_IDENTITY: [&str; 6] =
    [keys::SSO_SESSION, keys::SSO_START_URL, keys::SSO_REGION, keys::SSO_ACCOUNT_ID, keys::SSO_ROLE_NAME, keys::LOGIN_SESSION];

/// What a chain starts from, before the calls are known.
pub(super) enum Start {
    StoredKey {
        name: ProfileName,
        key_id: AccessKeyId,
    },
    Program(Program),
    /// With the key and its line.
    Token {
        token: WebIdentityToken,
        key: &'static str,
        origin: Origin,
    },
}

/// Whether the profile has its own credentials, even if this program cannot use them.
pub(super) fn has_credentials(profile: &Effective, inventory: &Inventory) -> bool {
    inventory.has_key(&profile.name)
        || WEB_IDENTITY_KEYS.into_iter().chain(SignInKey::ALL.map(SignInKey::as_str)).chain([keys::CREDENTIAL_SOURCE]).any(|key| profile.get(key).is_some())
        // A command that asks this program for the same profile, written there for the AWS CLI, provides nothing.
        || profile.text(keys::CREDENTIAL_PROCESS).is_some_and(|line| asked_of_this_program(line).as_ref() != Some(&profile.name))
        || profile.own_section().plaintext_key().is_some_and(|key| !key.temporary)
}

/// What a chain with the last profile `origin` starts from.
pub(super) fn start_of(
    profiles: &ProfileSet,
    origin: &Effective,
    inventory: &Inventory,
    request: &PlanRequest,
    notes: &mut Vec<Note>,
) -> Result<Start, PlanError> {
    let profile = origin.name.clone();
    // The stored key comes first: a profile's `credential_process` may be this program, written there for the AWS CLI.
    if let Some(key_id) = inventory.stored_key(&profile) {
        if origin.get(keys::CREDENTIAL_PROCESS).is_some() {
            notes.push(Note::CredentialProcessNotUsed { profile: profile.clone() });
        }
        if let Some(key) = origin.own_section().plaintext_key().filter(|key| !key.temporary) {
            notes.push(Note::PlaintextKey { profile: profile.clone(), origin: key.origin.clone() });
        }
        return Ok(Start::StoredKey { name: profile, key_id: key_id.clone() });
    }
    // Security: without its id, a session of another key could be used for this key, or the profile could seem to have no key.
    if inventory.has_key(&profile) {
        return Err(PlanError::KeyIdNotKnown { profile });
    }
    if let Some(key) = WEB_IDENTITY_KEYS.into_iter().find(|key| origin.get(key).is_some()) {
        return Ok(web_identity(origin, key));
    }
    if let Some(key) = SignInKey::ALL.into_iter().find(|key| origin.get(key.as_str()).is_some()) {
        let kind = ProgramKind::AwsCli { key, identity: sign_in_identity(profiles, origin)? };
        return Ok(Start::Program(Program { profile, kind }));
    }
    if let Some(command) = origin.get(keys::CREDENTIAL_PROCESS) {
        refuse_loop(profiles, inventory, origin, &command.value)?;
        if let Some(key) = origin.own_section().plaintext_key() {
            notes.push(Note::PlaintextKeyNotUsed { profile: profile.clone(), origin: key.origin.clone() });
        }
        let kind = ProgramKind::CredentialProcess { command: CommandLine::new(&command.value), origin: command.origin.clone() };
        return Ok(Start::Program(Program { profile, kind }));
    }
    if let Some(source) = origin.get(keys::CREDENTIAL_SOURCE) {
        return Err(PlanError::UnsupportedSource {
            profile,
            source_kind: format!("credential_source = {}", source.value.escape_debug()),
            origin: source.origin.clone(),
        });
    }
    let names_itself = origin.text(keys::SOURCE_PROFILE) == Some(profile.as_str());
    if origin.get(keys::ROLE_ARN).is_some() && !names_itself {
        return Err(PlanError::RoleWithoutSource { origin: origin.origin(keys::ROLE_ARN), profile });
    }
    let lying = |temporary| origin.own_section().plaintext_key().filter(|key| key.temporary == temporary).map(|key| key.origin.clone());
    let (plaintext, temporary) = (lying(false), lying(true));
    Err(PlanError::NoStoredKey { profile, wanted_for: request.profile.clone(), plaintext, temporary })
}

fn web_identity(origin: &Effective, key: &'static str) -> Start {
    let value = origin.text(key).unwrap_or_default();
    let from = if key == TOKEN_FILE {
        TokenFrom::File { path: value.to_owned() }
    } else {
        TokenFrom::Process { command: CommandLine::new(value) }
    };
    Start::Token { token: WebIdentityToken { profile: origin.name.clone(), from }, key, origin: origin.origin(key) }
}

/// All settings that decide the identity of the sign-in: a session on top of another identity is another session.
fn sign_in_identity(profiles: &ProfileSet, origin: &Effective) -> Result<Vec<(String, String)>, PlanError> {
    let mut identity: Vec<_> =
        SIGN_IN_IDENTITY.into_iter().filter_map(|key| Some((key.to_owned(), origin.text(key)?.to_owned()))).collect();
    if let Some(name) = origin.text(keys::SSO_SESSION)
        && let Some(section) = profiles.sso_session(name)?
    {
        identity.extend(section.iter().map(|(key, setting)| (format!("sso-session {key}"), setting.value.clone())));
    }
    Ok(identity)
}
