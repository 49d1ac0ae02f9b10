//! The refusals that a code or a fixed sentence of AWS tells apart. Never looks at a profile.

use crate::model::{REFUSED_CODE, REFUSED_CODES, REFUSED_DEVICE};

use super::plain::Plain;
use super::said::Said;

/// The causes that the code or the words alone show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    MfaCode,
    MfaDevice,
    MfaBudget,
    KeyUnknown,
    Clock,
    CredentialsRejected,
    /// One with one cause.
    Plain(Plain),
}

/// A refusal that any one of these codes or phrases identifies.
struct Row {
    codes: &'static [&'static str],
    words: &'static [&'static str],
    refusal: Refusal,
}

impl Row {
    const fn by_words(words: &'static [&'static str], refusal: Refusal) -> Self {
        Self { codes: &[], words, refusal }
    }

    const fn by_codes(codes: &'static [&'static str], refusal: Refusal) -> Self {
        Self { codes, words: &[], refusal }
    }
}

/// The order matters: if two rows fit, the first is more specific.
static KNOWN: &[Row] = &[
    Row {
        codes: &["InvalidAuthenticationCode", "InvalidAuthenticationCodeException"],
        words: &["Authentication code for device is not valid", REFUSED_CODES],
        refusal: Refusal::Plain(Plain::MfaPair),
    },
    Row::by_words(&["invalid MFA one time pass code", REFUSED_CODE], Refusal::MfaCode),
    Row::by_words(&["unable to validate MFA code"], Refusal::MfaDevice),
    Row::by_words(&[REFUSED_DEVICE], Refusal::MfaBudget),
    Row::by_words(&["must provide both MFA serial number and one time pass code"], Refusal::Plain(Plain::MfaIncomplete)),
    Row::by_words(&["ensure that you are authenticated with an MFA device that is enabled"], Refusal::Plain(Plain::MfaNeededForDevices)),
    Row::by_words(
        &["Cannot call GetSessionToken with session credentials", "Cannot call GetFederationToken with session credentials"],
        Refusal::Plain(Plain::SessionSigns),
    ),
    Row::by_words(&["Roles may not be assumed by root accounts"], Refusal::Plain(Plain::RootAssumes)),
    Row::by_words(&["1 hour session limit for roles assumed by role chaining"], Refusal::Plain(Plain::RoleChaining)),
    Row::by_words(&["exceeds the MaxSessionDuration"], Refusal::Plain(Plain::RoleDuration)),
    Row::by_words(&["'durationSeconds' failed to satisfy constraint"], Refusal::Plain(Plain::Duration)),
    Row::by_words(
        &["not authorized to perform sts:AssumeRoleWith", "not authorized to perform: sts:AssumeRoleWith"],
        Refusal::Plain(Plain::WebIdentityTrust),
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
        Refusal::Plain(Plain::WebIdentity),
    ),
    Row::by_words(&["AWSCompromisedKeyQuarantine"], Refusal::Plain(Plain::Quarantined)),
    Row::by_words(&["<X-Amz-Expires>"], Refusal::Plain(Plain::LinkExpired)),
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
        refusal: Refusal::Clock,
    },
    Row {
        codes: &["SignatureDoesNotMatch", "InvalidSignatureException"],
        words: &["request signature we calculated does not match"],
        refusal: Refusal::Plain(Plain::WrongSecret),
    },
    Row {
        codes: &["ExpiredToken", "ExpiredTokenException"],
        words: &["security token included in the request is expired"],
        refusal: Refusal::Plain(Plain::SessionExpired),
    },
    Row::by_codes(&["InvalidToken"], Refusal::Plain(Plain::TokenInvalid)),
    Row {
        codes: &["RegionDisabledException", "OptInRequired"],
        words: &["STS is not activated in this region"],
        refusal: Refusal::Plain(Plain::RegionDisabled),
    },
    Row::by_codes(&["PackedPolicyTooLarge", "PackedPolicyTooLargeException"], Refusal::Plain(Plain::PolicyTooLarge)),
    Row::by_codes(&["MalformedPolicyDocument", "MalformedPolicyDocumentException"], Refusal::Plain(Plain::PolicyMalformed)),
    Row {
        codes: &["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"],
        words: &["security token included in the request is invalid", "AWS Access Key Id you provided does not exist in our records"],
        refusal: Refusal::KeyUnknown,
    },
    Row {
        codes: &["AuthFailure"],
        words: &["not able to validate the provided access credentials"],
        refusal: Refusal::CredentialsRejected,
    },
    Row::by_codes(
        &["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"],
        Refusal::Plain(Plain::Throttled),
    ),
    Row::by_codes(&["EntityTemporarilyUnmodifiable", "EntityTemporarilyUnmodifiableException"], Refusal::Plain(Plain::BeingChanged)),
    Row::by_codes(&["LimitExceeded", "LimitExceededException"], Refusal::Plain(Plain::Quota)),
    Row::by_codes(&["EntityAlreadyExists", "EntityAlreadyExistsException"], Refusal::Plain(Plain::AlreadyExists)),
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
        refusal: Refusal::Plain(Plain::NoCredentials),
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
pub fn of(said: &Said) -> Option<Refusal> {
    let fits = |row: &&Row| said.has_code(row.codes) || row.words.iter().any(|words| said.has(words));
    KNOWN.iter().find(fits).map(|row| row.refusal)
}
