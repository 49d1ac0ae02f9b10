//! The refusals that a code or a fixed sentence of AWS tells apart. Never looks at a profile.

use crate::judge::Kind;

use super::kinds as k;
use super::said::Said;

/// The codes by which a text without any other mark is known to be AWS's.
pub const CODES: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "NotAuthorized",
    "AuthorizationError",
    "AuthorizationErrorException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IDPRejectedClaim",
    "IDPRejectedClaimException",
    "IDPCommunicationError",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "InvalidIdentityTokenException",
    "InvalidSignatureException",
    "InvalidToken",
    "MalformedPolicyDocument",
    "MalformedPolicyDocumentException",
    "MissingAuthenticationToken",
    "PackedPolicyTooLarge",
    "PackedPolicyTooLargeException",
    "RegionDisabledException",
    "RequestExpired",
    "RequestLimitExceeded",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "UnrecognizedClientException",
];

type Fits = fn(&Said) -> bool;

/// In this order: of two that fit, the first says more.
static KNOWN: &[(Fits, &Kind)] = &[
    (|said| said.has("invalid MFA one time pass code") || said.has("AWS refused the code"), &k::MFA_CODE),
    (|said| said.has("unable to validate MFA code"), &k::MFA_DEVICE),
    (|said| said.has("must provide both MFA serial number and one time pass code"), &k::MFA_INCOMPLETE),
    (|said| said.has("ensure that you are authenticated with an MFA device that is enabled"), &k::MFA_NEEDED_FOR_DEVICES),
    (|said| said.has("with session credentials") && said.has("Cannot call Get"), &k::SESSION_SIGNS),
    (|said| said.has("Roles may not be assumed by root accounts"), &k::ROOT_ASSUMES),
    (|said| said.has("1 hour session limit for roles assumed by role chaining"), &k::ROLE_CHAINING),
    (|said| said.has("exceeds the MaxSessionDuration"), &k::ROLE_DURATION),
    (|said| said.has("'durationSeconds' failed to satisfy constraint"), &k::DURATION),
    (
        |said| said.has("not authorized to perform sts:AssumeRoleWith") || said.has("not authorized to perform: sts:AssumeRoleWith"),
        &k::WEB_IDENTITY_TRUST,
    ),
    (
        |said| {
            said.has_code(&[
                "IDPRejectedClaim",
                "IDPRejectedClaimException",
                "InvalidIdentityToken",
                "InvalidIdentityTokenException",
                "IDPCommunicationError",
            ])
        },
        &k::WEB_IDENTITY,
    ),
    (|said| said.has("AWSCompromisedKeyQuarantine"), &k::QUARANTINED),
    (|said| said.has_code(&["RequestExpired", "RequestTimeTooSkewed"]), &k::CLOCK),
    (|said| said.has("Signature expired:") || said.has("Signature not yet current"), &k::CLOCK),
    (
        |said| {
            said.has_code(&["SignatureDoesNotMatch", "InvalidSignatureException"])
                || said.has("request signature we calculated does not match")
        },
        &k::WRONG_SECRET,
    ),
    (
        |said| said.has_code(&["ExpiredToken", "ExpiredTokenException"]) || said.has("security token included in the request is expired"),
        &k::SESSION_EXPIRED,
    ),
    (|said| said.has_code(&["InvalidToken"]), &k::TOKEN_INVALID),
    (
        |said| said.has_code(&["RegionDisabledException", "OptInRequired"]) || said.has("STS is not activated in this region"),
        &k::REGION_DISABLED,
    ),
    (|said| said.has_code(&["PackedPolicyTooLarge", "PackedPolicyTooLargeException"]), &k::POLICY_TOO_LARGE),
    (|said| said.has_code(&["MalformedPolicyDocument", "MalformedPolicyDocumentException"]), &k::POLICY_MALFORMED),
    (
        |said| {
            said.has_code(&["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"])
                || said.has("security token included in the request is invalid")
        },
        &k::KEY_UNKNOWN,
    ),
    (|said| said.has_code(&["AuthFailure"]) || said.has("not able to validate the provided access credentials"), &k::CREDENTIALS_REJECTED),
    (|said| said.has_code(&["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"]), &k::THROTTLED),
    (
        |said| {
            [
                "Unable to locate credentials",
                "NoCredentialProviders",
                "No valid credential sources found",
                "Could not load credentials from any providers",
                "Unable to load credentials from any of the providers",
                "no EC2 IMDS role found",
                "Unable to load AWS credentials",
            ]
            .iter()
            .any(|words| said.has(words))
                || said.has_code(&["MissingAuthenticationToken"])
        },
        &k::NO_CREDENTIALS,
    ),
];

/// Whether the code, or what S3 says without one, is a refusal by policies.
pub fn is_denial(said: &Said) -> bool {
    let codes = [
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
        "NotAuthorized",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
    ];
    said.has_code(&codes) || said.has("Access Denied") || said.has("Forbidden")
}

/// The refusal that the text is, where code or words alone tell that.
pub fn of(said: &Said) -> Option<&'static Kind> {
    KNOWN.iter().find(|(fits, _)| fits(said)).map(|(_, kind)| *kind)
}
