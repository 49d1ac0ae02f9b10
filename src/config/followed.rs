//! Knows which key of a profile AWS tools use as the source of its credentials. Never decides what this program uses: the planner does.

use crate::model::{Origin, ProfileName};

use super::{Profile, ProfileSet, Setting, keys, linked_profile};

/// A key that makes the AWS CLI sign the user in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInKey {
    SsoSession,
    SsoStartUrl,
    LoginSession,
}

impl SignInKey {
    /// In lookup order.
    pub const ALL: [Self; 3] = [Self::SsoSession, Self::SsoStartUrl, Self::LoginSession];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SsoSession => keys::SSO_SESSION,
            Self::SsoStartUrl => keys::SSO_START_URL,
            Self::LoginSession => keys::LOGIN_SESSION,
        }
    }
}

/// For botocore, either of these makes the profile a sign-in too.
const SIGN_IN_ROLE: [&str; 2] = [keys::SSO_ACCOUNT_ID, keys::SSO_ROLE_NAME];

/// Other keys that AWS tools follow before `credential_process`, each tool in its own order.
const FOLLOWED_FIRST: [&str; 4] = [keys::ROLE_ARN, keys::CREDENTIAL_SOURCE, keys::WEB_IDENTITY_TOKEN_FILE, keys::AWS_ACCESS_KEY_ID];

impl Profile {
    /// The key that makes AWS tools ignore the profile's `credential_process`.
    #[must_use]
    pub fn followed_before_process(&self) -> Option<(&'static str, &Setting)> {
        let sign_in = SignInKey::ALL.map(SignInKey::as_str);
        FOLLOWED_FIRST.into_iter().chain(sign_in).chain(SIGN_IN_ROLE).find_map(|key| Some((key, self.get(key)?)))
    }

    /// The key that gives AWS tools credentials in the profile itself, so that they look no further.
    #[must_use]
    pub fn source_of_its_own(&self) -> Option<(&'static str, &Setting)> {
        const PROCESS: &str = keys::CREDENTIAL_PROCESS;
        self.followed_before_process().or_else(|| Some((PROCESS, self.get(PROCESS)?)))
    }
}

/// A profile with the line of `vault link`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedSource {
    pub profile: ProfileName,
    /// The profile that the line asks for.
    pub asks_for: ProfileName,
    pub origin: Origin,
}

/// Where AWS tools that follow the `source_profile` of a role by themselves come to a line of `vault link`.
#[must_use]
pub fn linked_source(profiles: &ProfileSet, role: &ProfileName) -> Option<LinkedSource> {
    let mut path = vec![role.clone()];
    loop {
        let name = path.last()?;
        let profile = profiles.profile(name).ok()??;
        if path.len() > 1 && profile.followed_before_process().is_none() {
            let line = profile.get(keys::CREDENTIAL_PROCESS)?;
            return Some(LinkedSource { profile: name.clone(), asks_for: linked_profile(&line.value)?, origin: line.origin.clone() });
        }
        profile.get(keys::ROLE_ARN)?;
        let source = ProfileName::parse(&profile.get(keys::SOURCE_PROFILE)?.value).ok()?;
        if path.contains(&source) {
            return None;
        }
        path.push(source);
    }
}
