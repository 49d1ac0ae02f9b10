//! The causes that `why` tells apart. Never decides which one it is.

use crate::judge::Kind;
use crate::judge::finding::kinds;

kinds! {
    MFA_CODE, "mfa-code", Error, "AWS refused the MFA code: it is wrong, was used before, or a clock is off. AWS gives the same error for all three.";
    MFA_DEVICE, "mfa-device", Error, "AWS could not check the MFA code: the serial is not a device of this user, or the device had too many codes within three minutes.";
    MFA_BUDGET, "mfa-budget", Error, "The MFA device had too many codes within three minutes: AWS accepts none for now.";
    MFA_INCOMPLETE, "mfa-incomplete", Error, "The request had an MFA serial without a code, or a code without a serial.";
    MFA_PAIR, "mfa-pair", Error, "AWS did not accept the two codes of a device: they must be consecutive and current.";
    MFA_ABSENT, "mfa-absent", Error, "A policy asks for MFA, and the request had no MFA information, as when a long-term key signs it.";
    MFA_FALSE, "mfa-false", Error, "A policy asks for MFA, and the request came from a session that was made without a code.";
    MFA_NEEDED_FOR_DEVICES, "mfa-needed-for-devices", Error, "AWS lets a user with an MFA device change devices only in a session made with a code.";
    SECOND_HOP_MFA, "second-hop-mfa", Error, "A role's trust policy asks for MFA, but the role that assumes it carries no MFA information.";
    DENIED, "explicit-deny", Error, "A policy denies the action explicitly. The message names the kind of policy.";
    NOT_ALLOWED, "not-allowed", Error, "The policies that the message names do not allow the action.";
    TRUST_POLICY, "trust-policy", Error, "A role cannot be assumed: its trust policy, or a policy of the caller, does not allow it.";
    SESSION_POLICY, "session-policy", Error, "A session policy limits the session and does not allow the action.";
    QUARANTINED, "key-quarantined", Error, "AWS found the access key on the internet and restricted its user.";
    ROLE_CHAINING, "role-chaining", Error, "A role that is assumed by another session lasts one hour at most.";
    ROLE_DURATION, "role-duration", Error, "The request asks for a longer session than the role allows.";
    DURATION, "duration", Error, "The call does not accept this duration.";
    SESSION_SIGNS, "session-signs", Error, "The call takes long-term keys only, and a session signed it.";
    ROOT_ASSUMES, "root-assumes", Error, "The root user cannot assume roles.";
    KEY_UNKNOWN, "key-unknown", Error, "AWS does not know the access key id or the token: it is inactive, deleted, too new, or of another partition.";
    SESSION_WITHOUT_MFA, "session-without-mfa", Error, "IAM refuses sessions that were made without a code, as if the key were unknown.";
    WRONG_SECRET, "wrong-secret", Error, "The secret access key does not belong to the access key id.";
    CLOCK, "clock", Error, "This machine's clock is more than five minutes off.";
    LINK_EXPIRED, "link-expired", Error, "A presigned URL has expired, or the session that signed it has.";
    SESSION_EXPIRED, "session-expired", Error, "The session has expired.";
    TOKEN_INVALID, "token-invalid", Error, "The session token does not belong to the key, or was cut short.";
    CREDENTIALS_REJECTED, "credentials-rejected", Error, "EC2 could not check the credentials: the key, the clock or the region.";
    REGION_DISABLED, "region-disabled", Error, "The account has not enabled this region.";
    POLICY_TOO_LARGE, "policy-too-large", Error, "The session policies and tags of the request are too large.";
    POLICY_MALFORMED, "policy-malformed", Error, "A policy in the request is not valid.";
    WEB_IDENTITY, "web-identity", Error, "AWS did not accept the token of the identity provider.";
    WEB_IDENTITY_TRUST, "web-identity-trust", Error, "The role's trust policy does not allow this identity provider, or not this token.";
    ENCODED, "encoded-message", Error, "The reason is encoded, and only `sts:DecodeAuthorizationMessage` can read it.";
    NO_REASON, "no-reason", Error, "AWS denied the request and gave no reason.";
    THROTTLED, "throttled", Warning, "AWS throttles requests; it did not check whether this one is allowed.";
    BEING_CHANGED, "being-changed", Warning, "IAM is still carrying out an earlier change of the same user or device.";
    QUOTA, "quota", Error, "AWS's limit for such resources is reached.";
    ALREADY_EXISTS, "already-exists", Error, "The name is already taken.";
    NO_CREDENTIALS, "no-credentials", Error, "The client found no credentials and never asked AWS.";
    OTHER_IDENTITY, "other-identity", Warning, "The refused request was not made with the credentials of the profile that was named.";
    MATCHED_STATEMENT, "matched-statement", Note, "The statement that decided, as AWS names it.";
    OTHER_ERROR, "other-error", Error, "The text is an AWS error, but not a refusal: nothing denied the request.";
    NOT_RECOGNISED, "not-recognised", Error, "The text is not an AWS error that `why` knows.";
}

/// What `docs/findings.md` lists.
#[must_use]
pub fn kinds() -> Vec<&'static Kind> {
    ALL.to_vec()
}
