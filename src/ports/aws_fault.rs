//! Why an AWS call failed, sorted by cure. Never turned into a message here.

use crate::model::{EndpointFrom, EndpointUrl, ForeignText};

/// Why an AWS call failed, sorted by what the user can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct AwsFault {
    /// Such as `GetSessionToken`.
    pub operation: &'static str,
    pub kind: AwsFaultKind,
    /// The message of AWS or of the network.
    pub message: ForeignText,
    /// How far this machine's clock is ahead of the `Date` of AWS's reply, in seconds; `None` if there was no reply.
    pub clock_ahead: Option<i64>,
    /// What named the endpoint that was called; `None`: it is AWS's own.
    pub endpoint: Option<Box<EndpointFrom>>,
}

impl AwsFault {
    /// Whether AWS may have executed the call although it did not say so.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(self.kind, AwsFaultKind::NoAnswer | AwsFaultKind::Server | AwsFaultKind::NotWhole)
    }

    /// The same of a call to this endpoint.
    #[must_use]
    pub fn at(self, url: Option<&EndpointUrl>) -> Self {
        Self { endpoint: url.map(|url| Box::new(url.from.clone())), ..self }
    }

    /// Whether AWS looked at it, and said no.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.kind, AwsFaultKind::AccessDenied | AwsFaultKind::Invalid | AwsFaultKind::InvalidKey | AwsFaultKind::Expired)
    }
}

/// The causes that have different cures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsFaultKind {
    /// The code is wrong, was used before, or this machine's clock is off.
    InvalidCode,
    /// Nothing was sent: the configured endpoint cannot be used.
    NotSent,
    /// Nothing was sent: this process cannot open more files.
    NoFiles,
    /// Nothing was sent: this setting cannot be used.
    Unusable(CallSetting),
    /// The code was refused after an unanswered attempt of the same call, which may have used it up.
    CodeMayBeUsed,
    /// The serial is not a device of this user, or the device sent too many codes: AWS has one text for both.
    UnknownSerial,
    /// The key is unknown, inactive, too new, or of another partition; or a session without MFA called IAM.
    InvalidKey,
    /// The secret does not belong to the key id.
    WrongSecret,
    /// This machine's clock is more than five minutes off.
    ClockSkew,
    /// The signing session has expired.
    Expired,
    AccessDenied,
    /// AWS found a key of this user leaked, and its policy denies what was asked.
    Quarantined,
    /// IAM does not know the user, key or device, or does not know it yet.
    NoSuchEntity,
    /// There are as many as there may be.
    LimitExceeded,
    /// There is one of that name.
    AlreadyExists,
    /// The two codes are not two codes of this device, one right after the other.
    InvalidCodePair,
    /// AWS itself wants an MFA session, whatever the policies say: the user has a device.
    MfaFirst,
    /// IAM is still busy with an earlier change.
    TemporarilyUnmodifiable,
    /// A parameter is outside what AWS accepts.
    Invalid,
    /// The requested time exceeds the role's own maximum.
    TooLong,
    RegionDisabled,
    Throttled,
    /// An internal error of AWS.
    Server,
    /// The answer is not a refusal, but not valid either: cut short, or without a secret, a token or a future expiration.
    NotWhole,
    /// Nothing was sent: name not found, connection refused, TLS.
    Unreachable,
    /// It was sent, but no answer came: AWS may have executed it.
    NoAnswer,
    /// Nothing was sent: the server's certificate is not trusted.
    Untrusted,
    Other,
}

/// A setting for AWS calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSetting {
    pub variable: &'static str,
    /// The matching key of a profile.
    pub key: &'static str,
    /// Whether a profile sets it, not the environment.
    pub in_profile: bool,
}
