//! Knows what of a profile AWS tools take for the source of its credentials. Never decides what this program takes: that is the planner's.

use super::{Profile, Setting};

/// What the AWS CLI's own sign-ins are told by.
pub const SIGN_IN_KEYS: [&str; 3] = ["sso_session", "sso_start_url", "login_session"];

/// For botocore either of these makes a sign-in of the profile too.
const SIGN_IN_ROLE: [&str; 2] = ["sso_account_id", "sso_role_name"];

/// What else AWS tools follow before `credential_process`, each tool in an order of its own.
const FOLLOWED_FIRST: [&str; 4] = ["role_arn", "credential_source", "web_identity_token_file", "aws_access_key_id"];

impl Profile {
    /// The key for which AWS tools never come to the profile's `credential_process`.
    #[must_use]
    pub fn followed_before_process(&self) -> Option<(&'static str, &Setting)> {
        FOLLOWED_FIRST.into_iter().chain(SIGN_IN_KEYS).chain(SIGN_IN_ROLE).find_map(|key| Some((key, self.get(key)?)))
    }

    /// The key for which AWS tools find credentials in the profile itself, and look no further.
    #[must_use]
    pub fn source_of_its_own(&self) -> Option<(&'static str, &Setting)> {
        const PROCESS: &str = "credential_process";
        self.followed_before_process().or_else(|| Some((PROCESS, self.get(PROCESS)?)))
    }
}
