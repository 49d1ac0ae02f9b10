//! Sorts the errors of AWS and the network into faults with different cures. Never invents words: the message is AWS's own.

use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use secrecy::ExposeSecret;

use crate::model::{Credentials, ForeignText};
use crate::os::files;
use crate::ports::{AwsFault, AwsFaultKind, QUARANTINE_POLICY};

use super::reply::clock_ahead;
use super::unconnected::is_unconnected;

/// What went wrong in one call of `operation`.
pub(super) fn sort<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> AwsFault
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let clock_ahead = error.raw_response().and_then(clock_ahead);
    let (kind, message) = match error {
        SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
            (AwsFaultKind::NotWhole, "it is incomplete, or it comes from another program".to_owned())
        }
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            let message = answer.err().message().unwrap_or_default().trim();
            let status = answer.raw().status().as_u16();
            let shown = match (message, code) {
                // Not AWS's own form: a proxy's page, for instance.
                ("", "") => format!("HTTP {status}, without a readable reason"),
                ("", code) => format!("{code} (HTTP {status})"),
                // Separately, so that truncating the message does not remove the code.
                (message, code) => format!("{} ({})", ForeignText::of(message), ForeignText::of(code)),
            };
            (kind(code, message, status), shown)
        }
        SdkError::TimeoutError(_) => (AwsFaultKind::NoAnswer, "it took too long".to_owned()),
        SdkError::ConstructionFailure(_) => (AwsFaultKind::NotSent, root_cause(error)),
        SdkError::DispatchFailure(failure) if failure.is_user() => (AwsFaultKind::NotSent, root_cause(error)),
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error().map_or(error as &(dyn std::error::Error + 'static), |error| error);
            let kind = match () {
                () if is_untrusted(cause) => AwsFaultKind::Untrusted,
                () if is_unconnected(cause) => AwsFaultKind::Unreachable,
                () => AwsFaultKind::NoAnswer,
            };
            (kind, root_cause(cause))
        }
        SdkError::ResponseError(_) => (AwsFaultKind::NotWhole, format!("it broke off: {}", root_cause(error))),
        _ => (AwsFaultKind::Other, root_cause(error)),
    };
    tracing::info!(operation, ?kind, ?clock_ahead, "AWS refused or did not answer");
    AwsFault { operation, kind, message: ForeignText::of(&message), clock_ahead, endpoint: None }
}

/// An answer that lacks a required part.
pub(super) fn not_whole(operation: &'static str, message: &str, clock_ahead: Option<i64>) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::NotWhole, message: ForeignText::of(message), clock_ahead, endpoint: None }
}

/// A fault that was found before anything was sent.
#[expect(clippy::needless_pass_by_value, reason = "fits `map_err`")]
pub(super) fn local(operation: &'static str, message: String) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::NotSent, message: ForeignText::of(&message), clock_ahead: None, endpoint: None }
}

/// The fault without the secrets that were sent.
// Security: an endpoint may repeat what it received in its refusal.
pub(super) fn without<'s>(secrets: impl IntoIterator<Item = &'s str>, fault: AwsFault) -> AwsFault {
    AwsFault { message: fault.message.without(secrets), ..fault }
}

/// The secret parts of the credentials.
pub(super) fn secrets_of(credentials: &Credentials) -> impl Iterator<Item = &str> {
    [Some(credentials.secret()), credentials.token()].into_iter().flatten().map(ExposeSecret::expose_secret)
}

/// The call cannot even begin.
pub(super) fn no_file(operation: &'static str, error: &std::io::Error) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::NoFiles, message: ForeignText::of(&files::reason(error)), clock_ahead: None, endpoint: None }
}

/// By AWS's code; by its text only where one code has several meanings.
fn kind(code: &str, message: &str, status: u16) -> AwsFaultKind {
    match code {
        "AccessDenied" | "AccessDeniedException" if message.contains("invalid MFA one time pass code") => AwsFaultKind::InvalidCode,
        "AccessDenied" | "AccessDeniedException" if message.contains("unable to validate MFA code") => AwsFaultKind::UnknownSerial,
        "AccessDenied" | "AccessDeniedException" if message.contains(QUARANTINE_POLICY) => AwsFaultKind::Quarantined,
        "AccessDenied" | "AccessDeniedException" if message.contains("authenticated with an MFA device") => AwsFaultKind::MfaFirst,
        "AccessDenied" | "AccessDeniedException" => AwsFaultKind::AccessDenied,
        "NoSuchEntity" | "NoSuchEntityException" => AwsFaultKind::NoSuchEntity,
        "InvalidAuthenticationCode" | "InvalidAuthenticationCodeException" => AwsFaultKind::InvalidCodePair,
        "EntityAlreadyExists" | "EntityAlreadyExistsException" => AwsFaultKind::AlreadyExists,
        "LimitExceeded" | "LimitExceededException" => AwsFaultKind::LimitExceeded,
        "EntityTemporarilyUnmodifiable" | "EntityTemporarilyUnmodifiableException" => AwsFaultKind::TemporarilyUnmodifiable,
        "InvalidClientTokenId" | "UnrecognizedClientException" => AwsFaultKind::InvalidKey,
        "SignatureDoesNotMatch" if message.contains("not yet current") || message.contains("expired") => AwsFaultKind::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignatureException" => AwsFaultKind::WrongSecret,
        "RequestExpired" | "RequestTimeTooSkewed" => AwsFaultKind::ClockSkew,
        "ExpiredToken" | "ExpiredTokenException" => AwsFaultKind::Expired,
        "RegionDisabledException" => AwsFaultKind::RegionDisabled,
        "ValidationError" if message.contains("MaxSessionDuration") => AwsFaultKind::TooLong,
        "ValidationError" | "MalformedPolicyDocument" | "PackedPolicyTooLarge" | "InvalidParameterValue" => AwsFaultKind::Invalid,
        "Throttling" | "ThrottlingException" | "ThrottledException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            AwsFaultKind::Throttled
        }
        _ if status >= 500 => AwsFaultKind::Server,
        _ => AwsFaultKind::Other,
    }
}

/// Whether the cause is a certificate that is not trusted.
fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    // An I/O error's inner error is not among its sources.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|wrapped| is_untrusted(wrapped)) || error.source().is_some_and(is_untrusted)
}

/// The innermost cause, which says what happened; the layers around it only say that something did.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { files::without_number(&text).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are AWS's own; a code that is not listed here counts as AWS's own error if the status says so.
    #[test]
    fn each_refusal_has_its_kind() {
        for (code, message, status, expected) in TABLE {
            assert_eq!(kind(code, message, *status), *expected, "{code}: {message}");
        }
    }

    const TABLE: &[(&str, &str, u16, AwsFaultKind)] = &[
        ("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", 403, AwsFaultKind::InvalidCode),
        (
            "AccessDenied",
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated \
             with this user.",
            403,
            AwsFaultKind::UnknownSerial,
        ),
        (
            "AccessDenied",
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            403,
            AwsFaultKind::AccessDenied,
        ),
        ("AccessDenied", "Cannot call GetSessionToken with session credentials", 403, AwsFaultKind::AccessDenied),
        ("AccessDenied", "Roles may not be assumed by root accounts.", 403, AwsFaultKind::AccessDenied),
        (
            "AccessDenied",
            "User: arn:aws:iam::123456789012:user/u is not authorized to perform: sts:AssumeRole on resource: \
             arn:aws:iam::123456789012:role/R with an explicit deny in a service control policy",
            403,
            AwsFaultKind::AccessDenied,
        ),
        ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403, AwsFaultKind::AccessDenied),
        ("AccessDeniedException", "User is not authorized", 400, AwsFaultKind::AccessDenied),
        (
            "AccessDenied",
            "User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:CreateAccessKey on resource: user u with an explicit \
             deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
            403,
            AwsFaultKind::Quarantined,
        ),
        ("NoSuchEntity", "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.", 404, AwsFaultKind::NoSuchEntity),
        (
            "AccessDenied",
            "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.",
            403,
            AwsFaultKind::MfaFirst,
        ),
        ("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403, AwsFaultKind::InvalidCodePair),
        ("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.", 409, AwsFaultKind::AlreadyExists),
        ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409, AwsFaultKind::LimitExceeded),
        (
            "EntityTemporarilyUnmodifiable",
            "Entity temporarily unmodifiable. Please try again later.",
            409,
            AwsFaultKind::TemporarilyUnmodifiable,
        ),
        ("InvalidClientTokenId", "The security token included in the request is invalid.", 403, AwsFaultKind::InvalidKey),
        ("UnrecognizedClientException", "The security token included in the request is invalid.", 403, AwsFaultKind::InvalidKey),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing \
             method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'POST\n/\n'",
            403,
            AwsFaultKind::WrongSecret,
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20260131T115000Z is now earlier than 20260131T115500Z (20260131T120000Z - 5 min.)",
            403,
            AwsFaultKind::ClockSkew,
        ),
        (
            "SignatureDoesNotMatch",
            "Signature not yet current: 20260131T121000Z is still later than 20260131T120500Z (20260131T120000Z + 5 min.)",
            403,
            AwsFaultKind::ClockSkew,
        ),
        ("InvalidSignatureException", "The request signature we calculated does not match", 403, AwsFaultKind::WrongSecret),
        ("RequestExpired", "Request has expired.", 400, AwsFaultKind::ClockSkew),
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            403,
            AwsFaultKind::ClockSkew,
        ),
        ("ExpiredToken", "The security token included in the request is expired", 403, AwsFaultKind::Expired),
        (
            "ExpiredTokenException",
            "Token expired: current date/time 1769860800 must be before the expiration date/time 1769860700",
            400,
            AwsFaultKind::Expired,
        ),
        ("RegionDisabledException", "STS is not activated in this region for account:123456789012.", 403, AwsFaultKind::RegionDisabled),
        ("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", 400, AwsFaultKind::TooLong),
        (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            400,
            AwsFaultKind::Invalid,
        ),
        (
            "ValidationError",
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater \
             than or equal to 900",
            400,
            AwsFaultKind::Invalid,
        ),
        ("MalformedPolicyDocument", "The policy is not in the valid JSON format.", 400, AwsFaultKind::Invalid),
        ("PackedPolicyTooLarge", "Packed size of session tags consumes 120% of allotted space.", 400, AwsFaultKind::Invalid),
        ("Throttling", "Rate exceeded", 400, AwsFaultKind::Throttled),
        ("ThrottlingException", "Rate exceeded", 400, AwsFaultKind::Throttled),
        ("RequestLimitExceeded", "Request limit exceeded.", 503, AwsFaultKind::Throttled),
        (
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
            500,
            AwsFaultKind::Server,
        ),
        ("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503, AwsFaultKind::Server),
        ("", "", 502, AwsFaultKind::Server),
        ("InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://example.com", 400, AwsFaultKind::Other),
        ("InvalidAction", "Could not find operation X for version 2011-06-15", 400, AwsFaultKind::Other),
        ("", "", 407, AwsFaultKind::Other),
    ];
}
