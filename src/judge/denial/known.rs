//! The refusals that a code or a fixed sentence of AWS tells apart. Never looks at a profile.

use crate::judge::Kind;

use super::kinds as k;
use super::said::Said;

/// A refusal that any one of these codes or phrases identifies.
struct Row {
    codes: &'static [&'static str],
    words: &'static [&'static str],
    kind: &'static Kind,
}

impl Row {
    const fn by_words(words: &'static [&'static str], kind: &'static Kind) -> Self {
        Self { codes: &[], words, kind }
    }

    const fn by_codes(codes: &'static [&'static str], kind: &'static Kind) -> Self {
        Self { codes, words: &[], kind }
    }
}

/// The order matters: if two rows fit, the first is more specific.
static KNOWN: &[Row] = &[
    Row::by_words(&["invalid MFA one time pass code", "AWS refused the code"], &k::MFA_CODE),
    Row::by_words(&["unable to validate MFA code"], &k::MFA_DEVICE),
    Row {
        codes: &["InvalidAuthenticationCode", "InvalidAuthenticationCodeException"],
        words: &["Authentication code for device is not valid"],
        kind: &k::MFA_PAIR,
    },
    Row::by_words(&["must provide both MFA serial number and one time pass code"], &k::MFA_INCOMPLETE),
    Row::by_words(&["ensure that you are authenticated with an MFA device that is enabled"], &k::MFA_NEEDED_FOR_DEVICES),
    Row::by_words(
        &["Cannot call GetSessionToken with session credentials", "Cannot call GetFederationToken with session credentials"],
        &k::SESSION_SIGNS,
    ),
    Row::by_words(&["Roles may not be assumed by root accounts"], &k::ROOT_ASSUMES),
    Row::by_words(&["1 hour session limit for roles assumed by role chaining"], &k::ROLE_CHAINING),
    Row::by_words(&["exceeds the MaxSessionDuration"], &k::ROLE_DURATION),
    Row::by_words(&["'durationSeconds' failed to satisfy constraint"], &k::DURATION),
    Row::by_words(
        &["not authorized to perform sts:AssumeRoleWith", "not authorized to perform: sts:AssumeRoleWith"],
        &k::WEB_IDENTITY_TRUST,
    ),
    Row::by_codes(
        &[
            "IDPRejectedClaim",
            "IDPRejectedClaimException",
            "InvalidIdentityToken",
            "InvalidIdentityTokenException",
            "IDPCommunicationError",
            // As the second Java SDK and .NET name their classes.
            "IdpRejectedClaimException",
            "IdpCommunicationErrorException",
        ],
        &k::WEB_IDENTITY,
    ),
    Row::by_words(&["AWSCompromisedKeyQuarantine"], &k::QUARANTINED),
    Row::by_words(&["<X-Amz-Expires>"], &k::LINK_EXPIRED),
    Row {
        codes: &["RequestExpired", "RequestTimeTooSkewed"],
        words: &[
            // These two have no code: the words alone are those of any web page.
            "Ec2Exception: Request has expired",
            "Request has expired. (Service: ",
            "Signature expired:",
            "Signature not yet current",
            "difference between the request time and the current time is too large",
        ],
        kind: &k::CLOCK,
    },
    Row {
        codes: &["SignatureDoesNotMatch", "InvalidSignatureException"],
        words: &["request signature we calculated does not match"],
        kind: &k::WRONG_SECRET,
    },
    Row {
        codes: &["ExpiredToken", "ExpiredTokenException"],
        words: &["security token included in the request is expired"],
        kind: &k::SESSION_EXPIRED,
    },
    Row::by_codes(&["InvalidToken"], &k::TOKEN_INVALID),
    Row {
        codes: &["RegionDisabledException", "OptInRequired"],
        words: &["STS is not activated in this region"],
        kind: &k::REGION_DISABLED,
    },
    Row::by_codes(&["PackedPolicyTooLarge", "PackedPolicyTooLargeException"], &k::POLICY_TOO_LARGE),
    Row::by_codes(&["MalformedPolicyDocument", "MalformedPolicyDocumentException"], &k::POLICY_MALFORMED),
    Row {
        codes: &["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"],
        words: &["security token included in the request is invalid", "AWS Access Key Id you provided does not exist in our records"],
        kind: &k::KEY_UNKNOWN,
    },
    Row { codes: &["AuthFailure"], words: &["not able to validate the provided access credentials"], kind: &k::CREDENTIALS_REJECTED },
    Row::by_codes(&["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"], &k::THROTTLED),
    Row::by_codes(&["EntityTemporarilyUnmodifiable", "EntityTemporarilyUnmodifiableException"], &k::BEING_CHANGED),
    Row::by_codes(&["LimitExceeded", "LimitExceededException"], &k::QUOTA),
    Row::by_codes(&["EntityAlreadyExists", "EntityAlreadyExistsException"], &k::ALREADY_EXISTS),
    Row {
        codes: &["MissingAuthenticationToken"],
        words: &[
            "Unable to locate credentials",
            "NoCredentialProviders",
            "No valid credential sources found",
            "Could not load credentials from any providers",
            "Unable to load credentials from any of the providers",
            "no EC2 IMDS role found",
            "Unable to load AWS credentials",
        ],
        kind: &k::NO_CREDENTIALS,
    },
];

/// The codes of refusals by policies.
const DENIALS: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "NotAuthorized",
    "AuthorizationError",
    "AuthorizationErrorException",
];

/// Whether this word is a code that only AWS uses: it alone marks a text as an AWS error.
pub fn is_code(word: &str) -> bool {
    DENIALS.contains(&word) || word == "IncompleteSignature" || KNOWN.iter().any(|row| row.codes.contains(&word))
}

/// Whether the code, or what S3 says without one, is a refusal by policies.
pub fn is_denial(said: &Said) -> bool {
    said.has_code(DENIALS) || said.has_code(&["403"]) || said.has("Access Denied") || said.has("Forbidden")
}

/// The refusal that the text is, where code or words alone tell that.
pub fn of(said: &Said) -> Option<&'static Kind> {
    let fits = |row: &&Row| said.has_code(row.codes) || row.words.iter().any(|words| said.has(words));
    KNOWN.iter().find(fits).map(|row| row.kind)
}
