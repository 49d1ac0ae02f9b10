//! The refusals that have one cause each, with their cures. Never guesses.

use crate::judge::Kind;

use super::Facts;
use super::guess::exec;
use super::kinds as k;

/// The refusals whose text has one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    MfaIncomplete,
    MfaPair,
    MfaNeededForDevices,
    SessionSigns,
    RootAssumes,
    RoleChaining,
    RoleDuration,
    Duration,
    WebIdentityTrust,
    WebIdentity,
    Quarantined,
    WrongSecret,
    LinkExpired,
    SessionExpired,
    TokenInvalid,
    RegionDisabled,
    PolicyTooLarge,
    PolicyMalformed,
    Throttled,
    BeingChanged,
    Quota,
    AlreadyExists,
    NoCredentials,
}

/// What is found, the cause in words, and the cure.
#[expect(clippy::too_many_lines, reason = "a table: one entry for each cause")]
pub fn plain(which: Plain, facts: Option<&Facts>) -> (&'static Kind, &'static str, String) {
    let profile = facts.map_or_else(|| "PROFILE".to_owned(), |facts| facts.profile.in_shell().into_owned());
    match which {
        Plain::MfaIncomplete => (
            &k::MFA_INCOMPLETE,
            "the request had an MFA serial without a code, or a code without a serial",
            format!("let vault ask for the code: {}", exec(facts)),
        ),
        Plain::MfaPair => (
            &k::MFA_PAIR,
            "AWS did not accept the two codes: they must be consecutive and not used before, and the device's clock must be right",
            format!("give the next two codes in a row; if the device's clock is off, run `vault mfa resync {profile}`"),
        ),
        Plain::MfaNeededForDevices => (
            &k::MFA_NEEDED_FOR_DEVICES,
            "changing MFA devices needs a session made with the code of a device that the user has",
            format!("run it as `vault exec {profile} -- COMMAND`, or use `vault mfa`, which makes such a session itself"),
        ),
        Plain::SessionSigns => (
            &k::SESSION_SIGNS,
            "this call takes long-term keys only, and a session signed it",
            "run it without the variables of a session: `env -u AWS_SESSION_TOKEN -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY COMMAND`"
                .to_owned(),
        ),
        Plain::RootAssumes => (
            &k::ROOT_ASSUMES,
            "the root user cannot assume roles",
            "use the key of an IAM user: `vault add NAME`".to_owned(),
        ),
        Plain::RoleChaining => (
            &k::ROLE_CHAINING,
            "a role that is assumed from another session lasts one hour at most, and a session of `GetSessionToken` counts as one",
            format!("ask for one hour, or have the long-term key assume the role: `vault exec --duration 2h {profile} -- COMMAND`"),
        ),
        Plain::RoleDuration => (
            &k::ROLE_DURATION,
            "the request asks for a longer session than the role allows",
            "ask for less with `--duration 1h`, or have an administrator raise it: `aws iam update-role --role-name ROLE --max-session-duration SECONDS`"
                .to_owned(),
        ),
        Plain::Duration => (
            &k::DURATION,
            "the call does not accept this duration",
            "ask for 15 minutes to 36 hours, and for a role 12 hours at most".to_owned(),
        ),
        Plain::WebIdentityTrust => (
            &k::WEB_IDENTITY_TRUST,
            "the role's trust policy does not allow this identity provider, or not a token with this audience and subject",
            "compare the `aud` and `sub` of the token with the conditions of the trust policy".to_owned(),
        ),
        Plain::WebIdentity => (
            &k::WEB_IDENTITY,
            "AWS did not accept the token: it has expired, is for another audience, or the account does not know the identity provider",
            "get a new token, and list the account's providers with `aws iam list-open-id-connect-providers`".to_owned(),
        ),
        Plain::Quarantined => (
            &k::QUARANTINED,
            "AWS found an access key of this user on the internet and restricted the user",
            "tell an administrator now: the key must be deleted, and CloudTrail shows what it was used for".to_owned(),
        ),
        Plain::WrongSecret => (
            &k::WRONG_SECRET,
            "the secret access key does not belong to the access key id",
            format!("store both again with {}", Facts::store_anew(facts)),
        ),
        Plain::LinkExpired => (
            &k::LINK_EXPIRED,
            "the presigned URL has expired: it lives as long as it says, and never longer than the session that signed it",
            format!("make a new one, with a fresh session for a long life: `vault exec --fresh {profile} -- aws s3 presign …`"),
        ),
        Plain::SessionExpired => (
            &k::SESSION_EXPIRED,
            "the session has expired",
            format!("start the command again with {}; for a long job, use `vault exec --server`", exec(facts)),
        ),
        Plain::TokenInvalid => (
            &k::TOKEN_INVALID,
            "the session token does not belong to the key, or was cut short",
            format!("take the three variables from one place: {}", exec(facts)),
        ),
        Plain::RegionDisabled => (
            &k::REGION_DISABLED,
            "the account has not enabled this region",
            "name a region that the account uses with `--region`, or have it enabled in the account settings".to_owned(),
        ),
        Plain::PolicyTooLarge => (
            &k::POLICY_TOO_LARGE,
            "the session policies and tags of the request are too large",
            "shorten `session_policy` in the settings and `session_tags` in the profile".to_owned(),
        ),
        Plain::PolicyMalformed => (
            &k::POLICY_MALFORMED,
            "a policy in the request is not valid",
            "check it with `vault policy check FILE`".to_owned(),
        ),
        Plain::Throttled => (&k::THROTTLED, "AWS throttles requests", "try again in a minute".to_owned()),
        Plain::BeingChanged => (
            &k::BEING_CHANGED,
            "IAM is still carrying out an earlier change of the same user or device",
            "try again in a minute".to_owned(),
        ),
        Plain::Quota => (
            &k::QUOTA,
            "AWS's limit is reached: a user can have two access keys and eight MFA devices",
            format!("list them with `vault rotate {profile} --status` or `vault mfa list {profile}`, and remove one that nobody uses"),
        ),
        Plain::AlreadyExists => (
            &k::ALREADY_EXISTS,
            "the name is already taken; a virtual MFA device that was never enabled takes its name too",
            "choose another name".to_owned(),
        ),
        Plain::NoCredentials => (
            &k::NO_CREDENTIALS,
            "the client found no credentials and never asked AWS",
            format!("run it through {}", exec(facts)),
        ),
    }
}
