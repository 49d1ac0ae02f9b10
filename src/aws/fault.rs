//! Sorts what AWS and the network answer into the faults that have different cures. Never invents words: the message is AWS's own.

use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_types::date_time::{DateTime, Format};

use crate::os::{clock, files};
use crate::ports::{AwsFault, AwsFaultKind};

/// What went wrong in one call of `operation`.
pub(super) fn sort<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> AwsFault
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let clock_ahead = error.raw_response().and_then(clock_ahead);
    let (kind, message) = match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            let message = answer.err().message().unwrap_or_default().trim();
            let status = answer.raw().status().as_u16();
            let shown = match (message, code) {
                // Not AWS's own form: a proxy's page, for instance.
                ("", "") => format!("HTTP {status}, with no reason that can be read"),
                ("", code) => format!("{code} (HTTP {status})"),
                (message, code) => format!("{message} ({code})"),
            };
            (kind(code, message, status), shown)
        }
        SdkError::TimeoutError(_) => (AwsFaultKind::Unreachable, "AWS did not answer in time".to_owned()),
        SdkError::ConstructionFailure(_) => (AwsFaultKind::NotSent, root_cause(error)),
        SdkError::DispatchFailure(failure) if failure.is_user() => (AwsFaultKind::NotSent, root_cause(error)),
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error().map_or(error as &(dyn std::error::Error + 'static), |error| error);
            let kind = if is_untrusted(cause) { AwsFaultKind::Untrusted } else { AwsFaultKind::Unreachable };
            (kind, root_cause(cause))
        }
        SdkError::ResponseError(_) => (AwsFaultKind::Server, format!("the answer could not be read: {}", root_cause(error))),
        _ => (AwsFaultKind::Other, root_cause(error)),
    };
    tracing::info!(operation, ?kind, ?clock_ahead, "AWS refused or did not answer");
    AwsFault { operation, kind, message, clock_ahead }
}

/// An answer that is of no use.
pub(super) fn unfit(operation: &'static str, message: String) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::Other, message, clock_ahead: None }
}

/// A fault that was found before anything was sent.
pub(super) fn local(operation: &'static str, message: String) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::NotSent, message, clock_ahead: None }
}

/// The call cannot even begin.
pub(super) fn no_file(operation: &'static str, error: &std::io::Error) -> AwsFault {
    AwsFault { operation, kind: AwsFaultKind::NoFiles, message: files::reason(error), clock_ahead: None }
}

fn kind(code: &str, message: &str, status: u16) -> AwsFaultKind {
    match code {
        "AccessDenied" | "AccessDeniedException" if message.contains("invalid MFA one time pass code") => AwsFaultKind::InvalidCode,
        "AccessDenied" | "AccessDeniedException" if message.contains("unable to validate MFA code") => AwsFaultKind::UnknownSerial,
        "AccessDenied" | "AccessDeniedException" => AwsFaultKind::AccessDenied,
        "InvalidClientTokenId" | "UnrecognizedClientException" => AwsFaultKind::InvalidKey,
        "SignatureDoesNotMatch" if message.contains("not yet current") || message.contains("expired") => AwsFaultKind::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignatureException" => AwsFaultKind::WrongSecret,
        "RequestExpired" | "RequestTimeTooSkewed" => AwsFaultKind::ClockSkew,
        "ExpiredToken" | "ExpiredTokenException" => AwsFaultKind::Expired,
        "RegionDisabledException" => AwsFaultKind::RegionDisabled,
        "ValidationError" | "MalformedPolicyDocument" | "PackedPolicyTooLarge" | "InvalidParameterValue" => AwsFaultKind::Invalid,
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => AwsFaultKind::Throttled,
        _ if status >= 500 => AwsFaultKind::Server,
        _ => AwsFaultKind::Other,
    }
}

/// How far this machine's clock is ahead of the reply's `Date`, in seconds.
fn clock_ahead(reply: &HttpResponse) -> Option<i64> {
    let date = DateTime::from_str(reply.headers().get("date")?, Format::HttpDate).ok()?;
    Some(clock::now().as_unix() - date.secs())
}

/// Whether it comes down to a certificate that is not trusted.
fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    // What an error of the system wraps is not among its sources.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|wrapped| is_untrusted(wrapped)) || error.source().is_some_and(is_untrusted)
}

/// The innermost cause, which says what happened; the layers around it only say that something did.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { text }
}
